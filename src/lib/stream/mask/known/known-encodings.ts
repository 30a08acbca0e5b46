// How bytes are written as letters and digits: base64 at every alignment, hexadecimal, octal, decimal. Where blanks and line
// breaks may stand between (base64 in columns, hex in pairs), the forms are written without them.

/**
 * The characters of base64 that depend on `bytes` alone, whatever stands before and after them: at each of the three
 * alignments, in the usual alphabet and in the one for URLs. Up to four bits at either end are in characters that
 * depend on a neighbour, too, and are left out.
 */
export function base64Of(bytes: Uint8Array): readonly string[] {
  const found = new Set<string>();
  for (const before of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]);
    const whole = Math.floor((shifted.length * 8) / 6);
    const own = shifted.toString('base64').slice(before === 0 ? 0 : before + 1, whole);
    found.add(own);
    found.add(own.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return [...found];
}

/** The same with their last character, as it is where nothing follows the bytes, or a line feed: with padding and without. */
export function base64EndsOf(bytes: Uint8Array): readonly string[] {
  const found = new Set<string>();
  for (const after of ['', '\n']) {
    for (const before of [0, 1, 2]) {
      const shifted = Buffer.concat([Buffer.alloc(before), bytes, Buffer.from(after)]);
      const ended = shifted.toString('base64').slice(before === 0 ? 0 : before + 1);
      for (const form of [ended, ended.replaceAll('+', '-').replaceAll('/', '_')]) {
        found.add(form);
        found.add(form.replace(/=+$/, ''));
      }
    }
  }
  return [...found];
}

/** Pairs of digits, bare, in both cases. */
export function hexOf(bytes: Uint8Array): readonly string[] {
  const lower = Buffer.from(bytes).toString('hex');
  return [lower, lower.toUpperCase()];
}

/** Pairs of digits in both cases, with what programs put before or between them. */
export function markedHexOf(bytes: Uint8Array): readonly string[] {
  return [false, true].flatMap((isUpper) => {
    const pairs = Array.from(bytes, (byte) => {
      const pair = byte.toString(16).padStart(2, '0');
      return isUpper ? pair.toUpperCase() : pair;
    });
    const every = (prefix: string, separator: string) => pairs.map((pair) => prefix + pair).join(separator);
    return [
      ...[':', '-', ','].map((separator) => every('', separator)),
      ...['\\x', '0x', '%', '\\u00'].map((prefix) => every(prefix, '')),
      every('0x', ','),
      every('0X', ','),
      pairs.map((pair) => `0x${pair.replace(/^0/, '')}`).join(','),
    ];
  });
}

/** Arrays of numbers, as `JSON.stringify` writes a buffer, and octal escapes. */
export function numbersOf(bytes: Uint8Array): readonly string[] {
  const octal = Array.from(bytes, (byte) => byte.toString(8).padStart(3, '0'));
  return [
    Array.from(bytes).join(','),
    octal.map((digits) => `\\${digits}`).join(''),
    octal.map((digits) => `\\0${digits}`).join(''),
    octal.join(''),
  ];
}
