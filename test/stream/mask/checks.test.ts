// The checks that rules ask for: what they are told to accept and to refuse, row by row.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  cardBrand,
  decodesToText,
  entropyPerCharacter,
  IBAN_LENGTHS,
  isBase64,
  isIban,
  isJwtHeader,
  isLuhn,
  isPlaceholder,
  looksRandom,
} from '../../../src/lib/stream/mask/checks/index.ts';

/** The digits and their check digit. */
function withLuhn(digits: string): string {
  for (let last = 0; last < 10; last++) if (isLuhn(digits + last)) return digits + last;
  throw new Error('no digit fits');
}

/** `DE` and what the account is → the whole number with its check digits (ISO 13616: 98 less the remainder). */
function ibanOf(country: string, account: string): string {
  const digits = [...`${account}${country}00`].map((character) => Number.parseInt(character, 36)).join('');
  return country + String(98n - (BigInt(digits) % 97n)).padStart(2, '0') + account;
}

const drawn = (characters: string, length: number, seed: number) => {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  return Array.from({ length }, () => characters[Math.floor(next() * characters.length)]).join('');
};

test('exactly one digit completes a number for Luhn, whatever separates the digits', () => {
  for (let seed = 1; seed < 200; seed++) {
    const digits = drawn('0123456789', 15, seed);
    const passing = [...'0123456789'].filter((last) => isLuhn(digits + last));
    assert.is(passing.length, 1, digits);
    const full = withLuhn(digits);
    assert.ok(isLuhn((full.match(/.{4}/g) as string[]).join(' ')));
    assert.ok(isLuhn((full.match(/.{4}/g) as string[]).join('-')));
    const other = full.slice(0, 3) + String((Number(full[3]) + 1) % 10) + full.slice(4);
    assert.not.ok(isLuhn(other), 'a digit changed');
  }
  assert.ok(isLuhn('79927398713'), 'the example of the algorithm');
  for (const empty of ['', '-', 'abc', '0']) assert.not.ok(isLuhn(empty), empty);
});

test('a card has a brand by its prefix and its length', () => {
  for (const [prefix, length, brand] of [
    ['4', 16, 'visa'],
    ['4', 13, 'visa'],
    ['51', 16, 'mastercard'],
    ['2221', 16, 'mastercard'],
    ['2720', 16, 'mastercard'],
    ['34', 15, 'amex'],
    ['37', 15, 'amex'],
    ['36', 14, 'diners'],
    ['305', 14, 'diners'],
    ['6011', 16, 'discover'],
    ['65', 16, 'discover'],
    ['3530', 16, 'jcb'],
    ['62', 16, 'unionpay'],
    ['62', 19, 'unionpay'],
    ['2202', 16, 'mir'],
    ['6759', 16, 'maestro'],
  ] as const) {
    const number = prefix.padEnd(length, '1');
    assert.is(cardBrand(number), brand, number);
    assert.is(cardBrand(number.replace(/(.{4})(?=.)/g, '$1-')), brand);
  }
  for (const none of ['2220', '2721', '1', '9', '0', '7', '56', '3527', '3590'])
    assert.is(cardBrand(none.padEnd(16, '1')), undefined, none);
  for (const length of [12, 14, 15, 17, 18, 20]) assert.is(cardBrand('4'.padEnd(length, '1')), undefined);
  assert.is(cardBrand('34'.padEnd(16, '1')), undefined, 'amex has fifteen');
});

