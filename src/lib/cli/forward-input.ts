// Standard input → attach socket, with backpressure. On a terminal with a PTY behind it: raw mode and window sizes, only
// while the program runs.
import { spawnSync } from 'node:child_process';
import type { ClientMessage } from '../api/contract.ts';
import type { TerminalSize } from '../core/terminal.ts';

/** The socket's side: both do nothing once it is closed. */
export interface InputSink {
  readonly message: (message: ClientMessage) => void;
  readonly bytes: (bytes: Uint8Array, onSent: () => void) => void;
}

export interface InputPlan {
  /** null: nothing is read. */
  readonly stdin: NodeJS.ReadStream | null;
  /** What the broker is told once there is no more: the program's input ends, or others may go on with it. */
  readonly atEnd: 'end' | 'pause';
  /** Size of the program's own terminal as the broker was told; null where it has none. */
  readonly terminal: TerminalSize | null;
}

/** Starts; the returned function stops and gives the terminal back as it was. */
export function forwardInput(sink: InputSink, { stdin, atEnd, terminal }: InputPlan): () => void {
  const onEnd = () => sink.message({ type: atEnd });
  if (stdin === null) {
    onEnd();
    return () => {};
  }
  const isRaw = terminal !== null && stdin.isTTY === true;
  const onResize = () => sink.message({ type: 'resize', ...windowSize() });
  const onData = (bytes: Buffer) => {
    stdin.pause();
    sink.bytes(bytes, () => stdin.resume());
  };
  if (isRaw) {
    makeRaw(stdin);
    process.stdout.on('resize', onResize);
    const { cols, rows } = windowSize();
    // It changed while the program was judged and started.
    if (cols !== terminal.cols || rows !== terminal.rows) onResize();
  }
  stdin.on('data', onData);
  stdin.once('end', onEnd);
  // A closed descriptor or a terminal that hung up reads as the end of input.
  stdin.once('error', onEnd);
  // Who paused it before, for a line that was read, must say that it goes on.
  stdin.resume();
  return () => {
    stdin.off('data', onData);
    stdin.off('end', onEnd);
    stdin.off('error', onEnd);
    stdin.pause();
    process.stdout.off('resize', onResize);
    if (isRaw) stdin.setRawMode(false);
  };
}

/**
 * Node's raw mode still turns "\n" into "\r\n" on output (libuv, UV_TTY_MODE_RAW), which breaks full-screen programs. What
 * `setRawMode(false)` restores was saved before, so it undoes both.
 */
function makeRaw(stdin: NodeJS.ReadStream): void {
  stdin.setRawMode(true);
  // Where there is no stty, lines look as they did in Node's raw mode.
  spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
}

/** The window as the terminal says; a terminal that says nothing, or 0, counts as 80 × 24. */
export function windowSize(): TerminalSize {
  const cell = (count: number | undefined, fallback: number) => Math.min(count || fallback, 10_000);
  return { cols: cell(process.stdout.columns, 80), rows: cell(process.stdout.rows, 24) };
}
