// The last of what a session's commands wrote, for readers that come back: bytes with a position that only grows.

/** Kept at most; what is older is counted, never silently gone. The recording has all of it. */
export const KEPT_BYTES = 1024 * 1024;

export interface OutputPage {
  /** Where the text begins: `cursor` as asked, or later where that is no longer kept. */
  readonly from: number;
  readonly next: number;
  /** Bytes between the cursor that was asked for and `from`. */
  readonly skipped: number;
  readonly text: string;
}

/** Output comes in chunks of any size, down to a byte: they are put together. */
const BLOCK_BYTES = 64 * 1024;

export class OutputLog {
  /** Full but for the last; the first begins at `#base`. */
  readonly #blocks: Buffer[] = [];
  #base = 0;
  #end = 0;

  /** Position after the last byte. */
  get end(): number {
    return this.#end;
  }

  /** Position of the first byte that is kept. */
  get #start(): number {
    return Math.max(0, this.#end - KEPT_BYTES);
  }

  push(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const used = (this.#end - this.#base) % BLOCK_BYTES;
      if (used === 0) this.#blocks.push(Buffer.allocUnsafe(BLOCK_BYTES));
      const piece = bytes.subarray(done, done + BLOCK_BYTES - used);
      this.#blocks.at(-1)?.set(piece, used);
      done += piece.length;
      this.#end += piece.length;
      while (this.#start - this.#base >= BLOCK_BYTES) {
        this.#blocks.shift();
        this.#base += BLOCK_BYTES;
      }
    }
  }

  /**
   * At most `limit` bytes from `cursor` on, as UTF-8; a character is not cut in two, unless `isOver` and it never got its
   * end. `limit` is at least 4.
   */
  read(cursor: number, limit: number, isOver: boolean): OutputPage {
    const from = Math.min(Math.max(cursor, this.#start), this.#end);
    const rest = this.#from(from, limit);
    const reachesEnd = from + rest.length === this.#end;
    const bytes = isOver && reachesEnd ? rest : rest.subarray(0, wholeCharacters(rest));
    return { from, next: from + bytes.length, skipped: Math.max(0, from - cursor), text: bytes.toString('utf8') };
  }

  /** The text after the last line feed, at most `limit` bytes of it. */
  lastLine(limit: number): string {
    const tail = this.#from(Math.max(this.#start, this.#end - limit), limit);
    return tail.subarray(tail.lastIndexOf(0x0a) + 1).toString('utf8');
  }

  #from(position: number, limit: number): Buffer {
    const until = Math.min(position + limit, this.#end);
    const found: Buffer[] = [];
    for (let at = position; at < until; ) {
      const offset = at - this.#base;
      const inBlock = offset % BLOCK_BYTES;
      const length = Math.min(until - at, BLOCK_BYTES - inBlock);
      found.push(
        this.#blocks[Math.floor(offset / BLOCK_BYTES)]?.subarray(inBlock, inBlock + length) ?? Buffer.alloc(0),
      );
      at += length;
    }
    return Buffer.concat(found);
  }
}

/** Length without a character that has only begun. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
