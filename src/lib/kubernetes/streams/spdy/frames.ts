// Frames of SPDY/3.1 as clients of Kubernetes send them, read strictly and printed: draft-mbelshe-httpbis-spdy-00, 2.2 and 2.6. What a
// client of `exec` has no use for is refused. Pure.
import { StreamViolation } from '../channel-message.ts';

export type SpdyFrame =
  | { readonly kind: 'syn-stream'; readonly id: number; readonly isLast: boolean; readonly block: Buffer }
  | { readonly kind: 'data'; readonly id: number; readonly isLast: boolean; readonly bytes: Buffer }
  | { readonly kind: 'rst-stream'; readonly id: number }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'go-away' }
  /** Settings and window updates: clients of Kubernetes keep no windows, and nobody could wait for them. */
  | { readonly kind: 'ignored' };

const HEAD_BYTES = 8;
const VERSION = 3;
const FIN = 0x01;
const ID_MASK = 0x7fff_ffff;

const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const GO_AWAY = 7;
const WINDOW_UPDATE = 9;

/** Programs are written to in pieces of 32 KiB. */
const DATA_MAX_BYTES = 1024 * 1024;
/** A handful of short headers. */
const CONTROL_MAX_BYTES = 16 * 1024;

const MOST_PIECES = 1024;

export class FrameReader {
  #waiting: Buffer[] = [];
  #length = 0;

  /** Frames that are whole now. Throws `StreamViolation`. */
  push(bytes: Buffer): readonly SpdyFrame[] {
    this.#waiting.push(bytes);
    this.#length += bytes.length;
    // Bytes that come one by one are not kept as one object each.
    if (this.#waiting.length > MOST_PIECES) this.#waiting = [Buffer.concat(this.#waiting)];
    const frames: SpdyFrame[] = [];
    for (;;) {
      const head = this.#peekHead();
      if (head === undefined) return frames;
      const size = HEAD_BYTES + sizeOf(head);
      if (this.#length < size) return frames;
      frames.push(readFrame(this.#take(size)));
    }
  }

  /** True between frames: a connection may end here. */
  get isBetween(): boolean {
    return this.#length === 0;
  }

  #peekHead(): Buffer | undefined {
    if (this.#length < HEAD_BYTES) return undefined;
    const [first] = this.#waiting;
    if (first !== undefined && first.length < HEAD_BYTES) this.#waiting = [Buffer.concat(this.#waiting)];
    return this.#waiting[0];
  }

  #take(size: number): Buffer {
    const [first] = this.#waiting;
    // Joined only where a frame has come whole: a large one in small pieces is not copied for each of them.
    const all = first !== undefined && first.length >= size ? first : Buffer.concat(this.#waiting);
    this.#waiting = first === all ? this.#waiting.slice(1) : [];
    if (all.length > size) this.#waiting.unshift(all.subarray(size));
    this.#length -= size;
    return all.subarray(0, size);
  }
}

/** Of what follows the head. Throws where it is more than is taken. */
function sizeOf(head: Buffer): number {
  const size = head.readUIntBE(5, 3);
  const isControl = (head[0] as number) >= 0x80;
  if (size > (isControl ? CONTROL_MAX_BYTES : DATA_MAX_BYTES)) throw new StreamViolation('a frame that is too long');
  return size;
}

function readFrame(frame: Buffer): SpdyFrame {
  const flags = frame[4] as number;
  const body = frame.subarray(HEAD_BYTES);
  if ((frame[0] as number) < 0x80) {
    const id = idOf(frame, 0);
    if ((flags & ~FIN) !== 0) throw new StreamViolation('data with unknown flags');
    return { kind: 'data', id, isLast: flags === FIN, bytes: body };
  }
  if ((frame.readUInt16BE(0) & 0x7fff) !== VERSION) throw new StreamViolation('another version of SPDY');
  return readControl(frame.readUInt16BE(2), flags, body);
}

function readControl(type: number, flags: number, body: Buffer): SpdyFrame {
  const expectSize = (size: number, allowedFlags = 0) => {
    if (body.length !== size || (flags & ~allowedFlags) !== 0)
      throw new StreamViolation(`a wrong frame of type ${type}`);
  };
  switch (type) {
    case SYN_STREAM:
      // An id, the id of a stream it belongs to (none here), priority and slot; then the headers.
      if (body.length < 10 || (flags & ~FIN) !== 0 || body.readUInt32BE(4) !== 0) {
        throw new StreamViolation('a stream that is opened wrongly');
      }
      return { kind: 'syn-stream', id: idOf(body, 0), isLast: flags === FIN, block: body.subarray(10) };
    case RST_STREAM:
      expectSize(8);
      return { kind: 'rst-stream', id: idOf(body, 0) };
    case PING:
      expectSize(4);
      return { kind: 'ping', id: body.readUInt32BE(0) };
    case GO_AWAY:
      expectSize(8);
      return { kind: 'go-away' };
    case WINDOW_UPDATE:
      expectSize(8);
      return { kind: 'ignored' };
    case SETTINGS:
      if (body.length < 4) throw new StreamViolation('settings that are too short');
      expectSize(4 + 8 * body.readUInt32BE(0), FIN);
      return { kind: 'ignored' };
    default:
      throw new StreamViolation(`a frame of type ${type}`);
  }
}

function idOf(bytes: Buffer, offset: number): number {
  const id = bytes.readUInt32BE(offset);
  if (id === 0 || id > ID_MASK) throw new StreamViolation('a stream without a number');
  return id;
}

/** Two parts, such that the bytes are not copied. */
export function printData(id: number, bytes: Uint8Array, isLast: boolean): readonly Uint8Array[] {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(id, 0);
  head.writeUInt8(isLast ? FIN : 0, 4);
  head.writeUIntBE(bytes.length, 5, 3);
  return bytes.length === 0 ? [head] : [head, bytes];
}

export const printSynReply = (id: number, block: Uint8Array): Buffer => control(SYN_REPLY, [id], block);
export const printPing = (id: number): Buffer => control(PING, [id]);
/** `last`: the highest stream of the other side that was taken; the status is "in order". */
export const printGoAway = (last: number): Buffer => control(GO_AWAY, [last, 0]);

function control(type: number, words: readonly number[], rest: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(HEAD_BYTES + 4 * words.length);
  head.writeUInt16BE(0x8000 | VERSION, 0);
  head.writeUInt16BE(type, 2);
  head.writeUIntBE(4 * words.length + rest.length, 5, 3);
  for (const [at, word] of words.entries()) head.writeUInt32BE(word, HEAD_BYTES + 4 * at);
  return Buffer.concat([head, rest]);
}
