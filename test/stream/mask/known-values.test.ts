import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MAX_KNOWN_VALUE_BYTES, whyUnfit } from '../../../src/lib/stream/mask/known/known-fitness.ts';
import { knownNeedles, type Needle } from '../../../src/lib/stream/mask/known/known-values.ts';

const needlesOf = (...values: (string | Buffer)[]) =>
  knownNeedles(values.map((value, index) => ({ name: `value-${index}`, value })));

/** The output with `#` for every place a needle stands, found the slow way: longest first, on text without white space. */
function mask(output: string | Buffer, needles: readonly Needle[]): string {
  const latin1 = Buffer.from(output).toString('latin1');
  const hidden = new Uint8Array(latin1.length);
  const places = Array.from(latin1, (_, at) => at).filter((at) => !/\s/.test(latin1[at] ?? ''));
  const dense = places.map((at) => latin1[at]).join('');
  for (const { bytes, skipsBreaks } of needles) {
    const needle = bytes.toString('latin1');
    const text = skipsBreaks ? dense : latin1;
    const place = (at: number) => (skipsBreaks ? (places[at] ?? 0) : at);
    for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + 1)) {
      hidden.fill(1, place(at), place(at + needle.length - 1) + 1);
    }
  }
  return Array.from(latin1, (character, at) => (hidden[at] === 0 ? character : hidden[at - 1] === 1 ? '' : '#')).join(
    '',
  );
}

// Made here, so that no scanner takes them for live ones.
const HOSTILE = ['p@ss', `'w"o\\rd`, '$x/é<&>', '`+=%41~!'].join('');
/** Bash quotes a tilde where it would expand it. */
const TILDES = ['~a:', 'b=~c', '~d#'].join('~');
const PASSWORD = ['S3cr3t', 'Pa55w0rd', 'x9'].join('-');
const BINARY = Buffer.from([0xff, 0x00, 0x1b, 0x80, 0x0a, 0xc3, 0x28, 0x7f, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46]);

const xml = (text: string) => text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
const bash = (script: string, ...args: string[]) =>
  execFileSync('bash', ['-c', script, 'bash', ...args], {
    encoding: 'utf8',
    env: { LC_ALL: 'C.UTF-8' },
    // Where it is a socket, bash takes itself for a remote shell and reads ~/.bashrc.
    stdio: ['ignore', 'pipe', 'inherit'],
  });

