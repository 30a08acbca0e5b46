// timeout: 120
// The mask of archives: what real tar packs comes out as long as it went in, lists and unpacks as before, and holds no secret; however it
// is cut, and whatever the files in it are.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createArchiveMaskStage } from '../../../src/lib/stream/mask/archive/archive-stage.ts';
import { expandExample } from '../../../src/lib/stream/mask/examples.ts';
import { compileRules } from '../../../src/lib/stream/mask/finding/compiled-rules.ts';
import { makeFingerprint } from '../../../src/lib/stream/mask/fingerprint.ts';
import { indexNeedles } from '../../../src/lib/stream/mask/known/known-finder.ts';
import { knownNeedles } from '../../../src/lib/stream/mask/known/known-values.ts';
import { RULES } from '../../../src/lib/stream/mask/rules/index.ts';
import { bytewise, randomCuts } from './engine-attacks-makers.ts';
import { type Draw, drawFrom } from './pattern-makers.ts';

const test = suite('archive mask');

const rules = compileRules(RULES);
const KNOWN = `kn-${randomBytes(18).toString('base64url')}`;
const known = indexNeedles(knownNeedles([{ name: 'value', value: KNOWN }]));
const fingerprint = makeFingerprint(Buffer.alloc(16, 1));
const stage = () => createArchiveMaskStage({ rules, known, fingerprint });

function masked(chunks: readonly Uint8Array[], atDeadlines = false): Buffer {
  const masking = stage();
  const pieces: Buffer[] = [];
  const take = (some: readonly Uint8Array[]) => pieces.push(...some.map((piece) => Buffer.from(piece)));
  for (const chunk of chunks) {
    // As a reader of a socket does it.
    const input = Uint8Array.from(chunk);
    take(masking.push(input));
    input.fill(0x58);
    if (atDeadlines) take(masking.expire());
  }
  take(masking.flush());
  return Buffer.concat(pieces);
}

const masks = (bytes: Buffer) => bytes.toString('latin1').replace(/:[0-9a-f]{4}\]/g, ']');

type Files = Readonly<Record<string, Buffer | string>>;

/** The folder is gone when the work has ended. */
function withFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'sp-archive-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As the tar in a pod packs them: `format` is GNU's, busybox's or POSIX's. */
function pack(files: Files, format = 'gnu'): Buffer {
  return withFolder((folder) => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    const { status, stdout, stderr } = spawnSync(
      'tar',
      [`--format=${format}`, '--sort=name', '-cf', '-', ...readdirSync(folder).sort()],
      { cwd: folder, maxBuffer: 2 ** 27 },
    );
    assert.is(status, 0, stderr.toString());
    return stdout;
  });
}

/** Names and contents; throws what tar says where it does not unpack. */
function unpack(archive: Buffer): Map<string, Buffer> {
  return withFolder((folder) => {
    const { status, stderr } = spawnSync('tar', ['-xf', '-'], { cwd: folder, input: archive });
    if (status !== 0 || stderr.length > 0) throw new Error(`tar: ${stderr}`);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return new Map(
      files
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
        .map((file) => [file.slice(folder.length + 1), readFileSync(file)]),
    );
  });
}

const key = (label: string, body: string) => `-----${'BEGIN'} ${label}-----\n${body}\n-----${'END'} ${label}-----\n`;

/** What must not be seen, and a text around it. */
function secretText(draw: Draw): { readonly secret: string; readonly text: string } {
  const word = (length: number) => randomBytes(64).toString('base64url').replace(/[-_]/g, 'x').slice(0, length);
  const token = expandExample('ghp_${alnum:36}', draw(2 ** 31)).text.slice(4);
  const body = () => [64, 64, 40].map((length) => randomBytes(64).toString('base64').slice(0, length)).join('\n');
  const pem = body();
  const makers: readonly (() => { readonly secret: string; readonly text: string })[] = [
    () => ({ secret: KNOWN, text: `the value is ${KNOWN}, as agreed\n` }),
    () => ({ secret: KNOWN, text: KNOWN }),
    () => ({ secret: Buffer.from(KNOWN).toString('base64'), text: Buffer.from(KNOWN).toString('base64') }),
    () => ({ secret: token, text: `token ghp_${token}\n` }),
    // A file that ends in it, without a line end, as files of mounted Secrets do.
    () => {
      const secret = `${word(9)}7${word(9)}`;
      return { secret, text: `DB_PASSWORD=${secret}` };
    },
    () => ({ secret: pem.split('\n')[1] as string, text: key('RSA PRIVATE KEY', pem) }),
    // A key that is cut off: the next file is none of its lines.
    () => ({ secret: pem.split('\n')[0] as string, text: key('PRIVATE KEY', pem).slice(0, 120) }),
  ];
  return (makers[draw(makers.length)] as () => { secret: string; text: string })();
}

