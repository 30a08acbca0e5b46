// The text of a screen's stream in the order it was printed, wherever the cursor was: what was printed and overwritten before
// anybody could see it is in the bytes, and so in recordings. Anything that moves the cursor ends a line here.

/** Bytes kept of what was let go: enough for a name before its value. */
const KEPT_BYTES = 1_024;

/** Cursor forward; over more columns than this nothing belongs together. */
const FORWARD = /^\u001b\[[0-9]*C$/;
const FORWARD_MAX = 16;

export class ScreenLine {
  #bytes: number[] = [];
  /** Where in the stream each byte's character stands; -1 for line ends. */
  #origins: number[] = [];
  #sawCr = false;
  /** Something was printed since `trim`. */
  isChanged = false;

  print(codePoint: number, origin: number): void {
    this.#settleCr();
    this.isChanged = true;
    if (codePoint < 0x80) {
      this.#bytes.push(codePoint);
      this.#origins.push(origin);
      return;
    }
    for (const byte of Buffer.from(String.fromCodePoint(codePoint))) {
      this.#bytes.push(byte);
      this.#origins.push(origin);
    }
  }

  control(sequence: string): void {
    if (sequence === '\r') {
      this.#sawCr = true;
    } else if (sequence === '\t') {
      this.#settleCr();
      this.#push(0x09);
    } else if (FORWARD.test(sequence)) {
      // Programs step over blanks that are there already.
      this.#settleCr();
      const blanks = Math.min(Number.parseInt(sequence.slice(2), 10) || 1, FORWARD_MAX);
      for (let count = 0; count < blanks; count++) this.#push(0x20);
    } else {
      this.#sawCr = false;
      this.break();
    }
  }

  break(): void {
    this.#settleCr();
    if (this.#bytes.length > 0 && this.#bytes.at(-1) !== 0x0a) this.#push(0x0a);
  }

  get text(): Buffer {
    return Buffer.from(this.#bytes);
  }

  /** Where in the stream the characters of these bytes stand, each once, in their order. */
  originsOf(from: number, to: number): readonly number[] {
    return [...new Set(this.#origins.slice(from, to))].filter((origin) => origin >= 0);
  }

  /** Forgets what stands before `position`, but for the end of it. */
  trim(position: number): void {
    this.isChanged = false;
    let past = this.#origins.findLastIndex((origin) => origin >= 0 && origin < position) + 1;
    past = Math.max(0, past - KEPT_BYTES);
    this.#bytes = this.#bytes.slice(past);
    this.#origins = this.#origins.slice(past);
  }

  #settleCr(): void {
    if (this.#sawCr) this.#push(0x0d);
    this.#sawCr = false;
  }

  #push(byte: number): void {
    this.#bytes.push(byte);
    this.#origins.push(-1);
  }
}
