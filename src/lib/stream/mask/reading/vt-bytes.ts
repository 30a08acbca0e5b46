// Bytes of a terminal's stream by what they mean to it. Sources: ECMA-48, XTerm Control Sequences, UTF-8 (RFC 3629).

export const BYTE = {
  bel: 0x07,
  backspace: 0x08,
  tab: 0x09,
  lineFeed: 0x0a,
  verticalTab: 0x0b,
  formFeed: 0x0c,
  carriageReturn: 0x0d,
  cancel: 0x18,
  substitute: 0x1a,
  escape: 0x1b,
  space: 0x20,
  delete: 0x7f,
} as const;

/** What a byte is in plain text: shown as it is, a control character, or the lead of characters some of which are not shown. */
export const PLAIN = 0;
export const CONTROL = 1;
export const LEAD = 2;

/** UTF-8 sequences that begin with these can be C1 controls or have no width; of others none is looked at. */
const LEADS: Readonly<Record<number, number>> = { 194: 2, 226: 3, 239: 3, 243: 4 };

export const CLASS: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte in LEADS) return LEAD;
  return byte < 0x20 || byte === BYTE.delete ? CONTROL : PLAIN;
});

/** Length of the sequence that begins with a LEAD byte. */
export const sequenceLength = (lead: number): number => LEADS[lead] as number;

/** The code point of a complete sequence, or -1 where it is no UTF-8. */
export function decode(bytes: Uint8Array, at: number, length: number): number {
  let codePoint = (bytes[at] as number) & (0x7f >> length);
  for (let next = 1; next < length; next++) {
    const byte = bytes[at + next] as number;
    if ((byte & 0xc0) !== 0x80) return -1;
    codePoint = (codePoint << 6) | (byte & 0x3f);
  }
  return codePoint;
}

/**
 * Characters that a reader does not see: of no width, joiners, directions, soft hyphen, tags and variation selectors. What
 * stands on both sides of one reads as one word, and so the mask reads it.
 */
export function isUnseen(codePoint: number): boolean {
  return (
    codePoint === 0xad ||
    (codePoint >= 0x200b && codePoint <= 0x200f) ||
    (codePoint >= 0x202a && codePoint <= 0x202e) ||
    (codePoint >= 0x2060 && codePoint <= 0x206f) ||
    (codePoint >= 0xfe00 && codePoint <= 0xfe0f) ||
    codePoint === 0xfeff ||
    (codePoint >= 0xfff9 && codePoint <= 0xfffb) ||
    (codePoint >= 0xe0000 && codePoint <= 0xe01ef)
  );
}
