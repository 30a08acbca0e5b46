// Ends a cluster's programs and removes its folder when the test ends, however it ends: a shell of its own session reads a
// pipe from the test, and starts to clean once nobody holds the other end any more.
import { type ChildProcess, spawn } from 'node:child_process';

export interface Janitor {
  /** From now on the program ends with this process, and is forgotten once it has ended by itself. */
  watch(program: ChildProcess): void;
  /** Ends what still runs, removes the folder, and resolves after both. */
  clean(): Promise<void>;
}

// Pids are told while they run and taken back when they ended, so that none of somebody else's is ever signalled. A program
// that was killed may still be writing: hence the second removal.
const SCRIPT = `
pids=' '
while read -r verb pid; do
  case $verb in
    started) pids="$pids$pid " ;;
    ended) case $pids in *" $pid "*) pids="\${pids%% $pid *} \${pids#* $pid }" ;; esac ;;
  esac
done
for pid in $pids; do kill -9 "$pid" 2>/dev/null; done
for pid in $pids; do while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done; done
rm -rf -- "$1" 2>/dev/null || { sleep 1; rm -rf -- "$1"; }
`;

export function startJanitor(folder: string): Janitor {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'cluster-janitor', folder], {
    cwd: '/',
    // Who kills the test's group, as the test runner and Ctrl-C do, does not kill this.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => shell.once('exit', () => resolve()));
  const tell = (line: string) => {
    if (shell.stdin.writable) shell.stdin.write(`${line}\n`);
  };
  return {
    watch(program) {
      const { pid } = program;
      if (pid === undefined) return;
      tell(`started ${pid}`);
      program.once('exit', () => tell(`ended ${pid}`));
    },
    async clean() {
      shell.stdin.end();
      await ended;
    },
  };
}
