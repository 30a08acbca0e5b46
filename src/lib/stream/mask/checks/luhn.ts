// Payment card numbers: the check digit, and whose number it is by prefix and length (ISO/IEC 7812, the networks' own pages).

/** True where the digits end in their Luhn check digit. Everything that is no digit is ignored; no digits at all fail. */
export function isLuhn(digits: string): boolean {
  let sum = 0;
  let count = 0;
  for (let at = digits.length - 1; at >= 0; at--) {
    const digit = digits.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) continue;
    const weighted = count % 2 === 1 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
    count += 1;
  }
  return count > 1 && sum % 10 === 0;
}

export interface CardRange {
  readonly brand: string;
  /** First and last prefix, of as many digits as they are written with. */
  readonly prefixes: readonly (readonly [first: number, last: number])[];
  readonly lengths: readonly number[];
}

const LONG = [16, 17, 18, 19];

/** Where ranges overlap the first one counts; whether a number is a card does not depend on the order. */
export const CARD_RANGES: readonly CardRange[] = [
  { brand: 'visa', prefixes: [[4, 4]], lengths: [13, 16, 19] },
  {
    brand: 'mastercard',
    prefixes: [
      [51, 55],
      [2221, 2720],
    ],
    lengths: [16],
  },
  {
    brand: 'amex',
    prefixes: [
      [34, 34],
      [37, 37],
    ],
    lengths: [15],
  },
  {
    brand: 'diners',
    prefixes: [
      [300, 305],
      [3095, 3095],
      [36, 36],
      [38, 39],
    ],
    lengths: [14, 16],
  },
  { brand: 'jcb', prefixes: [[3528, 3589]], lengths: LONG },
  {
    brand: 'discover',
    prefixes: [
      [6011, 6011],
      [644, 659],
    ],
    lengths: [16, 19],
  },
  {
    brand: 'unionpay',
    prefixes: [
      [62, 62],
      [8100, 8171],
    ],
    lengths: LONG,
  },
  { brand: 'mir', prefixes: [[2200, 2204]], lengths: LONG },
  {
    brand: 'maestro',
    prefixes: [
      [5018, 5018],
      [5020, 5020],
      [5038, 5038],
      [5893, 5893],
      [6304, 6304],
      [6759, 6759],
      [6761, 6763],
    ],
    lengths: [13, 15, 16, 18, 19],
  },
  {
    brand: 'rupay',
    prefixes: [
      [6521, 6522],
      [6061, 6069],
      [6071, 6079],
      [6080, 6085],
      [8172, 8199],
      [82, 82],
      [508, 508],
    ],
    lengths: [16],
  },
  {
    brand: 'elo',
    prefixes: [
      [5041, 5041],
      [506699, 506799],
      [5090, 5090],
      [6277, 6277],
      [6362, 6363],
    ],
    lengths: [16],
  },
  { brand: 'verve', prefixes: [[5060, 5061]], lengths: [16, 19] },
  { brand: 'hipercard', prefixes: [[6062, 6062]], lengths: [16] },
  { brand: 'dankort', prefixes: [[5019, 5019]], lengths: [16] },
  { brand: 'troy', prefixes: [[9792, 9792]], lengths: [16] },
];

/** Whose card number it would be, by its first digits and its length; separators are ignored. The check digit is not looked at. */
export function cardBrand(digits: string): string | undefined {
  const bare = digits.replace(/\D/g, '');
  for (const { brand, prefixes, lengths } of CARD_RANGES) {
    if (!lengths.includes(bare.length)) continue;
    for (const [first, last] of prefixes) {
      const prefix = Number(bare.slice(0, String(first).length));
      if (prefix >= first && prefix <= last) return brand;
    }
  }
  return undefined;
}