const NAMES = [
  'a.txt',
  '.env',
  'id_rsa',
  'password',
  'etc/token.json',
  'config/secret.yaml',
  'api_key=',
  'pa ss:',
  'b64',
];

test('what tar packs lists and unpacks as before, with masks as long as what they hide', () => {
  for (let seed = 0; seed < 25; seed++) {
    const draw = drawFrom(seed);
    const secrets: string[] = [];
    const files: Record<string, Buffer> = {};
    for (let count = 1 + draw(8); count > 0; count--) {
      const { secret, text } = secretText(draw);
      if (text.includes(secret)) secrets.push(secret);
      const around = () => (draw(2) === 0 ? randomBytes(draw(1500)) : Buffer.from('some words\n'.repeat(draw(100))));
      const before = draw(2) === 0 ? Buffer.concat([around(), Buffer.from('\n')]) : Buffer.alloc(0);
      const after = draw(2) === 0 ? Buffer.concat([Buffer.from('\n'), around()]) : Buffer.alloc(0);
      const folder = draw(4) === 0 ? `${'deep/'.repeat(30)}${draw(1000)}/` : `${draw(1000)}/`;
      files[folder + (NAMES[draw(NAMES.length)] as string)] = Buffer.concat([before, Buffer.from(text), after]);
    }
    const archive = pack(files, ['gnu', 'ustar', 'posix'][draw(3)]);
    const whole = masked([archive]);
    const why = `seed ${seed}`;
    assert.is(whole.length, archive.length, why);
    for (const secret of secrets) assert.not.ok(whole.includes(secret), `${why}: it holds ${secret.slice(0, 4)}`);
    const [was, is] = [unpack(archive), unpack(whole)];
    assert.equal([...is.keys()], [...was.keys()], why);
    for (const [name, content] of was) assert.is(is.get(name)?.length, content.length, `${why}: ${name}`);

    assert.ok(masked(bytewise(archive.subarray(0, 20_000))).equals(masked([archive.subarray(0, 20_000)])), why);
    for (const longest of [3, 700, 5000]) assert.ok(masked(randomCuts(draw, archive, longest)).equals(whole), why);
    assert.ok(masked(randomCuts(draw, archive, 700), true).equals(whole), `${why}, with deadlines`);
  }
});

test('an archive without a secret stays as it is', () => {
  const archive = pack({ 'a/words': 'just words\n', 'a/none': '', 'a/noise': Buffer.alloc(5000, 0x07) });
  assert.ok(masked(randomCuts(drawFrom(1), archive, 900)).equals(archive));
});

const content = (text: string) => unpack(masked([pack({ file: text })])).get('file') as Buffer;

for (const [title, text, expected] of [
  ['what is as long as its label', KNOWN, `[known-value]${'*'.repeat(KNOWN.length - 18)}`],
  [
    'colours in it',
    `${KNOWN.slice(0, 20)}\u001b[1m${KNOWN.slice(20)}.`,
    `[known-value]**\u001b[1m${'*'.repeat(KNOWN.length - 20)}.`,
  ],
  ['a title', `\u001b]0;it is ${KNOWN}\u0007.`, `\u001b]0;it is [known-value]${'*'.repeat(KNOWN.length - 18)}\u0007.`],
  [
    'what is struck twice',
    `.${[...KNOWN].map((letter) => `${letter}\b${letter}`).join('')}.`,
    `.[known-value]${'*'.repeat(3 * KNOWN.length - 18)}.`,
  ],
] as const) {
  test(`is written over ${title}`, () => {
    const bytes = content(text);
    assert.is(bytes.length, text.length);
    assert.is(masks(bytes), expected);
  });
}

