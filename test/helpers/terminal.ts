// A person's terminal: a real PTY with bash on it, to type into and to look at. What was on it stays in `text`.
import { join } from 'node:path';
import * as pty from 'node-pty';
import { CLI, type CliWorld, until } from './cli.ts';

export interface Terminal extends Disposable {
  text(): string;
  type(text: string): void;
  resize(cols: number, rows: number): void;
  /** Resolves once the text matches, from where the last match ended. */
  sees(pattern: RegExp, ms?: number): Promise<RegExpExecArray>;
  /** Runs a line in bash and resolves with what it printed. */
  run(line: string, ms?: number): Promise<string>;
}

/** A terminal of 80 × 24 whose bash knows `sallyport`. */
export function openTerminal(world: CliWorld): Terminal {
  const shell = pty.spawn('/bin/bash', ['--noprofile', '--norc', '-i'], {
    cols: 80,
    rows: 24,
    cwd: world.folder,
    env: { ...world.env, TERM: 'xterm-256color', PS1: '', HISTFILE: join(world.folder, 'history') },
  });
  let text = '';
  let seen = 0;
  let hasEnded = false;
  shell.onData((data) => {
    text += data;
  });
  shell.onExit(() => {
    hasEnded = true;
  });
  let lines = 0;

  async function sees(pattern: RegExp, ms = 20_000): Promise<RegExpExecArray> {
    let found: RegExpExecArray | null = null;
    const look = () => {
      found = pattern.exec(text.slice(seen));
      return found !== null;
    };
    await until(look, `${pattern} in ${JSON.stringify(text.slice(seen))}`, ms);
    const match = found as unknown as RegExpExecArray;
    seen += match.index + match[0].length;
    return match;
  }

  shell.write(
    `sallyport() { ${process.execPath} ${CLI} "$@"; }; PS1=; bind 'set enable-bracketed-paste off'; stty -echo; echo re''ady\r`,
  );
  return {
    text: () => text,
    type: (typed) => shell.write(typed),
    resize: (cols, rows) => shell.resize(cols, rows),
    sees,
    async run(line, ms) {
      if (lines === 0) await sees(/ready\r\n/);
      lines += 1;
      // The quotes keep an echo of the line from looking like its end.
      shell.write(`${line}; echo "done""-${lines}-$?"\r`);
      const match = await sees(new RegExp(`([\\s\\S]*?)done-${lines}-(\\d+)\\r\\n`), ms);
      return `${match[1]}[${match[2]}]`;
    },
    [Symbol.dispose]() {
      if (!hasEnded) process.kill(shell.pid, 'SIGKILL');
    },
  };
}
