// International bank account numbers, in one run or in groups of four. Country and last four characters stay readable.
import { completeIban, IBAN_LENGTHS, isIban } from '../checks/index.ts';
import type { PatternRule } from '../rule.ts';
import { standsApart } from './personal-apart.ts';

const CHARACTER = '[A-Z0-9]';

const SEPARATOR = '[ -]';

/** Behind the country and the first check digit: the other one and what remains, as many as the country has. */
function accountOf(length: number): string {
  const groups = Math.floor(length / 4) - 1;
  const rest = length % 4;
  const last = rest === 0 ? '' : `${SEPARATOR}${CHARACTER}{${rest}}`;
  return `(?:[0-9]${CHARACTER}{${length - 4}}|[0-9](?:${SEPARATOR}${CHARACTER}{4}){${groups}}${last})`;
}

/** `DE22 DK18 DO28` is a list. One rule for each length, so that a word in capitals behind the number is not taken for more of it. */
const BY_LENGTH: readonly PatternRule[] = [...new Set(IBAN_LENGTHS.values())].sort().map((length) => {
  const countries = [...IBAN_LENGTHS].filter(([, own]) => own === length).map(([country]) => country);
  const country = countries[0] as string;
  return {
    name: `iban-of-${length}`,
    kind: 'iban',
    family: 'personal',
    confirmedByEnd: true,
    anchors: countries.flatMap((code) => Array.from({ length: 10 }, (_, digit) => `${code}${digit}`)),
    hidesAnchor: true,
    notBefore: '[0-9A-Za-mo-qsu-z_]',
    secret: accountOf(length),
    notAfter: '[0-9A-Za-z_]',
    check: (text) => isIban(text) && !/^(?:[A-Z]{2}\d{2}[ -]){3}/.test(text),
    isAmong: standsApart,
    keep: { first: 2, last: 4 },
    tests: {
      masks: [
        `IBAN \${pick:${made(country, length, '')}<4}, "\${pick:${made(country, length, ' ')}<4}" EUR`,
        `{"m":"to\\n\${pick:${made(country, length, '')}<4}"}\n-\${pick:${made(country, length, ' ')}<4}`,
      ],
      leaves: [`IBAN ${country}00${'123456789'.repeat(4).slice(0, length - 4)}`, `${country}12 3456`],
    },
  };
});

/** Numbers of nobody, one of which the example picks. */
function made(country: string, length: number, separator: string): string {
  const numbers = ['123456789', '98765', '31415926'].map((digits) =>
    completeIban(country, digits.repeat(7).slice(0, length - 4)),
  );
  const written = numbers.map((number) => (number.match(/.{1,4}/g) ?? []).join(separator));
  return written.join('|');
}

/** Writings that are too unusual to be looked for everywhere. */
const NAMED: PatternRule = {
  name: 'iban-named',
  kind: 'iban',
  family: 'personal',
  confirmedByEnd: true,
  anchors: ['iban'],
  ignoreCase: true,
  lead: '(?:["\']?[ \\t]{0,3}[:=>]|[ \\t])[ \\t]{0,3}["\']?',
  secret: '[A-Za-z]{2}[0-9]{2}(?:[A-Za-z0-9]{11,30}|(?:(?:\\xc2\\xa0|\\xe2\\x80\\xaf)[A-Za-z0-9]{1,4}){3,8})',
  notAfter: '[0-9A-Za-z_]',
  check: (text) => /[a-z\x80-\xff]/.test(text) && isIban(text.replace(/[\x80-\xff]/g, '').toUpperCase()),
  tests: {
    masks: [
      `iban: \${pick:${made('DE', 22, '').toLowerCase()}} "iban":"\${pick:${made('GB', 22, '').toLowerCase()}}"`,
      `IBAN \${pick:${made('ES', 24, '\xc2\xa0')}}.`,
    ],
    leaves: ['iban: de00123456789012345678', 'iban: nl12 none'],
  },
};

export const IBAN_RULES: readonly PatternRule[] = [...BY_LENGTH, NAMED];
