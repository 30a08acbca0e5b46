// Replay on this process's terminal: keys in raw mode, restored on every way out.
import { systemClock } from '../core/clock.ts';
import { markerLine } from '../recording/marker-text.ts';
import type { CastEvent } from '../recording/read.ts';
import { type ReplayEnd, replay } from '../recording/replay.ts';
import { writeTo } from './attach.ts';
import { type Palette, shortLine } from './render.ts';

export interface PlayOptions {
  readonly events: AsyncIterable<CastEvent>;
  readonly speed: number;
  readonly idleLimitMs: number | null;
  readonly wait: boolean;
  readonly showMarkers: boolean;
  readonly palette: Palette;
}

/** Resets what a recording may have left behind: attributes, the alternate screen, mouse and paste modes, the cursor. */
// Not 1049: it also puts the cursor where it was last saved, which is the top of the screen where nothing was.
const RESET_TERMINAL =
  '\u001b[0m\u001b[?1047l\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?2004l\u001b[?25h';

/** Plays to the end or until a key or a signal ends it. */
export async function playInTerminal({
  events,
  speed,
  idleLimitMs,
  wait,
  showMarkers,
  palette,
}: PlayOptions): Promise<ReplayEnd> {
  const { stdin, stdout } = process;
  const hasKeys = wait && stdin.isTTY === true && stdout.isTTY === true;
  const stop = new AbortController();
  const onSignal = () => stop.abort(new Error('interrupted'));
  process.once('SIGTERM', onSignal);
  try {
    return await replay({
      events,
      sink: (text) => writeTo(stdout, Buffer.from(text)),
      keys: hasKeys ? listenForKeys : null,
      ...(showMarkers
        ? {
            onMarker: (marker) =>
              void process.stderr.write(
                `${palette.dim(shortLine(`[${(marker.atMs / 1000).toFixed(1)}s] ${markerLine(marker)}`))}\r\n`,
              ),
          }
        : {}),
      pace: { speed, idleLimitMs, wait },
      clock: systemClock,
      signal: stop.signal,
    });
  } finally {
    process.off('SIGTERM', onSignal);
    if (stdout.isTTY === true) stdout.write(RESET_TERMINAL);
  }

  function listenForKeys(listener: (typed: string) => void): () => void {
    const onData = (typed: Buffer) => listener(typed.toString('latin1'));
    stdin.setRawMode(true);
    stdin.on('data', onData);
    stdin.resume();
    return () => {
      stdin.off('data', onData);
      stdin.pause();
      stdin.setRawMode(false);
    };
  }
}
