// One line on a terminal that says how long somebody has waited, and takes itself away again.
import { systemClock } from '../core/clock.ts';
import { isDumbTerminal } from './environment.ts';

const EVERY_MS = 1000;
/** Who is answered sooner needs no count, and a terminal that both people share stays readable. */
const QUIET_MS = 5000;
/** Back to the first column, and nothing to the right of it. */
const CLEAR = '\r\u001b[K';

/** After 5 s it shows `what` and the seconds since now, until the returned function is called; only on a terminal. */
export function waitingLine(what: string, stream: NodeJS.WriteStream = process.stderr): () => void {
  if (stream.isTTY !== true || isDumbTerminal()) return () => {};
  const startedAt = systemClock.monotonic();
  let isShown = false;
  const timer = setInterval(() => {
    const waitedMs = systemClock.monotonic() - startedAt;
    if (Math.round(waitedMs / 1000) * 1000 < QUIET_MS) return;
    stream.write(`${CLEAR}${what} … ${Math.round(waitedMs / 1000)} s`);
    isShown = true;
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    if (isShown) stream.write(CLEAR);
  };
}
