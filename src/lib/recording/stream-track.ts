// What one stream of a session becomes in the recording: text, or for binary data on a pipe only its size and
// digest (a GiB of NULs would be 6 GiB of JSON). It must account for every byte, once.
import { isUtf8 } from 'node:buffer';
import { createHash, type Hash } from 'node:crypto';
import { Utf8Repair } from './utf8-repair.ts';

export type TrackItem =
  | { readonly kind: 'text'; readonly utf8: Buffer }
  /** From here on bytes are counted, not stored. */
  | { readonly kind: 'binary-begins' }
  | { readonly kind: 'binary'; readonly bytes: number; readonly sha256: string };

export interface StreamTotals {
  readonly bytes: number;
  /** Hex; over all bytes of the stream. */
  readonly sha256: string;
}

export interface StreamTrack {
  push(bytes: Uint8Array): readonly TrackItem[];
  /** Ends a binary run and releases a held half character; the stream may go on afterwards. */
  end(): readonly TrackItem[];
  /** Null for a terminal's stream: it is stored whole. */
  totals(): StreamTotals | null;
}

/** For a terminal: everything is text, since a terminal shows it as such. */
export function terminalTrack(): StreamTrack {
  const repair = new Utf8Repair();
  return {
    push: (bytes) => asItems(repair.push(bytes)),
    end: () => asItems(repair.flush()),
    totals: () => null,
  };
}

/** For a pipe: chunks that are not text are counted and hashed instead of stored. */
export function pipeTrack(): StreamTrack {
  const repair = new Utf8Repair();
  const whole = createHash('sha256');
  let wholeBytes = 0;
  let run: { readonly hash: Hash; bytes: number } | null = null;

  const endRun = (): readonly TrackItem[] => {
    if (run === null) return [];
    const item: TrackItem = { kind: 'binary', bytes: run.bytes, sha256: run.hash.digest('hex') };
    run = null;
    return [item];
  };

  return {
    push(bytes) {
      whole.update(bytes);
      wholeBytes += bytes.length;
      if (isText(bytes)) return [...endRun(), ...asItems(repair.push(bytes))];
      const before: TrackItem[] = run === null ? [...asItems(repair.flush()), { kind: 'binary-begins' }] : [];
      run ??= { hash: createHash('sha256'), bytes: 0 };
      run.hash.update(bytes);
      run.bytes += bytes.length;
      return before;
    },
    end: () => [...endRun(), ...asItems(repair.flush())],
    totals: () => ({ bytes: wholeBytes, sha256: whole.copy().digest('hex') }),
  };
}

/** Below this a share says nothing: one odd byte of four is not a binary file. */
const SMALLEST_JUDGED_BYTES = 64;
const BINARY_SHARE = 0.1;
/** Control characters are counted in a sample of about this many bytes, spread evenly: the rest of a chunk is alike. */
const SAMPLE_BYTES = 4096;

/** No NUL, and at most a tenth is control characters or, together, not UTF-8. Never loses anything: it only chooses. */
export function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  if (bytes.length < SMALLEST_JUDGED_BYTES) return true;
  return controlShare(bytes) + countInvalid(bytes) / bytes.length <= BINARY_SHARE;
}

/** C0 controls and DEL, but for those that text and terminals' escape sequences use: BEL BS HT LF VT FF CR ESC. */
function controlShare(bytes: Uint8Array): number {
  const step = Math.ceil(bytes.length / SAMPLE_BYTES);
  let [looked, controls] = [0, 0];
  for (let at = 0; at < bytes.length; at += step) {
    const byte = bytes[at] ?? 0;
    looked += 1;
    if ((byte < 0x20 && (byte < 0x07 || byte > 0x0d) && byte !== 0x1b) || byte === 0x7f) controls += 1;
  }
  return controls / looked;
}

function countInvalid(bytes: Uint8Array): number {
  if (isUtf8(bytes)) return 0;
  let count = 0;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', at + 1)) count += 1;
  return count;
}

function asItems(utf8: Buffer): readonly TrackItem[] {
  return utf8.length === 0 ? [] : [{ kind: 'text', utf8 }];
}
