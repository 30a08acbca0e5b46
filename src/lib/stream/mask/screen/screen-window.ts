// Raw bytes of a screen's stream that were not let go yet, and what will stand in the place of some of them. Everything that is
// not replaced goes out byte for byte, in order. Positions count from the stream's begin.

export class ScreenWindow {
  #bytes = Buffer.alloc(4 * 1024);
  #start = 0;
  #end = 0;
  /** By where they begin; they do not overlap. */
  readonly #replacements = new Map<number, { readonly to: number; readonly text: string }>();
  /** Characters of no width, by the character they stand behind: they go where it goes. */
  readonly #followers = new Map<number, { readonly from: number; readonly to: number }[]>();

  /** Position of the first byte held. */
  get start(): number {
    return this.#start;
  }

  /** Position past the last byte held. */
  get end(): number {
    return this.#end;
  }

  append(bytes: Uint8Array): void {
    const length = this.#end - this.#start;
    if (length + bytes.length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(2 * this.#bytes.length, length + bytes.length));
      this.#bytes.copy(larger, 0, 0, length);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, length);
    this.#end += bytes.length;
  }

  /** Takes back the last bytes appended. */
  truncate(byteCount: number): void {
    this.#end -= byteCount;
  }

  /** A view, valid until the next `append` or `release`. */
  slice(from: number, to: number): Buffer {
    return this.#bytes.subarray(from - this.#start, to - this.#start);
  }

  /** Length of the character that begins there: one byte where it is no UTF-8, as the tokenizer says. */
  characterEnd(from: number): number {
    const lead = this.#bytes[from - this.#start] as number;
    const length = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
    const text = this.slice(from, Math.min(from + length, this.#end));
    // One decoded character is one code point of that length; anything else was shown byte by byte.
    return length > 1 && text.length === length && isWhole(text) ? from + length : from + 1;
  }

  replace(from: number, to: number, text: string): void {
    if (this.#replacements.has(from)) return;
    this.#replacements.set(from, { to, text });
    for (const follower of this.#followers.get(from) ?? [])
      this.#replacements.set(follower.from, { to: follower.to, text: '' });
  }

  isReplaced(from: number): boolean {
    return this.#replacements.has(from);
  }

  follow(leader: number, from: number, to: number): void {
    if (leader < this.#start) return;
    const followers = this.#followers.get(leader);
    if (followers === undefined) this.#followers.set(leader, [{ from, to }]);
    else followers.push({ from, to });
    if (this.#replacements.has(leader)) this.#replacements.set(from, { to, text: '' });
  }

  /** Lets go of everything before `to`, which no replacement may cross. */
  release(to: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    let at = this.#start;
    const due = [...this.#replacements].filter(([from]) => from < to).sort(([a], [b]) => a - b);
    for (const [from, replacement] of due) {
      this.#replacements.delete(from);
      if (from < at) continue;
      pieces.push(this.slice(at, from), Buffer.from(replacement.text));
      at = replacement.to;
    }
    if (at < to) pieces.push(this.slice(at, to));
    const released = Buffer.concat(pieces);
    this.#drop(Math.max(to, at));
    return released;
  }

  #drop(to: number): void {
    this.#bytes.copyWithin(0, to - this.#start, this.#end - this.#start);
    this.#start = to;
    for (const leader of this.#followers.keys()) if (leader < to) this.#followers.delete(leader);
  }
}

function isWhole(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  return text.length === ((text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1) && Buffer.from(text).equals(bytes);
}