const WRITINGS: readonly (readonly [string, (text: string) => string])[] = [
  ['as it is', (text) => text],
  ['URL component', encodeURIComponent],
  ['URL', encodeURI],
  ['form', (text) => new URLSearchParams({ v: text }).toString().slice(2)],
  ['user of a URL', (text) => Object.assign(new URL('http://h'), { username: text }).username],
  ['lower-case percent', (text) => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase())],
  ['component twice', (text) => encodeURIComponent(encodeURIComponent(text))],
  ['JSON', (text) => JSON.stringify(text).slice(1, -1)],
  ['JSON in JSON', (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3)],
  ['JSON thrice', (text) => JSON.stringify(JSON.stringify(JSON.stringify(text))).slice(7, -7)],
  ['JSON with slashes', (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/')],
  ['printf %q', (text) => bash('printf %q "$1"', text)],
  ['@Q', (text) => bash('printf %s "${1@Q}"', text).slice(1, -1)],
  ['@json in single quotes', (text) => JSON.stringify(text).slice(1, -1).replaceAll("'", "'\\''")],
  ['double quotes', (text) => text.replace(/[\\"$`]/g, '\\$&')],
  ["YAML's single quotes", (text) => text.replaceAll("'", "''")],
  ['numeric entities', xml],
  ['&-named entities', (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')],
];

for (const [name, write] of WRITINGS) {
  test(`finds every value written as: ${name}`, () => {
    for (const value of [
      PASSWORD,
      HOSTILE,
      TILDES,
      'correct horse battery staple',
      'aB3$x/',
      'päßwörter™ sind 🔑 da',
    ]) {
      assert.is(mask(`a=${write(value)} .`, needlesOf(value)), 'a=# .', value);
    }
  });
}

test('finds the bytes that bash writes with numbers, where the locale has no letters for them', () => {
  const value = 'pä"ß\'wört\ter';
  const quoted = execFileSync('bash', ['-c', 'printf %q "$1"', 'bash', value], {
    env: { LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.is(mask(quoted, needlesOf(value)), "$'#'");
});

test('finds base64 whatever stands before and after the value, but for a character at its ends', () => {
  for (const value of [PASSWORD, HOSTILE, 'aB3$x/', BINARY]) {
    for (const before of ['', 'u', 'us', 'user:', 'a longer name:']) {
      for (const after of ['', '\n', '@h', ' more']) {
        for (const encoding of ['base64', 'base64url'] as const) {
          const text = Buffer.concat([Buffer.from(before), Buffer.from(value), Buffer.from(after)]).toString(encoding);
          const left = mask(text, needlesOf(value));
          const around = Math.ceil((before.length * 4) / 3) + Math.ceil((after.length * 4) / 3) + 4;
          assert.match(left, /^[^#]*#[^#]*$/, `${before}…${after}`);
          assert.ok(left.length <= around, `${before}…${after}: ${left}`);
        }
      }
    }
  }
});

test('finds base64 to its very end where the value is what was encoded, or a line of it', () => {
  for (const value of [PASSWORD, `${PASSWORD}0`, `${PASSWORD}01`, HOSTILE]) {
    for (const line of [value, `${value}\n`]) {
      const bytes = Buffer.from(line);
      assert.is(mask(`${bytes.toString('base64')} .`, needlesOf(value)), '# .');
      assert.is(mask(`${bytes.toString('base64url')} .`, needlesOf(value)), '# .');
      const named = Buffer.from(`user:${line}`).toString('base64');
      assert.match(mask(`${named} .`, needlesOf(value)), /^.{5,8}# \.$/);
    }
  }
});

test('finds base64 in columns, in a URL, in JSON, of base64, of JSON and of UTF-16', () => {
  const base64 = (value: string | Buffer) => Buffer.from(value).toString('base64');
  const inside = { auths: { host: { auth: base64(`me:${HOSTILE}`) } } };
  for (const text of [
    base64(`key: ${HOSTILE.repeat(1)} and more text after it, so that it is broken`).replace(/.{16}/g, '$&\n    '),
    encodeURIComponent(base64(`${HOSTILE}??>>`)),
    base64(`${HOSTILE}??>>`).replaceAll('/', '\\/'),
    base64(JSON.stringify({ password: HOSTILE })),
    base64(JSON.stringify(inside)),
    base64(Buffer.from(`$p = "${HOSTILE}"`, 'utf16le')),
  ]) {
    assert.match(mask(text, needlesOf(HOSTILE)), /^[^#]*#[^#]*$/, text);
  }
});

test('finds hexadecimal, octal and decimal numbers as programs write them', () => {
  for (const value of [Buffer.from(PASSWORD), BINARY]) {
    const hex = value.toString('hex');
    const pairs = hex.match(/../g) ?? [];
    const octal = Array.from(value, (byte) => byte.toString(8).padStart(3, '0'));
    for (const text of [
      hex,
      hex.toUpperCase(),
      hex.replace(/.{10}/g, '$&\n'),
      pairs.join(' '),
      pairs.join(':'),
      pairs.join(':').toUpperCase(),
      hex.replace(/.{4}/g, '$& '),
      pairs.map((pair) => `\\x${pair}`).join(''),
      pairs.map((pair) => `0x${pair}`).join(', '),
      pairs.map((pair) => `0x${pair.toUpperCase()},`).join('\n'),
      pairs.map((pair) => `%${pair}`).join(''),
      pairs.map((pair) => `\\u00${pair}`).join(''),
      octal.map((digits) => `\\${digits}`).join(''),
      octal.join(' '),
      JSON.stringify([...value]).slice(1, -1),
      [...value].join(', '),
    ]) {
      assert.match(mask(text.trim(), needlesOf(value)), /^#,?$/, text);
    }
  }
});

test('finds each line of a value, and the value broken in other places', () => {
  const { privateKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const rsa = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
  for (const key of [privateKey, rsa]) {
    const needles = needlesOf(key);
    const lines = key.trim().split('\n').slice(1, -1);
    for (const line of lines.slice(0, -1)) {
      assert.is(mask(`[12:00:01] key: ${line} `, needles), '[12:00:01] key: # ');
      assert.is(mask(encodeURIComponent(line), needles), '#');
      assert.match(mask(Buffer.from(`> ${line}`).toString('base64'), needles), /^[^#]{1,4}#[^#]{0,4}$/);
    }
    for (const text of [
      key.replaceAll('\n', '\r\n'),
      JSON.stringify(key.trim()).slice(1, -1),
      JSON.stringify(key.trim().replaceAll('\n', '\r\n')).slice(1, -1),
      key.replaceAll('\n', '\n    '),
      key.replaceAll('\n', ' '),
      key.replace(/.{10}/g, '$&\n'),
      encodeURIComponent(key.trim()),
      bash('printf %q "$1"', key.trim()).slice(2, -1),
    ]) {
      assert.is(mask(text.trim(), needles), '#', text.slice(0, 100));
    }
    assert.match(mask(Buffer.from(key).toString('base64'), needles), /^#.{0,4}$/);
    assert.match(mask(Buffer.from(key.replaceAll('\n', '\r\n')).toString('base64'), needles), /^#.{0,6}$/);
  }
});

test('leaves the frames of keys, and all other text', () => {
  const key = ['-----BEGIN PRIVATE KEY-----', 'MC4CAQAwBQYDK2VwBCIEI', '-----END PRIVATE KEY-----'].join('\n');
  const text = 'of a key: -----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\nMC4CAQAwBQ S3cr3t-Pa55w0rd';
  assert.is(mask(text, needlesOf(key, PASSWORD)), text);
});

test('gives every form of a value the same source, and its kind', () => {
  const needles = knownNeedles([
    { name: 'db', value: `${PASSWORD}\n`, kind: 'db-password' },
    { name: 'other', value: HOSTILE },
  ]);
  const sources = new Set(needles.map(({ kind, source }) => `${kind} ${source}`));
  assert.equal([...sources], [`db-password ${PASSWORD}`, `known-value ${HOSTILE}`]);
  assert.is(new Set(needles.map(({ source }) => source)).size, 2);
});

test('each form is there once, long enough to mean something, and without white space where it is skipped', () => {
  const needles = needlesOf(PASSWORD, HOSTILE, `${PASSWORD}\n${HOSTILE}`, 'correct horse battery staple', 'x y z w 1');
  const keys = needles.map(({ bytes, skipsBreaks }) => `${skipsBreaks} ${bytes.toString('latin1')}`);
  assert.is(new Set(keys).size, keys.length);
  assert.ok(needles.every(({ bytes }) => bytes.length >= 8));
  assert.not.ok(needles.some(({ bytes, skipsBreaks }) => skipsBreaks && /\s/.test(bytes.toString('latin1'))));
});

test('a large file takes a bounded room, and each of its lines is looked for', () => {
  const lines = Array.from({ length: 900 }, (_, at) => `${at}-${'abcdefghij'.repeat(6)}-${at * 7919}`);
  const needles = needlesOf(lines.join('\n'));
  const size = needles.reduce((sum, { bytes }) => sum + bytes.length, 0);
  assert.ok(size <= 256 * 1024, `${size} bytes`);
  for (const line of lines) assert.is(mask(line, needles), '#');
});

const REFUSED: readonly (readonly [string, string | Buffer, RegExp])[] = [
  ['an empty value', '', /empty/],
  ['white space', ' \n', /empty/],
  ['five bytes', 'aB3$x\n', /fewer than 6/],
  ['a short number', '481516', /number/],
  ['one character over and over', 'aaaaaaaaaaaaaaaa', /different/],
  ['a common word', 'Password\n', /common/],
  ['a placeholder', '<your-token>', /placeholder/],
  ['a variable', '${DB_PASSWORD}', /placeholder/],
  ['a file of data', Buffer.alloc(MAX_KNOWN_VALUE_BYTES + 1, 'abcdefg'), /64 KiB/],
];
for (const [name, value, why] of REFUSED) {
  test(`refuses ${name}, says why, and does not say the value`, () => {
    const reason = whyUnfit(value);
    assert.match(reason ?? '', why);
    if (value.toString().trim() !== '') assert.not.ok(reason?.includes(value.toString().trim()));
    assert.throws(() => needlesOf(value), /unfit/);
  });
}

test('takes short passwords, long numbers, words with something of their own, and bytes that are no text', () => {
  for (const value of ['aB3$x/', '48151623', 'password-of-db-7', BINARY, 'tr0ub4dor'])
    assert.is(whyUnfit(value), undefined);
});

test.run();
