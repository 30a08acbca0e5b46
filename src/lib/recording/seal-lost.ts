// After a crash: a recording that nobody closed gets its end. The half line of an interrupted write goes (stock players
// stop at it with an error), what is whole stays as it is, and the manifest says that the session was cut off.
import type { Clock } from '../core/clock.ts';
import type { ExitStatus } from '../core/events.ts';
import type { SessionId } from '../core/ids.ts';
import type { Archive } from '../ports/archive.ts';
import { decodeEvent, decodeHeader, decodeMarker, encodeEvent, encodeMarker } from './asciicast.ts';
import { digestOf, MANIFEST_NAME, type Manifest, putManifest } from './manifest.ts';
import { exitStatusOf, linesOf } from './read.ts';

/** `damaged`: it has no header, or a line that is no event; it is left as it is. */
export type LostRecording = 'sealed' | 'sealed-already' | 'damaged' | 'missing';

/**
 * Closes the recording of a session whose broker died. Only for the one broker that lives: a recording that is being
 * written looks the same. Rejects with `cannot-record`, and `recording-damaged` where a line is too long to be one.
 */
export async function sealLostRecording(
  { archive, clock }: { readonly archive: Archive; readonly clock: Clock },
  session: SessionId,
): Promise<LostRecording> {
  const bytes = archive.read(session);
  if (bytes === undefined) return 'missing';
  if ((await archive.getSidecar(session, MANIFEST_NAME)) !== undefined) return 'sealed-already';
  const found = await takeStock(bytes);
  if (found === null) return 'damaged';

  const { startedAt, lastMs, wholeBytes, cutBytes, status, events } = found;
  if (!found.hasEnd) {
    const markers = [
      ...(cutBytes > 0 ? [encodeMarker('recording.cut', { droppedBytes: cutBytes })] : []),
      encodeMarker('exit', { unknown: true, brokerLost: true }),
    ];
    const writer = await archive.reopen(session, wholeBytes);
    await writer.write(Buffer.concat(markers.map((marker) => encodeEvent(lastMs, 'm', marker))));
    await writer.close();
    events.m = (events.m ?? 0) + markers.length;
  }
  const manifest: Manifest = {
    version: 1,
    session,
    file: await digestOf(archive.read(session) ?? bytes),
    events,
    startedAt,
    endedAt: clock.now(),
    status,
    complete: found.hasEnd,
    streams: null,
  };
  await putManifest(archive, manifest);
  return 'sealed';
}

interface Stock {
  readonly startedAt: number;
  readonly lastMs: number;
  /** Up to the end of the last whole line. */
  readonly wholeBytes: number;
  readonly cutBytes: number;
  readonly hasEnd: boolean;
  readonly status: ExitStatus | null;
  readonly events: Record<string, number>;
}

/** What is there, or null where it is not a recording of whole events up to a cut. */
async function takeStock(bytes: AsyncIterable<Uint8Array>): Promise<Stock | null> {
  let header: ReturnType<typeof decodeHeader> = null;
  let [lastMs, wholeBytes, cutBytes, hasEnd] = [0, 0, 0, false];
  let status: ExitStatus | null = null;
  const events: Record<string, number> = {};
  for await (const line of linesOf(bytes)) {
    if (!line.whole) {
      cutBytes = line.bytes;
      break;
    }
    wholeBytes += line.bytes + 1;
    if (line.number === 1) {
      header = decodeHeader(line.text);
      continue;
    }
    const event = decodeEvent(line.text);
    if (event === null) return null;
    const [atMs, code, data] = event;
    lastMs = atMs;
    events[code] = (events[code] ?? 0) + 1;
    const marker = code === 'm' ? decodeMarker(data) : null;
    hasEnd = marker?.name === 'exit';
    if (marker !== null && hasEnd) status = exitStatusOf(marker);
  }
  if (header === null) return null;
  // What stands behind an end was being written when there should be nothing more: keep it, and end again.
  hasEnd &&= cutBytes === 0;
  return { startedAt: header.startedAt, lastMs, wholeBytes, cutBytes, hasEnd, status, events };
}
