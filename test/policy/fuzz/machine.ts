// Runs scripts with the machine's own bash on a private PATH of marker programs, which note how they were called.
// Every script gets a folder of its own; nothing of the real PATH can be reached but the wrappers listed here.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Run {
  /** One entry a started marker, arguments included, sorted: parallel parts have no order. */
  readonly calls: readonly string[];
  /** Lines of the output, sorted. */
  readonly output: readonly string[];
  /** Files that were not there before, relative to the folder. */
  readonly files: readonly string[];
  /** Bash itself could not read it. */
  readonly invalid: boolean;
}

export const WRAPPERS = [
  'env',
  'nice',
  'timeout',
  'nohup',
  'xargs',
  'find',
  'stdbuf',
  'setsid',
  'bash',
  'cat',
] as const;

// The number of arguments first, so that empty ones are not lost; one printf is one write. Nobody who stops reading ends it
// early: the exit code would be a race.
const MARKER = `#!/bin/sh
trap '' PIPE
[ "\${0##*/}" != m4 ] || set -- "$@" "stdin:$(/bin/cat; echo .)"
printf '%s\\0' "$#" "\${0##*/}" "$@" >> "$LOG"
[ "\${0##*/}" != m2 ] || echo 'm1 from-m2'
[ "\${0##*/}" != m3 ]
`;

// Reads scripts from its input, each ended by a NUL. `cat` waits for everything that a script left running, which holds
// descriptor 9; what does not end, some of it by faults of bash, is killed with its whole group.
const DRIVER = `
ulimit -c 0
n=0
while IFS= read -r -d '' script; do
  cp -r "$SEED" "$BASE/$n" && cd "$BASE/$n" || exit 1
  timeout -s KILL 5 bash --noprofile --norc -c '
    LOG="$0.log" HOME="$0" PATH="$BIN" bash --noprofile --norc -c "$1" 2> "$0.err" </dev/null 9>&1 | cat > "$0.out"
  ' "$BASE/$n" "$script"
  [ "$?" = 137 ] && echo 'syntax error: endless' > "$BASE/$n.err"
  n=$((n+1))
done 2>/dev/null
`;

export class Machine implements Disposable {
  readonly #root = mkdtempSync(join(tmpdir(), 'sallyport-fuzz-'));
  readonly #bin = join(this.#root, 'bin');
  readonly #seed = join(this.#root, 'seed');

  constructor() {
    mkdirSync(this.#bin);
    for (const name of ['m1', 'm2', 'm3', 'm4']) {
      writeFileSync(join(this.#bin, name), MARKER);
      chmodSync(join(this.#bin, name), 0o755);
    }
    for (const name of WRAPPERS) symlinkSync(programPath(name), join(this.#bin, name));
    symlinkSync(programPath('bash'), join(this.#bin, 'sh'));
    mkdirSync(join(this.#seed, 'sub'), { recursive: true });
    for (const file of ['a1', 'b1', 'c.txt', 'sp ace', 'sub/in']) writeFileSync(join(this.#seed, file), `${file}\n`);
  }

  /** Runs the scripts one after the other in the lane's own folder; the answers have their order. */
  async run(scripts: readonly string[], lane = 0): Promise<Run[]> {
    const base = join(this.#root, `lane-${lane}`);
    rmSync(base, { recursive: true, force: true });
    mkdirSync(base);
    const child = spawn('bash', ['--noprofile', '--norc', '-c', DRIVER], {
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', BASE: base, SEED: this.#seed, BIN: this.#bin },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.stdin.end(scripts.map((script) => `${script}\0`).join(''));
    await new Promise((resolve) => child.on('close', resolve));
    return scripts.map((_, index) => read(join(base, String(index))));
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

function programPath(name: string): string {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
  if (found === '') throw new Error(`the machine has no ${name}`);
  return found;
}

function read(path: string): Run {
  return {
    calls: readCalls(readText(`${path}.log`)),
    output: readText(`${path}.out`).split('\n').sort(),
    files: filesBelow(path),
    invalid: /syntax error|unexpected EOF|bad substitution|error token is/.test(readText(`${path}.err`)),
  };
}

// Numbers of lines stand in bash's own messages.
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\bline \d+:/g, 'line:');
  } catch {
    // A script that ran no marker has no log.
    return '';
  }
}

function readCalls(log: string): string[] {
  const parts = log.split('\0');
  const calls: string[] = [];
  for (let at = 0; at + 1 < parts.length; ) {
    const count = Number(parts[at]) + 2;
    calls.push(JSON.stringify(parts.slice(at + 1, at + count)));
    at += count;
  }
  return calls.sort();
}

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}
