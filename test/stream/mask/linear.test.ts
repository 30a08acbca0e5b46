// The linear mask over plain rules: what it finds, what it leaves, and that neither depends on how the stream is cut.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compileRules } from '../../../src/lib/stream/mask/finding/compiled-rules.ts';
import { makeFingerprint } from '../../../src/lib/stream/mask/fingerprint.ts';
import { indexNeedles } from '../../../src/lib/stream/mask/known/known-finder.ts';
import { knownNeedles } from '../../../src/lib/stream/mask/known/known-values.ts';
import { createMaskStage } from '../../../src/lib/stream/mask/mask-stage.ts';
import type { PatternRule } from '../../../src/lib/stream/mask/rule.ts';

const mask = suite('linear mask');

const NO_EXAMPLES = { masks: [], leaves: [] };
const RULES: readonly PatternRule[] = [
  {
    name: 'acme-token',
    kind: 'acme-token',
    family: 'token',
    anchors: ['acme_'],
    notBefore: '[A-Za-z0-9_]',
    secret: '[A-Za-z0-9]{12,40}',
    notAfter: '[A-Za-z0-9_]',
    tests: NO_EXAMPLES,
  },
  {
    name: 'email',
    kind: 'email',
    family: 'personal',
    anchors: ['@'],
    before: { class: '[A-Za-z0-9._+-]', min: 1, max: 32 },
    secret: '[a-z0-9-]{1,20}(?:\\.[a-z]{2,6}){1,3}',
    notAfter: '[A-Za-z0-9@]',
    confirmedByEnd: true,
    tests: NO_EXAMPLES,
  },
  {
    name: 'url-password',
    kind: 'url-password',
    family: 'url',
    anchors: ['://'],
    lead: '[a-z]{0,20}:',
    secret: '[^\\s/@]{1,64}',
    tail: '@',
    confirmedByEnd: true,
    tests: NO_EXAMPLES,
  },
];
const compiled = compileRules(RULES);
const nothingKnown = indexNeedles([]);
const fingerprint = makeFingerprint(Buffer.alloc(16, 1));

function stage(width = 0, known = nothingKnown) {
  return createMaskStage({ rules: compiled, known, size: width === 0 ? null : { cols: width, rows: 24 }, fingerprint });
}

/** The output for one way of cutting the input. */
function run(chunks: readonly Uint8Array[], width: number, known = nothingKnown): string {
  const masking = stage(width, known);
  const pieces = chunks.flatMap((chunk) => masking.push(Uint8Array.from(chunk)).map((piece) => Buffer.from(piece)));
  return Buffer.concat([...pieces, ...masking.flush()]).toString('latin1');
}

/** The output, the same for the whole, for single bytes and for two parts cut anywhere. */
function masked(text: string, width = 0, known = nothingKnown): string {
  const bytes = Buffer.from(text);
  const whole = run([bytes], width, known);
  assert.is(
    run(
      [...bytes].map((byte) => Uint8Array.of(byte)),
      width,
      known,
    ),
    whole,
    'byte by byte',
  );
  for (let at = 1; at < bytes.length; at++) {
    assert.is(run([bytes.subarray(0, at), bytes.subarray(at)], width, known), whole, `cut at ${at}`);
  }
  return Buffer.from(whole, 'latin1')
    .toString()
    .replace(/:[0-9a-f]{4}\]/g, ']');
}

const token = 'Ab3dEf6hIj9k';

