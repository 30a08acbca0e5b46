// Makers of texts that have a structure: a card number with its check digit, a token's three parts, base64 of something.

/** A number from 0 to `below` − 1. */
export type Draw = (below: number) => number;

/** Gets the parts between colons of `${name:a:b}`. */
export type Maker = (args: readonly string[], draw: Draw) => string;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function bytes(count: number, draw: Draw): Buffer {
  return Buffer.from(Array.from({ length: count }, () => draw(256)));
}

export const MAKERS: Readonly<Record<string, Maker>> = {
  /** `${base64of:24}`: base64 of that many random bytes. */
  base64of: ([count = '24'], draw) => bytes(Number(count), draw).toString('base64'),
  /** `${base64text:12}`: base64 of that many letters and digits. */
  base64text: ([count = '12'], draw) =>
    Buffer.from(Array.from({ length: Number(count) }, () => LETTERS[draw(LETTERS.length)]).join('')).toString('base64'),
  /** `${luhn:4:16}`: digits that begin with 4, 16 in all, the last one the check digit. `${luhn:4:16: }` groups by four. */
  luhn: ([prefix = '4', length = '16', separator = ''], draw) => {
    let digits = prefix;
    while (digits.length < Number(length) - 1) digits += draw(10);
    const sum = [...digits].reverse().reduce((total, digit, index) => {
      const doubled = index % 2 === 0 ? Number(digit) * 2 : Number(digit);
      return total + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
    const full = digits + String((10 - (sum % 10)) % 10);
    return separator === '' ? full : (full.match(/.{1,4}/g) as string[]).join(separator);
  },
  /** `${jwt}`: a token with a header, a payload and a signature. */
  jwt: (_args, draw) => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signature = bytes(32, draw).toString('base64url');
    return `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: String(draw(1e9)), iat: 1.6e9 + draw(1e8) })}.${signature}`;
  },
};
