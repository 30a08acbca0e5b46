// One line on a terminal that says how long somebody has waited, and takes itself away again.
import { systemClock } from '../core/clock.ts';
import { isDumbTerminal } from './environment.ts';

const EVERY_MS = 1000;
/** Back to the first column, and nothing to the right of it. */
const CLEAR = '\r\u001b[K';

/** Shows `what` and the seconds since now, until the returned function is called. On anything but a terminal: nothing. */
export function waitingLine(what: string, stream: NodeJS.WriteStream = process.stderr): () => void {
  if (stream.isTTY !== true || isDumbTerminal()) return () => {};
  const startedAt = systemClock.monotonic();
  const timer = setInterval(() => {
    const seconds = Math.round((systemClock.monotonic() - startedAt) / 1000);
    stream.write(`${CLEAR}${what} … ${seconds} s`);
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    stream.write(CLEAR);
  };
}
