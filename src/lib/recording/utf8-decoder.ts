// Bytes to text across chunk borders: a character split between two chunks comes out whole with the second.
// Invalid bytes become U+FFFD exactly as the Encoding Standard says, wherever the chunks are cut.
import { isAscii } from 'node:buffer';

export interface DecodedText {
  readonly text: string;
  /** True where every character is ASCII: such text can be encoded again at memory speed. */
  readonly ascii: boolean;
}

export class Utf8Decoder {
  #held: Buffer = Buffer.alloc(0);

  /** How many bytes (0–3) wait for the rest of their character. */
  get heldBytes(): number {
    return this.#held.length;
  }

  push(bytes: Uint8Array): DecodedText {
    const all = this.#join(bytes);
    const tail = incompleteTail(all);
    this.#held = tail === 0 ? EMPTY : Buffer.from(all.subarray(all.length - tail));
    const body = tail === 0 ? all : all.subarray(0, all.length - tail);
    return isAscii(body)
      ? { text: body.toString('latin1'), ascii: true }
      : { text: body.toString('utf8'), ascii: false };
  }

  /** What is left at the end: U+FFFD for a character that never became whole. */
  flush(): DecodedText {
    const text = this.#held.toString('utf8');
    this.#held = EMPTY;
    return { text, ascii: text === '' };
  }

  #join(bytes: Uint8Array): Buffer {
    if (this.#held.length > 0) return Buffer.concat([this.#held, bytes]);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

const EMPTY = Buffer.alloc(0);

/** Length of the unfinished but so far valid character at the end of `bytes` (RFC 3629, section 4). */
function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const lead = bytes[bytes.length - back] ?? 0;
    if (lead < 0x80) return 0;
    if (lead < 0xc0) continue;
    const need = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (need <= back) return 0;
    return back === 1 || secondByteFits(lead, bytes[bytes.length - back + 1] ?? 0) ? back : 0;
  }
  return 0;
}

/** The second byte is what excludes overlong forms, surrogates and what lies beyond U+10FFFF. */
function secondByteFits(lead: number, second: number): boolean {
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high;
}
