// With --json: the beginning of each stream as text; the recording has the rest.
import { StringDecoder } from 'node:string_decoder';

export interface OutputCapture {
  add(stream: 'stdout' | 'stderr', bytes: Uint8Array): void;
  /** Bytes that are no UTF-8 show as U+FFFD. */
  text(stream: 'stdout' | 'stderr'): string;
  readonly isTruncated: boolean;
}

/** Keeps the first `maxBytes` of each stream. */
export function captureOutput(maxBytes: number): OutputCapture {
  const kept = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const lengths = { stdout: 0, stderr: 0 };
  const isCut = { stdout: false, stderr: false };
  return {
    add(stream, bytes) {
      const room = maxBytes - lengths[stream];
      if (bytes.length > room) isCut[stream] = true;
      if (room <= 0) return;
      kept[stream].push(bytes.subarray(0, room));
      lengths[stream] += Math.min(room, bytes.length);
    },
    text(stream) {
      const decoder = new StringDecoder('utf8');
      const text = decoder.write(Buffer.concat(kept[stream]));
      // Half a character at the cut was whole in the output.
      return isCut[stream] ? text : text + decoder.end();
    },
    get isTruncated() {
      return isCut.stdout || isCut.stderr;
    },
  };
}
