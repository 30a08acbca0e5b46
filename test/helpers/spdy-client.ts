// Frames of a SPDY/3.1 client as a test wants them, right or wrong, and a reader of a server's. Headers are compressed as one stream, as
// real clients do: later blocks refer to earlier ones.
import { constants, createDeflate, inflateSync } from 'node:zlib';
import { SPDY_DICTIONARY } from '../../src/lib/kubernetes/streams/spdy/dictionary.ts';

export function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

export function frame(first: number, flags: number, body: Uint8Array): Buffer {
  const head = Buffer.concat([word(first), word(body.length)]);
  head[4] = flags;
  return Buffer.concat([head, body]);
}

export const control = (type: number, flags: number, ...parts: Uint8Array[]): Buffer =>
  frame(0x8003_0000 + type, flags, Buffer.concat(parts));
export const data = (id: number, text: string | Uint8Array, isLast = false): Buffer =>
  frame(id, isLast ? 1 : 0, Buffer.from(text as string));

export function headersText(headers: Readonly<Record<string, string>>): Buffer {
  const text = (value: string) => [word(value.length), Buffer.from(value, 'latin1')];
  const all = Object.entries(headers);
  return Buffer.concat([word(all.length), ...all.flatMap(([name, value]) => [...text(name), ...text(value)])]);
}

/** A compressor of headers for one connection: each call gives the next block. */
export function headerWriter(dictionary: Buffer = SPDY_DICTIONARY): (plain: Buffer) => Promise<Buffer> {
  const deflate = createDeflate({ dictionary });
  return async (plain) => {
    deflate.write(plain);
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, resolve));
    return Buffer.concat([deflate.read() ?? Buffer.alloc(0)]);
  };
}

export const synStream = (id: number, block: Buffer, flags = 0): Buffer =>
  control(1, flags, word(id), word(0), Buffer.alloc(2), block);

export interface ServerFrames {
  /** Of each stream's replies: their headers as they are. */
  readonly replies: Map<number, Buffer>;
  readonly texts: Map<number, string>;
  readonly ended: Set<number>;
  readonly pings: number[];
  readonly others: number[];
}

/** Reads whole frames of a server. */
export function readServer(bytes: Buffer): ServerFrames {
  const seen: ServerFrames = { replies: new Map(), texts: new Map(), ended: new Set(), pings: [], others: [] };
  let blocks = Buffer.alloc(0);
  let readBytes = 0;
  for (let at = 0; at + 8 <= bytes.length; ) {
    const first = bytes.readUInt32BE(at);
    const size = bytes.readUIntBE(at + 5, 3);
    const body = bytes.subarray(at + 8, at + 8 + size);
    if (body.length < size) break;
    const flags = bytes[at + 4] as number;
    if (first < 0x8000_0000) {
      seen.texts.set(first, (seen.texts.get(first) ?? '') + body.toString('latin1'));
      if (flags === 1) seen.ended.add(first);
    } else if (first === 0x8003_0002) {
      blocks = Buffer.concat([blocks, body.subarray(4)]);
      const all = inflateSync(blocks, { dictionary: SPDY_DICTIONARY, finishFlush: constants.Z_SYNC_FLUSH });
      seen.replies.set(body.readUInt32BE(0), all.subarray(readBytes));
      readBytes = all.length;
    } else if (first === 0x8003_0006) seen.pings.push(body.readUInt32BE(0));
    else seen.others.push(first & 0xffff);
    at += 8 + size;
  }
  return seen;
}
