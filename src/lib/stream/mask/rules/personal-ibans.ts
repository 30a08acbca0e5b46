// International bank account numbers, in one run or in groups of four. Country and last four characters stay readable.
import { completeIban, IBAN_LENGTHS, isIban } from '../checks/index.ts';
import type { PatternRule } from '../rule.ts';
import { standsApart } from './personal-apart.ts';

const CHARACTER = '[A-Z0-9]';

/** A line that is wrapped at the terminal's width right before a blank keeps its end. */
const SEPARATOR = '\\n?[ -]';

/** Behind the country and the first check digit: the other one and what remains, as many as the country has. */
function accountOf(length: number): string {
  const groups = Math.floor(length / 4) - 1;
  const rest = length % 4;
  const last = rest === 0 ? '' : `${SEPARATOR}${CHARACTER}{${rest}}`;
  return `(?:[0-9]${CHARACTER}{${length - 4}}|[0-9](?:${SEPARATOR}${CHARACTER}{4}){${groups}}${last})`;
}

/** `DE22 DK18 DO28` is a list. One rule for each length, so that a word in capitals behind the number is not taken for more of it. */
export const IBAN_RULES: readonly PatternRule[] = [...new Set(IBAN_LENGTHS.values())].sort().map((length) => {
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