test('an account number needs its country, its length and its check digits', () => {
  for (const [country, length] of IBAN_LENGTHS) {
    const number = ibanOf(country, drawn('0123456789', length - 4, length + country.charCodeAt(0)));
    assert.is(number.length, length);
    assert.ok(isIban(number), number);
    assert.ok(isIban((number.match(/.{1,4}/g) as string[]).join(' ')));
    assert.not.ok(isIban(`${number}1`), 'one too many');
    assert.not.ok(isIban(number.slice(0, -1)), 'one too few');
    for (let at = 2; at < length; at++) {
      const changed = number.slice(0, at) + String((Number(number[at]) + 1) % 10) + number.slice(at + 1);
      assert.not.ok(isIban(changed), `${number} with another digit at ${at}`);
    }
  }
  assert.ok(isIban(ibanOf('GB', `WEST${drawn('0123456789', 14, 3)}`)), 'with a bank in letters');
  assert.not.ok(isIban(ibanOf('XX', drawn('0123456789', 18, 5))), 'no such country');
  assert.not.ok(isIban(ibanOf('GB', `WEST${drawn('0123456789', 14, 3)}`).toLowerCase()));
  for (const nothing of ['', 'DE', 'DE89', 'hello world']) assert.not.ok(isIban(nothing));
});

test('base64 is of whole groups, padded, with nothing left over', () => {
  for (let length = 1; length < 60; length++) {
    const encoded = Buffer.from(drawn('abcÿ\u0001', length, length), 'latin1').toString('base64');
    assert.ok(isBase64(encoded), encoded);
    assert.not.ok(isBase64(`${encoded}A`));
    assert.not.ok(isBase64(`${encoded}=`));
    if (encoded.endsWith('=')) assert.not.ok(isBase64(encoded.replaceAll('=', '')));
  }
  for (const wrong of ['', '=', '====', 'A===', 'AB==', 'ABC=', 'A=BC', 'ab-_', 'abc ', 'ab\ncd', 'abcde'])
    assert.not.ok(isBase64(wrong), wrong);
  assert.ok(isBase64('AA=='));
  assert.ok(isBase64('word'), 'a word of four letters is base64, too');
});

test('text comes out of base64 only where it is text', () => {
  for (const text of ['a', 'hunter2\n', 'naïve 日本語', '\u00a0\u00df\u015f', '{"a":\t1}'])
    assert.ok(decodesToText(Buffer.from(text).toString('base64')), text);
  for (const bytes of [[0xff], [0xc3], [0], [27, 91], [65, 127], [0xc2, 0x9b], [0xed, 0xa0, 0x80]])
    assert.not.ok(decodesToText(Buffer.from(bytes).toString('base64')), String(bytes));
  assert.not.ok(decodesToText('not base64'));
});

test('the header of a token is an object that names an algorithm', () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  assert.ok(isJwtHeader(encode({ alg: 'HS256', typ: 'JWT' })));
  assert.ok(isJwtHeader(encode({ typ: 'JWT', alg: 'RS256', kid: 'x' })));
  assert.ok(isJwtHeader(encode({ alg: 'dir', enc: 'A256GCM' })));
  for (const wrong of [{ typ: 'JWT' }, [], 'alg', null, { alg: 1 }])
    assert.not.ok(isJwtHeader(encode(wrong)), JSON.stringify(wrong));
  for (const wrong of ['', 'eyJ', 'eyJhbGciOi', 'hello.world', 'eyJ hbGci']) assert.not.ok(isJwtHeader(wrong), wrong);
});

test('entropy is counted in bits for each character', () => {
  assert.is(entropyPerCharacter(''), 0);
  assert.is(entropyPerCharacter('aaaa'), 0);
  assert.is(entropyPerCharacter('abab'), 1);
  assert.is(entropyPerCharacter('abcd'), 2);
  assert.ok(Math.abs(entropyPerCharacter('0123456789abcdef') - 4) < 1e-9);
});

test('drawn characters look random, 95 in a hundred from twelve characters on', () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  for (const [characters, share] of [
    [`${letters}0123456789`, 0.97],
    ['0123456789abcdef', 0.9],
    [`${letters.toLowerCase()}0123456789`, 0.97],
    [`${letters}0123456789+/`, 0.95],
    [`${letters}0123456789-_`, 0.95],
    [`${letters}0123456789!#$%^*?~@`, 0.97],
  ] as const) {
    for (const length of [12, 16, 20, 32, 40]) {
      let seen = 0;
      for (let seed = 0; seed < 500; seed++) if (looksRandom(drawn(characters, length, seed * 7919 + length))) seen++;
      assert.ok(seen >= share * 500, `${seen} of 500 with ${length} of ${characters}`);
    }
  }
});

