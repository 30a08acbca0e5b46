// Makers of texts that have a structure: a card number with its check digit, a token's three parts, base64 of something.

import { IBAN_LENGTHS } from './checks/index.ts';

/** A number from 0 to `below` − 1. */
export type Draw = (below: number) => number;

/** Gets the parts between colons of `${name:a:b}`. */
export type Maker = (args: readonly string[], draw: Draw) => string;

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DIGITS = '0123456789';
const LETTERS = `${UPPER}${UPPER.toLowerCase()}${DIGITS}`;
const HEX = `${DIGITS}abcdef`;
/** Words that people begin weak passwords with. */
const WEAK = [
  'hunter',
  'dragon',
  'summer',
  'letmein',
  'Tr0ub4dor',
  'Winter',
  'qwerty',
  'S3cure',
  'monkey',
  'correcthorse',
];
const FIRST_NAMES = ['alice', 'bob', 'carol', 'dmitri', 'elena', 'farid', 'greta', 'hiro', 'ines', 'jonas'];
const LAST_NAMES = [
  'archer',
  'baker',
  'costa',
  'dubois',
  'eriksen',
  'fischer',
  'garcia',
  'haddad',
  'ivanova',
  'jensen',
];
const DOMAINS = ['example.com', 'mail.example.org', 'corp.example.co.uk', 'example.de', 'posteo.example', 'example.io'];
/** Lengths of the bank's own part, and how many letters it begins with; other countries are drawn all digits. */
const IBANS: Readonly<Record<string, readonly [length: number, letters: number]>> = {
  DE: [18, 0],
  GB: [18, 4],
  FR: [23, 0],
  NL: [14, 4],
  ES: [20, 0],
  CH: [17, 0],
  AT: [16, 0],
  BE: [12, 0],
  PL: [24, 0],
  NO: [11, 0],
};

