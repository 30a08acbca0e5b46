// What the generator draws of personal data.
import type { SecretKind } from './generator-kinds.ts';

const word = (name: string, ...templates: string[]): SecretKind => ({
  name,
  group: 'personal',
  shape: 'word',
  templates,
});

const CARDS = [
  ['4', '16'],
  ['51', '16'],
  ['55', '16'],
  ['2221', '16'],
  ['2720', '16'],
  ['6011', '16'],
  ['65', '16'],
  ['3530', '16'],
] as const;

export const PERSONAL_KINDS: readonly SecretKind[] = [
  word(
    'email',
    '${email}',
    '${a-z0-9:5}${a-z0-9._-:3}${a-z0-9:3}+${?news}@${a-z:8}.${a-z:3}.com',
    '${a-z:6}.${a-z:8}@${a-z:6}-${a-z:4}.org',
    '${a-z:3}_${a-z:6}${digit:2}@${a-z:8}.${?museum}',
  ),
  word('card-plain', ...CARDS.map(([prefix, length]) => `\${luhn:${prefix}:${length}<4}`)),
  word('card-spaced', ...CARDS.map(([prefix, length]) => `\${luhn:${prefix}:${length}: <4}`)),
  word('card-hyphens', ...CARDS.map(([prefix, length]) => `\${luhn:${prefix}:${length}:-<4}`)),
  word('card-amex', '${luhn:34:15<4}', '${luhn:37:15<4}', '${luhn:36:14<4}'),
  word('iban', ...['DE', 'GB', 'FR', 'NL', 'ES', 'CH', 'AT', 'BE', 'PL', 'NO'].map((country) => `\${iban:${country}}`)),
  word('iban-spaced', ...['DE', 'GB', 'FR', 'NL', 'ES', 'CH', 'PL'].map((country) => `\${iban:${country}: }`)),
  word('ssn', '${ssn}'),
  word(
    'phone',
    '+49${number:151:179}${digit:7-8}',
    '+1 (${number:201:989}) 555-${digit:4}',
    '+1-${number:201:989}-555-${digit:4}',
    '+44 20 ${digit:4} ${digit:4}',
    '+33 6 ${digit:2} ${digit:2} ${digit:2} ${digit:2}',
    '+1415555${digit:4}',
    '+49 30 ${digit:8}',
    '+81 90-${digit:4}-${digit:4}',
    '+91 98${digit:8}',
  ),
];
