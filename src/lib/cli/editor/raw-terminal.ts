// A terminal while somebody writes a line on it: raw, with pastes marked, and given back on every way out. Signals from
// outside are told, so that the way out is always ours.
import { drainInput } from './drain-input.ts';
import { PASTE_OFF, PASTE_ON } from './keys.ts';

export interface TerminalEvents {
  readonly onData: (bytes: Buffer) => void;
  readonly onEnd: () => void;
  readonly onResize: () => void;
  readonly onSignal: (name: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => void;
  /** This process ran again after it was stopped: others may have written on the terminal. */
  readonly onResume: () => void;
}

export interface RawTerminal {
  /** Bytes that were typed before it was ours, and were dropped. */
  readonly dropped: number;
  /** Stops this process and those it shares a job with, as the kernel does for ^Z where a terminal is not raw. */
  suspend(): void;
  release(): void;
}

/** A process group that nobody could continue is not stopped by the kernel at all; then it goes on after this long. */
const STOP_FAILED_MS = 50;

/** Takes the terminal. */
export function takeTerminal(
  stdin: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  { onData, onEnd, onResize, onSignal, onResume }: TerminalEvents,
): RawTerminal {
  let timer: NodeJS.Timeout | undefined;
  const signals = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => ({ name, handler: () => onSignal(name) }));

  function resume(): void {
    clearTimeout(timer);
    stdin.setRawMode(true);
    output.write(PASTE_ON);
    onResume();
  }

  stdin.setRawMode(true);
  const dropped = drainInput(stdin);
  stdin.on('data', onData);
  stdin.on('end', onEnd);
  stdin.on('error', onEnd);
  output.on('resize', onResize);
  process.on('SIGCONT', resume);
  for (const { name, handler } of signals) process.on(name, handler);
  output.write(PASTE_ON);
  stdin.resume();

  return {
    dropped,
    suspend() {
      output.write(PASTE_OFF);
      stdin.setRawMode(false);
      timer = setTimeout(resume, STOP_FAILED_MS);
      process.kill(0, 'SIGTSTP');
    },
    release() {
      clearTimeout(timer);
      stdin.off('data', onData);
      stdin.off('end', onEnd);
      stdin.off('error', onEnd);
      output.off('resize', onResize);
      process.off('SIGCONT', resume);
      for (const { name, handler } of signals) process.off(name, handler);
      stdin.pause();
      output.write(PASTE_OFF);
      stdin.setRawMode(false);
    },
  };
}