export const MAKERS: Readonly<Record<string, Maker>> = {
  /** `${base64of:24}`: base64 of that many random bytes. */
  base64of: ([count = '24'], draw) => bytes(Number(count), draw).toString('base64'),
  /** `${base64urlof:24}`: the same, in the alphabet of URLs and without padding. */
  base64urlof: ([count = '24'], draw) => bytes(Number(count), draw).toString('base64url'),
  /** `${base64text:12}`: base64 of that many letters and digits. */
  base64text: ([count = '12'], draw) => Buffer.from(characters(LETTERS, Number(count), draw)).toString('base64'),
  /** `${base64login:name}`: base64 of `name:` and a password. */
  base64login: ([user = 'deploy'], draw) => Buffer.from(`${user}:${characters(LETTERS, 18, draw)}`).toString('base64'),
  /** `${luhn:4:16}`: digits that begin with 4, 16 in all, the last one the check digit. `${luhn:4:16: }` groups by four. */
  luhn: ([prefix = '4', length = '16', separator = ''], draw) => {
    const full = withCheckDigit(prefix + characters(DIGITS, Number(length) - 1 - prefix.length, draw), 0);
    return separator === '' ? full : grouped(full, separator);
  },
  /** `${notluhn:4:16}`: the same with a wrong check digit. */
  notluhn: ([prefix = '4', length = '16', separator = ''], draw) => {
    const wrongBy = 1 + draw(9);
    const full = withCheckDigit(prefix + characters(DIGITS, Number(length) - 1 - prefix.length, draw), wrongBy);
    return separator === '' ? full : grouped(full, separator);
  },
  /** `${iban:DE}`: with its check digits; `${iban:DE: }` groups by four. */
  iban: ([country = 'DE', separator = ''], draw) => iban(country, separator, 0, draw),
  /** `${notiban:DE}`: the same with wrong check digits. */
  notiban: ([country = 'DE', separator = ''], draw) => iban(country, separator, 1 + draw(90), draw),
  /** A number as the American social security gives them out. */
  ssn: (_args, draw) => {
    const area = 1 + draw(665);
    return `${pad(area, 3)}-${pad(1 + draw(99), 2)}-${pad(1 + draw(9999), 4)}`;
  },
  email: (_args, draw) => {
    const [first, last] = [pick(FIRST_NAMES, draw), pick(LAST_NAMES, draw)];
    return `${first}${pick(['.', '_', '-', ''], draw)}${last}${pick(['', '', String(draw(99))], draw)}@${pick(DOMAINS, draw)}`;
  },
  /** `${weak}`: a password that people think of. */
  weak: (_args, draw) => `${pick(WEAK, draw)}${draw(1000)}${pick(['', '!', '!', '#'], draw)}`,
  /** `${uuid}` */
  uuid: (_args, draw) => {
    const hex = characters(HEX, 30, draw);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-a${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
  },
  /** `${pick:one|two}`: one of these. */
  pick: ([...options], draw) => pick(options.join(':').split('|'), draw),
  /** `${number:100:999}`: from the first to the second. */
  number: ([from = '0', to = '9'], draw) => String(Number(from) + draw(Number(to) - Number(from) + 1)),
  /** `${jwt}`: a token with a header, a payload and a signature. */
  jwt: (_args, draw) =>
    `${json({ alg: 'HS256', typ: 'JWT' })}.${json({ sub: String(draw(1e9)), iat: 1.6e9 + draw(1e8) })}.${bytes(32, draw).toString('base64url')}`,
  /** `${rs256jwt}`: one as Kubernetes gives service accounts. */
  rs256jwt: (_args, draw) => {
    const header = json({ alg: 'RS256', kid: bytes(32, draw).toString('base64url') });
    const name = `system:serviceaccount:shop:${characters('abcdefgh', 8, draw)}`;
    return `${header}.${json({ iss: 'kubernetes/serviceaccount', sub: name })}.${bytes(256, draw).toString('base64url')}`;
  },
  /** `${jwe}`: five parts. */
  jwe: (_args, draw) => {
    const part = (count: number) => bytes(count, draw).toString('base64url');
    return `${json({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.${part(256)}.${part(12)}.${part(64)}.${part(16)}`;
  },
  /** `${jsonpart:tokens}`: base64url of a small JSON object that begins with that key. */
  jsonpart: ([key = 'a', count = '32'], draw) => json({ [key]: characters(LETTERS, Number(count), draw) }),
  /** `${pem:RSA:1190}`: the lines between BEGIN and END. `${pem:RSA:1190:\\n}` with another line end. */
  pem: ([start = 'MII', count = '600', lineEnd = '\n', width = '64'], draw) => {
    const body = start + bytes(Number(count), draw).toString('base64').slice(start.length);
    return (body.match(new RegExp(`.{1,${width}}`, 'g')) as string[]).join(lineEnd);
  },
  /** `${age}`: what follows `AGE-SECRET-KEY-1`. */
  age: (_args, draw) => characters('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58, draw),
};

function bytes(count: number, draw: Draw): Buffer {
  return Buffer.from(Array.from({ length: count }, () => draw(256)));
}

function characters(from: string, count: number, draw: Draw): string {
  return Array.from({ length: count }, () => from[draw(from.length)]).join('');
}

function pick(options: readonly string[], draw: Draw): string {
  return options[draw(options.length)] as string;
}

const pad = (value: number, length: number) => String(value).padStart(length, '0');
const json = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function grouped(text: string, separator: string): string {
  return (text.match(/.{1,4}/g) as string[]).join(separator);
}

function withCheckDigit(digits: string, wrongBy: number): string {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const doubled = index % 2 === 0 ? Number(digit) * 2 : Number(digit);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return digits + String((10 - (sum % 10) + wrongBy) % 10);
}

/** ISO 7064 mod 97–10 over the bank's part, the country and the check digits, letters as 10 to 35. */
function iban(country: string, separator: string, wrongBy: number, draw: Draw): string {
  const [length, letters] = IBANS[country] ?? [(IBAN_LENGTHS.get(country) ?? 22) - 4, 0];
  const own = characters(UPPER, letters, draw) + characters(DIGITS, length - letters, draw);
  const asDigits = `${own}${country}00`.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  const check = 98 - Number(BigInt(asDigits) % 97n);
  const full = `${country}${pad(((check - 2 + wrongBy) % 97) + 2, 2)}${own}`;
  return separator === '' ? full : grouped(full, separator);
}
