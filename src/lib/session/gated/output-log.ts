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

export class OutputLog {
  #chunks: Buffer[] = [];
  #start = 0;
  #end = 0;

  /** Position after the last byte. */
  get end(): number {
    return this.#end;
  }

  push(bytes: Uint8Array): void {
    // A copy: the writer may use its buffer again.
    this.#chunks.push(Buffer.from(bytes));
    this.#end += bytes.length;
    while (this.#end - this.#start > KEPT_BYTES) {
      const [oldest = Buffer.alloc(0)] = this.#chunks;
      const surplus = this.#end - this.#start - KEPT_BYTES;
      if (oldest.length <= surplus) this.#chunks.shift();
      else this.#chunks[0] = oldest.subarray(surplus);
      this.#start += Math.min(oldest.length, surplus);
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
    let skip = position - this.#start;
    let left = limit;
    const found: Buffer[] = [];
    for (const chunk of this.#chunks) {
      if (skip >= chunk.length) {
        skip -= chunk.length;
        continue;
      }
      const piece = chunk.subarray(skip, skip + left);
      found.push(piece);
      left -= piece.length;
      skip = 0;
      if (left === 0) break;
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