const rows: readonly (readonly [title: string, text: string, expected: string, width?: number])[] = [
  ['hides what follows a public prefix', `x acme_${token} y`, 'x acme_[acme-token] y'],
  ['hides a secret at the very end', `acme_${token}`, 'acme_[acme-token]'],
  ['leaves what is too short', 'acme_Ab3 and acme_', 'acme_Ab3 and acme_'],
  ['leaves what is too long', `acme_${token.repeat(4)} z`, `acme_${token.repeat(4)} z`],
  ['leaves what stands within a word', `my_acme_${token}`, `my_acme_${token}`],
  [
    'keeps colours within a secret',
    `\u001b[1macme_Ab3d\u001b[31mEf6h\u001b[0mIj9k.`,
    '\u001b[1macme_[acme-token]\u001b[31m\u001b[0m.',
  ],
  [
    'reads through a link and a title',
    `acme_Ab3d\u001b]8;;http://a.b\u0007Ef6h\u001b]8;;\u0007Ij9k\n`,
    'acme_[acme-token]\u001b]8;;http://a.b\u0007\u001b]8;;\u0007\n',
  ],
  ['reads through characters that are not seen', `acme_Ab3d\u200bEf6h\u00adIj9k\n`, 'acme_[acme-token]\u200b\u00ad\n'],
  ['reads through C1 controls', `acme_Ab3d\u009b31mEf6hIj9k\n`, 'acme_[acme-token]\u009b31m\n'],
  ['hides secrets in titles', `\u001b]0;acme_${token}\u0007$ `, '\u001b]0;acme_[acme-token]\u0007$ '],
  [
    'hides secrets in links',
    `\u001b]8;;https://me:${token}@a.b/\u001b\\text\u001b]8;;\u001b\\`,
    '\u001b]8;;https://me:[url-password]@a.b/\u001b\\text\u001b]8;;\u001b\\',
  ],
  ['hides secrets in a title that never ends', `\u001b]0;acme_${token}`, '\u001b]0;acme_[acme-token]'],
  [
    'joins what the width wraps',
    `1234567890 acme_Ab3d\r\nEf6hIj9k z\r\n`,
    '1234567890 acme_[acme-token]\r\n z\r\n',
    20,
  ],
  [
    'joins what a line editor wraps',
    `1234567890 acme_Ab3d \rEf6hIj9k z\r\n`,
    '1234567890 acme_[acme-token] \r z\r\n',
    20,
  ],
  [
    'joins what zsh wraps, which prints the first character of a row twice',
    `1234567890 acme_Ab3d \r\u001b[KE\rEf6hIj9k z\r\n`,
    '1234567890 acme_[acme-token] \r\u001b[K\r z\r\n',
    20,
  ],
  [
    'joins rows that are full without a mark',
    `1234567890 acme_Ab3dE\rEf6hIj9k z\r\n`,
    '1234567890 acme_[acme-token]\r z\r\n',
    20,
  ],
  [
    'joins what a pager wraps',
    `1234567890 acme_Ab3d\u001b[m \bEf6hIj9k z\r\n`,
    '1234567890 acme_[acme-token]\u001b[m \b z\r\n',
    20,
  ],
  [
    'joins rows however their end is written',
    `1234567890 acme_Ab3d\r\r\nEf6hIj9k z\n1234567890 acme_Ab3d\n\rEf6hIj9k z\r\n`,
    '1234567890 acme_[acme-token]\r\r\n z\n1234567890 acme_[acme-token]\n\r z\r\n',
    20,
  ],
  [
    'keeps one character behind a full row that another one overwrites',
    `1234567890 acme_Ab3dE\rxf6hIj9k z\r\n`,
    `1234567890 acme_Ab3dE\rxf6hIj9k z\r\n`,
    20,
  ],
  [
    'ends a secret where a full row ends and the next one begins a line',
    `123 acme_${token}\r\nPORT=80\r\n123 acme_${token}\r\nroot@web:~# ls\r\n`,
    `123 acme_[acme-token]\r\nPORT=80\r\n123 acme_[acme-token]\r\nroot@web:~# ls\r\n`,
    21,
  ],
  [
    'ends a secret between variables, and reads on over a NUL elsewhere',
    `A=acme_${token}\u0000HOME=/root\u0000X=acme_${token}\u0000last\nacme_Ab3d\u0000Ef6hIj9k z`,
    `A=acme_[acme-token]\u0000HOME=/root\u0000X=acme_[acme-token]\u0000last\nacme_[acme-token]\u0000 z`,
  ],
  [
    'reads UTF-16',
    [...`acme_${token} z`].join('\u0000'),
    `a\u0000c\u0000m\u0000e\u0000_\u0000[acme-token]${'\u0000'.repeat(12)} \u0000z`,
  ],
  ['joins nothing elsewhere', `123456789 acme_Ab3d\r\nEf6hIj9k z\r\n`, `123456789 acme_Ab3d\r\nEf6hIj9k z\r\n`, 20],
  ['hides a secret that fills its line', `123 acme_${token}\r\nnext\r\n`, `123 acme_[acme-token]\r\n\r\n`, 21],
  ['measures wide characters', `\u6771\u4eac acme_Ab3dEf6h\r\nIj9k z`, `\u6771\u4eac acme_[acme-token]\r\n z`, 18],
  ['reads after a progress bar', `\r 10%\r 90%\racme_${token}\r\n`, `\r 10%\r 90%\racme_[acme-token]\r\n`],
  ['reads bold by overstriking', `a\bacme_A\bAb3dEf6hIj9k z`, 'a\bacme_[acme-token] z'],
  ['hides an address whose end proves it', 'mail jo.doe@ex-a.org now', 'mail [email] now'],
  ['leaves an address without a domain', 'root@host jo@x', 'root@host jo@x'],
  [
    'hides a password in a URL, not its user and host',
    `ftp://me:${token}@h.org/x http://h:80/`,
    'ftp://me:[url-password]@h.org/x http://h:80/',
  ],
  [
    'leaves bytes that are no text',
    'a\u0000b\u0007\u007f\u001b[999x\u001bPq#1\u001b\\z',
    'a\u0000b\u0007\u007f\u001b[999x\u001bPq#1\u001b\\z',
  ],
];
for (const [title, text, expected, width] of rows) {
  mask(title, () => assert.is(masked(text, width), expected));
}