for (const name of [
  'my-release-name',
  'getUserToken',
  'process.env.DB_PASSWORD',
  'passwordSecretRef',
  'application-default-credentials',
  'kubernetes.io/service-account-token',
  'registry.example.com/team/image',
  '/run/secrets/db_password',
  'https://oauth2.example.com/token',
  '2024-01-15T10:30:00Z',
  '1700000000000',
  '192.168.100.200',
  'v1.27.3-rc.1',
  'bearer',
  'ghp_',
  'SECRET_ACCESS_KEY',
  'UserServiceImpl',
  'default-token-volume',
  'authorization_code',
  'with blank 8f3k2j9d8s7f6g5h',
  'client-credentials',
  'us-east-1.compute.internal',
  'AbstractSingletonProxyFactoryBean',
  'hunter2',
  'correct-horse-battery-staple',
]) {
  test(`"${name}" does not look random`, () => assert.not.ok(looksRandom(name)));
}

for (const value of [
  '',
  '  ',
  '""',
  "''",
  '<your-token>',
  '<YOUR API KEY HERE>',
  `\${TOKEN}`,
  `\${TOKEN:-none}`,
  `"\${TOKEN}"`,
  '$(cat /run/token)',
  '$TOKEN',
  '%TOKEN%',
  '%s',
  '%(token)s',
  '{{ .Values.token }}',
  '{{token}}',
  '{token}',
  '#{token}',
  '@token@',
  '__TOKEN__',
  'xxxx',
  'XXXXXXXX',
  'xxxx-xxxx-xxxx',
  '****',
  '........',
  '••••'.replaceAll('•', '\xe2\x80\xa2'),
  '0000-0000',
  'abcdXXXXXXXX',
  'ghp_xxxxxxxxxxxx',
  'sk-...',
  'null',
  'None',
  'true',
  'false',
  'undefined',
  'REDACTED',
  '<redacted>',
  '[REDACTED]',
  '[masked]',
  '[github-token:3f2a]',
  '(sensitive value)',
  '(known after apply)',
  'changeme',
  'CHANGE_ME',
  'your-api-key-here',
  'YOUR_TOKEN',
  'your_secret_key',
  'replace-with-your-key',
  'op://vault/item/field',
  'example',
]) {
  test(`${JSON.stringify(value)} is the place of a secret`, () => assert.ok(isPlaceholder(value)));
}

for (const value of [
  'hunter2',
  'correct-horse-battery-staple',
  'Tr0ub4dor&3',
  'p4ssw0rd!',
  'letmein',
  'S3cr3t',
  'admin',
  'my dog is 12',
  'secret123',
  'a$b',
  'pa$$word',
  'x1x2x3x4',
]) {
  test(`${JSON.stringify(value)} is no placeholder`, () => assert.not.ok(isPlaceholder(value)));
}

test('a long value that nearly reads like a placeholder is looked at in no more than a moment', () => {
  const values = ['use', 'your_', 'xxxx', '****x', '$A', '<', '{', '..', '--', '__', '0.'].flatMap((begin) =>
    ['a', 'x', 'key_', '.', '-', '_'].map((part) => `${begin}${part.repeat(2000)}1`),
  );
  const begun = process.cpuUsage();
  for (const value of values) isPlaceholder(value);
  const { user } = process.cpuUsage(begun);
  assert.ok(user < 200_000, `${user} microseconds`);
});

test('random values are no placeholders', () => {
  const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-$!{}%@#+/=';
  for (let seed = 0; seed < 5000; seed++) {
    const value = drawn(characters, 8 + (seed % 32), seed * 31 + 7);
    assert.not.ok(isPlaceholder(value), value);
  }
});

test.run();
