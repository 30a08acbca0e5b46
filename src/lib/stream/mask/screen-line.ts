// The text of a screen's stream in the order it was printed, wherever the cursor was: what was printed and overwritten before
// anybody could see it is in the bytes, and so in recordings. Anything that moves the cursor ends a line here.

/** Bytes kept of what was let go: enough for a name before its value. */
const KEPT_BYTES = 1_024;

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

  originAt(index: number): number {
    return this.#origins[index] ?? -1;
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