test('is written over the clipboard in base64, and over all of it where that is not written as usual', () => {
  const usual = Buffer.from(`it is ${KNOWN}.`).toString('base64');
  const unpacked = content(`\u001b]52;c;${usual}\u0007`).toString('latin1');
  assert.match(
    Buffer.from(unpacked.slice(7, -1), 'base64').toString('latin1'),
    /^it is \[known-value:[0-9a-f]{4}\]\*+\.$/,
  );
  const unusual = `\u001b]52;c;${usual.slice(0, 5)}\t${usual.slice(5)}\u0007`;
  assert.match(content(unusual).toString('latin1'), /^\u001b\]\*+\u0007$/);
});

test('says nothing where a label does not fit', () => {
  const short = Buffer.from('k7#Qz9!v');
  const one = createArchiveMaskStage({
    rules: compileRules([]),
    known: indexNeedles([{ bytes: short, kind: 'value', skipsBreaks: false, source: short }]),
    fingerprint,
  });
  const archive = pack({ file: `a ${short} b` });
  const bytes = Buffer.concat([...one.push(archive), ...one.flush()]);
  assert.is(String(unpack(bytes).get('file')), 'a ******** b');
  assert.equal([...one.counts], [['value', 1]]);
});

test('a secret in a name is masked, and the file arrives under the name that is left', () => {
  for (const format of ['gnu', 'ustar', 'posix']) {
    for (const folder of ['', `${'deep/'.repeat(22)}`]) {
      const unpacked = unpack(masked([pack({ [`${folder}${KNOWN}/x`]: 'content' }, format)]));
      const [[name, bytes]] = [...unpacked] as [[string, Buffer]];
      assert.is(masks(Buffer.from(name)), `${folder}[known-value]${'*'.repeat(KNOWN.length - 18)}/x`, format);
      assert.is(String(bytes), 'content');
    }
  }
});

test('a value that ends a file does not take the next header with it', () => {
  const secret = `${randomBytes(9).toString('hex')}`;
  const archive = pack({ 'a/first': `DB_PASSWORD=${secret}`, 'a/second': 'text\n' });
  const unpacked = unpack(masked([archive]));
  assert.match(String(unpacked.get('a/first')), /^DB_PASSWORD=\[password:[0-9a-f]{4}\]\*\*\*$/);
  assert.is(String(unpacked.get('a/second')), 'text\n');
});

test('a number that is masked leaves a checksum that is wrong: tar does not unpack it', () => {
  const archive = pack({ file: 'text' });
  const device = Buffer.from(KNOWN);
  // Where a header has numbers: a key that reads as one would have to be known by that name.
  const number = archive.subarray(136, 147);
  const one = createArchiveMaskStage({
    rules: compileRules([]),
    known: indexNeedles([{ bytes: Buffer.from(number), kind: 'value', skipsBreaks: false, source: device }]),
    fingerprint,
  });
  const bytes = Buffer.concat([...one.push(archive), ...one.flush()]);
  assert.not.ok(bytes.includes(number));
  assert.throws(() => unpack(bytes), /tar: /);
});

test('what is no archive is masked as one text, at its length, also where an archive came before', () => {
  const text = `it is ${KNOWN}.\n`.repeat(100);
  const archive = pack({ file: 'text' });
  const header = Buffer.from(archive.subarray(0, 512));
  header[0] = 0x78; // its checksum is another now
  for (const bytes of [
    Buffer.from(text),
    Buffer.concat([archive, Buffer.from(text)]),
    Buffer.concat([header, Buffer.from(text)]),
    Buffer.concat([Buffer.alloc(512), Buffer.from(KNOWN)]),
    Buffer.concat([archive.subarray(0, 512), Buffer.from(KNOWN)]),
    archive.subarray(0, 300),
    Buffer.from(KNOWN),
    randomBytes(100_000),
  ]) {
    const whole = masked([bytes]);
    assert.is(whole.length, bytes.length);
    assert.not.ok(whole.includes(KNOWN));
    assert.ok(masked(bytewise(bytes.subarray(0, 3000))).equals(masked([bytes.subarray(0, 3000)])));
  }
});

test.run();