mask('reads on behind sequences that were broken off, and behind bytes that are no text', () => {
  const secret = Buffer.from(`acme_${token}`);
  for (const noise of [
    [0x1b, 0xb3],
    [0x1b, 0x5b, 0xc2, 0x9b],
    [0x1b, 0x5d, 0x32, 0x1b, 0x5b, 0x33],
    [0xf5, 0x80, 0x80],
    [0xf4, 0xb6, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xe2, 0x1b, 0x5b, 0x6d],
  ]) {
    const text = Buffer.concat([
      Buffer.from('x'.repeat(100)),
      Buffer.from(noise),
      Buffer.from('m '),
      secret,
      Buffer.from('\n'),
    ]);
    const whole = run([text], 20);
    assert.not.match(whole, token);
    assert.is(
      run(
        [...text].map((byte) => Uint8Array.of(byte)),
        20,
      ),
      whole,
    );
  }
  const unfinished = run([Buffer.concat([secret, Buffer.from([0xe2, 0x1b])])], 0);
  assert.not.match(unfinished, token);
});

mask('reads text that is made to be slow in one pass, and masks what is in doubt', () => {
  for (const text of ['acme_'.repeat(13_000), 'a@'.repeat(32_000), 'a\b'.repeat(32_000), '://a:'.repeat(13_000)]) {
    const bytes = Buffer.from(text);
    const used = process.cpuUsage();
    run([bytes], 80);
    const { user, system } = process.cpuUsage(used);
    // A bound that only quadratic work reaches: seconds, where this takes milliseconds.
    assert.ok(user + system < 3_000_000, `${text.slice(0, 5)}: ${user + system} µs`);
  }
});

mask('keeps the blank after the last column where no wrap follows', () => {
  assert.is(masked(`acme_${token} z`, 17), 'acme_[acme-token] z');
  assert.is(masked('1234567890 x@ex.org', 10), '1234567890 [email]');
});

mask('hides known values that hold white space, however it falls on the chunks', () => {
  for (const value of ['  x9 $kQ', 'a b c d e', 'pass phrase 7']) {
    const known = indexNeedles(knownNeedles([{ name: 'v', value }]));
    assert.not.match(masked(`<${value}> ${value}`, 0, known), value.trim(), JSON.stringify(value));
  }
});

mask('hides what stands behind the first line of a short known value', () => {
  const known = indexNeedles(knownNeedles([{ name: 'v', value: 'x9\n$kQ2p' }]));
  assert.is(masked('<x9\n$kQ2p>', 0, known), '<x9\n[known-value]>');
});

