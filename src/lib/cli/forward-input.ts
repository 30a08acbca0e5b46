// Standard input → attach socket, with backpressure. On a terminal with a PTY behind it: raw mode and window sizes, only
// while the program runs.
import { spawnSync } from 'node:child_process';
import type { ClientMessage } from '../api/contract.ts';
import type { TerminalSize } from '../core/terminal.ts';
import type { Invocation } from '../session/client.ts';

/** The socket's side: both do nothing once it is closed. */
export interface InputSink {
  readonly message: (message: ClientMessage) => void;
  readonly bytes: (bytes: Uint8Array, onSent: () => void) => void;
}

/** Starts; the returned function stops and gives the terminal back as it was. */
export function forwardInput(
  sink: InputSink,
  invocation: Pick<Invocation, 'pty'>,
  stdin: NodeJS.ReadStream | null,
): () => void {
  if (stdin === null) {
    sink.message({ type: 'end' });
    return () => {};
  }
  const isRaw = invocation.pty !== null && stdin.isTTY === true;
  const onResize = () => sink.message({ type: 'resize', ...windowSize() });
  const onData = (bytes: Buffer) => {
    stdin.pause();
    sink.bytes(bytes, () => stdin.resume());
  };
  const onEnd = () => sink.message({ type: 'end' });
  if (isRaw) {
    makeRaw(stdin);
    process.stdout.on('resize', onResize);
  }
  stdin.on('data', onData);
  stdin.once('end', onEnd);
  // A closed descriptor or a terminal that hung up reads as the end of input.
  stdin.once('error', onEnd);
  return () => {
    stdin.off('data', onData);
    stdin.off('end', onEnd);
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
