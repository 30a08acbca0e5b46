// The headers of SPDY's streams: all blocks of one direction are one compressed stream. Few streams are opened and their headers are
// short, so that what came before is simply read again: nothing is kept in between but bytes, and a block that expands is cut short.
import { constants, deflateRawSync, deflateSync, inflateSync } from 'node:zlib';
import { StreamViolation } from '../channel-message.ts';
import { SPDY_DICTIONARY } from './dictionary.ts';

/** Of all blocks of a connection, expanded. */
const EXPANDED_MAX_BYTES = 64 * 1024;
const MOST_HEADERS = 32;

export type SpdyHeaders = ReadonlyMap<string, string>;

export class HeaderBlockReader {
  #compressed: Buffer = Buffer.alloc(0);
  #readBytes = 0;

  /** The headers of the next block. Throws `StreamViolation`. */
  read(block: Buffer): SpdyHeaders {
    this.#compressed = Buffer.concat([this.#compressed, block]);
    const all = expand(this.#compressed);
    const own = all.subarray(this.#readBytes);
    this.#readBytes = all.length;
    return readHeaders(own);
  }
}

function expand(compressed: Buffer): Buffer {
  try {
    return inflateSync(compressed, {
      dictionary: SPDY_DICTIONARY,
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: EXPANDED_MAX_BYTES,
    });
  } catch {
    throw new StreamViolation('headers that cannot be read');
  }
}

/** A count, then names and values, each with its length before it. */
function readHeaders(block: Buffer): SpdyHeaders {
  let at = 0;
  const word = () => {
    if (block.length - at < 4) throw new StreamViolation('headers that are cut off');
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const text = () => {
    const length = word();
    if (block.length - at < length) throw new StreamViolation('headers that are cut off');
    at += length;
    return block.toString('latin1', at - length, at);
  };
  const headers = new Map<string, string>();
  const count = word();
  if (count > MOST_HEADERS) throw new StreamViolation('too many headers');
  for (let left = count; left > 0; left--) {
    const name = text();
    if (!/^[a-z0-9:-]+$/.test(name) || headers.has(name)) throw new StreamViolation('a header with a wrong name');
    headers.set(name, text());
  }
  if (at !== block.length) throw new StreamViolation('more than the headers');
  return headers;
}

const NO_HEADERS = Buffer.alloc(4);
const FLUSH = { finishFlush: constants.Z_SYNC_FLUSH } as const;
/** No block refers to one before it: each goes on where the last one ended, on a whole byte. */
const FIRST = deflateSync(NO_HEADERS, { ...FLUSH, dictionary: SPDY_DICTIONARY });
const LATER = deflateRawSync(NO_HEADERS, FLUSH);

/** The block of a reply without headers: the first of a connection, or a later one. */
export const emptyBlock = (isFirst: boolean): Buffer => (isFirst ? FIRST : LATER);