mask('holds back no end of a line, though it could begin a known value that is broken there', () => {
  const value = 'f7Kq-29vLm_xT4wPzR8b';
  const known = indexNeedles(knownNeedles([{ name: 'v', value }]));
  const line = Buffer.from('12:00 f7\n');
  assert.equal(stage(0, known).push(line), [line]);
  assert.is(masked(`${value.slice(0, 2)}\n${value.slice(2)} z`, 0, known), 'f7\n[known-value] z');
});

mask('hides the strike over the last character of a known value, too', () => {
  const known = indexNeedles(knownNeedles([{ name: 'v', value: 'f7Kq-29vLm_xT4w<' }]));
  assert.is(masked('f7Kq-29vLm_xT4w<\b<\r\n', 0, known), '[known-value]\r\n');
});

mask('hides known values in every form, and wherever white space breaks them', () => {
  const value = 'correct-Horse/9 battery';
  const known = indexNeedles(knownNeedles([{ name: 'v', value }]));
  const base64 = Buffer.from(`user:${value}\n`).toString('base64');
  for (const form of [
    value,
    Buffer.from(value).toString('hex'),
    encodeURIComponent(value),
    base64,
    base64.replace(/(.{7})/g, '$1\r\n'),
  ]) {
    const output = masked(`before ${form} after`, 0, known);
    assert.match(
      output,
      /^before (?:\w{0,7})?\[known-value\](?:[\w=]{0,6}) after$|^before dXNlcj[\s\S]{0,8}\[known-value\][\s\S]{0,8} after$/,
      form,
    );
  }
});

mask('holds back the first word behind a full row, and shows or masks it at a deadline', () => {
  const out = (pieces: readonly Uint8Array[]) =>
    Buffer.concat(pieces)
      .toString()
      .replace(/:\w{4}\]/g, ']');
  const plain = stage(20);
  assert.is(out(plain.push(Buffer.from('1234567890 full row!\r\nexp'))), '1234567890 full row!\r\n');
  assert.is(plain.holdsSecret, false);
  assert.is(out(plain.expire()), 'exp');
  assert.is(plain.holding, false);
  const secret = stage(20);
  const first = out(secret.push(Buffer.from('1234567890 acme_Ab3d\r\nexp')));
  assert.is(secret.holdsSecret, true);
  assert.is(first + out(secret.expire()), '1234567890 acme_[acme-token]\r\n');
  assert.is(out(secret.push(Buffer.from('ort9k z\n'))), ' z\n');
});

mask('holds nothing back behind a full row and many sequences', () => {
  const masking = stage(20);
  const colours = '\u001b[31m'.repeat(2000);
  masking.push(Buffer.from(`1234567890 full row!\r\n$${colours}`));
  assert.is(masking.holding, false);
});

mask('lets plain text go on at once', () => {
  const masking = stage();
  const line = Buffer.from('2026-01-02 12:00:00 request served in 12 ms\n');
  assert.equal(masking.push(line), [line]);
  assert.is(masking.holding, false);
});

mask('masks at a deadline what a prefix proves, and swallows the rest', () => {
  const masking = stage();
  const out = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces).toString();
  assert.is(out(masking.push(Buffer.from('acme_Ab3d'))), '', 'it may be an address');
  assert.is(masking.holdsSecret, true);
  assert.is(out(masking.expire()), 'acme_[acme-token]');
  assert.is(out(masking.push(Buffer.from('Ef6h'))) + out(masking.expire()), '');
  assert.is(out(masking.push(Buffer.from('Ij9k z'))) + out(masking.expire()), ' z');
});

mask('shows at a deadline what only its end would prove', () => {
  const masking = stage();
  const out = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces).toString();
  assert.is(out(masking.push(Buffer.from('mail jo'))), 'mail ');
  assert.is(masking.holdsSecret, false);
  assert.is(out(masking.expire()), 'jo');
  assert.match(out(masking.push(Buffer.from('@ex.org \n'))), /^\[email:[0-9a-f]{4}\] \n$/);
});

mask.run();
