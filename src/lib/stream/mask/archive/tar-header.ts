// The header of a file in a tar archive (POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar's are alike): how long the file is, and
// what its fields are. It is only for cutting a stream where one text ends and the next begins.

export const BLOCK_BYTES = 512;

export interface TarHeader {
  /** Of what follows, with what fills its last block. */
  readonly contentBytes: number;
}

interface Field {
  readonly from: number;
  readonly to: number;
  readonly isWord?: boolean;
}

const SIZE: Field = { from: 124, to: 136 };
const CHECKSUM: Field = { from: 148, to: 156 };
const TYPE: Field = { from: 156, to: 157 };
/** All of a header. */
const FIELDS: readonly Field[] = [
  { from: 0, to: 100, isWord: true }, // name
  { from: 100, to: 108 }, // mode
  { from: 108, to: 116 }, // user id
  { from: 116, to: 124 }, // group id
  SIZE,
  { from: 136, to: 148 }, // time
  CHECKSUM,
  TYPE,
  { from: 157, to: 257, isWord: true }, // what it is a link to
  { from: 257, to: 265 }, // how it is written
  { from: 265, to: 297, isWord: true }, // user
  { from: 297, to: 329, isWord: true }, // group
  { from: 329, to: 337 }, // major and
  { from: 337, to: 345 }, // minor number of a device
  { from: 345, to: BLOCK_BYTES, isWord: true }, // what stands before the name
];
/** Links, devices, folders and pipes: nothing follows, whatever their size says. */
const HAS_NO_CONTENT = /[1-6]/;

/** Null for a block that is no header, and for files of 8 GiB or more. The size of such a file is no octal number. */
export function readTarHeader(block: Uint8Array): TarHeader | null {
  if (octalIn(block, CHECKSUM) !== checksumOf(block)) return null;
  const size = octalIn(block, SIZE);
  if (size === null) return null;
  const isBare = HAS_NO_CONTENT.test(String.fromCharCode(block[TYPE.from] as number));
  return { contentBytes: isBare ? 0 : Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES };
}

/**
 * The header with each of its fields masked as a text of its own: `mask` keeps lengths. Where nothing but words was changed its checksum is
 * made anew, so that the file arrives, under another name. Where a number was changed it stays wrong, and whoever unpacks it says so.
 */
export function maskTarHeader(block: Uint8Array, mask: (text: Uint8Array) => Uint8Array): Buffer {
  const masked = Buffer.from(block);
  let areNumbersWhole = true;
  for (const { from, to, isWord = false } of FIELDS) {
    const field = block.subarray(from, to);
    masked.set(mask(field), from);
    areNumbersWhole &&= isWord || masked.subarray(from, to).equals(field);
  }
  if (areNumbersWhole && !masked.equals(block)) {
    masked.write(`${checksumOf(masked).toString(8).padStart(6, '0')}\0 `, CHECKSUM.from, 'latin1');
  }
  return masked;
}

/** The sum of all bytes, those of the checksum itself taken for blanks. */
function checksumOf(block: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < BLOCK_BYTES; at++) {
    sum += at >= CHECKSUM.from && at < CHECKSUM.to ? 0x20 : (block[at] as number);
  }
  return sum;
}

/** Null where it is no octal number. */
function octalIn(block: Uint8Array, { from, to }: Field): number | null {
  const text = String.fromCharCode(...block.subarray(from, to));
  return /^ *[0-7]+[ \0]*$/.test(text) ? Number.parseInt(text, 8) : null;
}
