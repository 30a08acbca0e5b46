// Binary messages of the attach socket: one byte for the stream, then the bytes.
import type { OutputStream } from '../core/events.ts';
import type { OutputChunk } from '../ports/target.ts';

const CODE: Readonly<Record<OutputStream, number>> = { stdout: 1, stderr: 2 };

/** Encodes a chunk; copies it once. */
export function encodeOutput({ stream, bytes }: OutputChunk): Buffer {
  const frame = Buffer.allocUnsafe(bytes.length + 1);
  frame[0] = CODE[stream];
  frame.set(bytes, 1);
  return frame;
}

/** Decodes without copying; undefined for a frame that is none. */
export function decodeOutput(frame: Uint8Array): OutputChunk | undefined {
  const stream = frame[0] === CODE.stdout ? 'stdout' : frame[0] === CODE.stderr ? 'stderr' : undefined;
  return stream === undefined ? undefined : { stream, bytes: frame.subarray(1) };
}
