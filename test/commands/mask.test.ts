// timeout: 360
// `sallyport mask` as it is run: the filter, the batch, the report, the explanation, and what they say to bad input.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CLI, type CliResult, type CliWorld, cliWorld } from '../helpers/cli.ts';

const test = suite('mask');

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const drawn = (length: number) => [...randomBytes(length)].map((byte) => LETTERS[byte % LETTERS.length]).join('');

/** Drawn anew, so that no scanner finds a key in this file. */
const KEY = drawn(16);
const ID = `AKIA${KEY}`;
const OWN = drawn(24).toLowerCase();

const CONFIG = `
targets:
  local: { kind: shell }
  crm-1: { kind: ssh, host: crm, user: u, hostKey: "SHA256:${'a'.repeat(43)}" }
policy: { lists: { crm: ["crm-*"] } }
masking:
  kinds: { phone: false }
  where:
    - { on: { target: local, principal: "unix:nobody-there" }, families: { personal: false } }
  exceptions:
    - { rule: email, on: { target: $crm }, reason: the agent answers customers }
  rules:
    - name: acme-token
      anchors: acme_
      secret: "[a-z2-7]{24}"
      notAfter: "[a-z2-7]"
      keep: { last: 4 }
`;

async function inWorld(body: (world: CliWorld) => Promise<void>, yaml?: string): Promise<void> {
  await using world = cliWorld(yaml);
  await body(world);
}

function well({ exit, stdout, stderr }: CliResult): string {
  assert.equal([exit, stderr], [0, '']);
  return stdout;
}

function refused({ exit, stdout, stderr }: CliResult, code: number): string {
  assert.is(exit, code, stderr);
  assert.is(stdout, '');
  assert.not.match(stderr, /unexpected|did not expect| at .*:\d+:\d+\)/);
  return stderr;
}

test('what is no secret passes byte for byte, whatever bytes they are', () =>
  inWorld(async (world) => {
    for (const input of [
      Buffer.alloc(0),
      // Random letters and digits have a password among them now and then.
      Buffer.from(randomBytes(300_000).map((byte) => (/\w/.test(String.fromCharCode(byte)) ? byte | 0x80 : byte))),
      // Every byte after every beginning of a longer character.
      Buffer.from(Array.from({ length: 16 * 256 }, (_, n) => [0xf0 | (n >> 8), n & 0xff, 0xbf, 0xbf, 0x0a]).flat()),
      Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x00, 0x80, 0x1b, 0x5b]),
      Buffer.from('\u001b]0;unterminated title'),
      Buffer.from(`${'x'.repeat(1024 * 1024)}\n`),
    ]) {
      const { exit, bytes, stderr } = await world.run(['mask'], { input });
      assert.equal([exit, stderr], [0, '']);
      assert.ok(bytes.equals(input), `${input.length} bytes came out as ${bytes.length}`);
    }
  }));

test('a secret is masked with the colours in it kept, and the same value has the same mask', () =>
  inWorld(async (world) => {
    const input = `a ${ID} b\r\n\u001b[31m${ID.slice(0, 9)}\u001b[1m${ID.slice(9)}\u001b[0m c\n`;
    const output = well(await world.run(['mask'], { input }));
    const [, label] = /(\[aws-access-key-id:[0-9a-f]{4}\])/.exec(output) ?? [];
    assert.is(
      output.replaceAll(label ?? '?', 'MASK').replace('\u001b[1m', ''),
      'a AKIAMASK b\r\n\u001b[31mAKIAMASK\u001b[0m c\n',
    );
    assert.not.ok(output.includes(KEY.slice(0, 8)));
  }));

test('output comes as soon as it is decided, not at the end', () =>
  inWorld(async (world) => {
    const { child, done, says } = world.start(['mask']);
    child.stdin?.write('first line\n');
    await says(/first line\n/);
    child.stdin?.write(`then ${ID}`);
    await says(/then /);
    child.stdin?.end('.\n');
    assert.match(well(await done), /^first line\nthen AKIA\[aws-access-key-id:....\]\.\n$/);
  }));

test('a line broken at the width of the terminal is one line, at another width it is not', () =>
  inWorld(async (world) => {
    const begin = `${'.'.repeat(69)} AKIA`;
    const input = `${begin}${KEY.slice(0, 6)}\r\n${KEY.slice(6)} end\r\n`;
    for (const [width, isMasked] of [
      ['80', true],
      ['0', false],
      ['100', false],
    ] as const) {
      const output = well(await world.run(['mask', '--width', width], { input }));
      assert.is(output.includes(KEY.slice(6)), !isMasked, `width ${width}`);
    }
  }));

test('flags choose what is masked: one kind, one family, everything but personal data', () =>
  inWorld(async (world) => {
    const input = `${ID} ann@example.org\n`;
    const masked = async (...flags: string[]) =>
      well(await world.run(['mask', ...flags], { input })).replace(/:[0-9a-f]{4}\]/g, ']');
    assert.is(await masked(), 'AKIA[aws-access-key-id] [email]\n');
    assert.is(await masked('--no-personal'), 'AKIA[aws-access-key-id] ann@example.org\n');
    assert.is(await masked('--family', 'personal'), `${ID} [email]\n`);
    assert.is(await masked('--kind', 'aws-access-key-id'), 'AKIA[aws-access-key-id] ann@example.org\n');
    assert.is(await masked('--kind', 'iban', '--kind', 'email'), `${ID} [email]\n`);
    assert.match(refused(await world.run(['mask', '--kind', 'emial']), 64), /no rule is of the kind "emial"/);
    assert.match(refused(await world.run(['mask', '--family', 'known']), 64), /--family/);
  }));

test('a large file comes out whole although its reader is slow', () =>
  inWorld(async (world) => {
    const file = join(world.folder, 'large');
    const line = `${'all is well '.repeat(10)}\n`;
    writeFileSync(file, line.repeat(50_000));
    const slow = `'${process.execPath}' '${CLI}' mask < '${file}' | (sleep 1; wc -c)`;
    const counted = execFileSync('sh', ['-c', slow], { env: world.env, encoding: 'utf8' });
    assert.is(Number(counted), line.length * 50_000);
  }));

test('a result that is larger than a pipe comes out whole although its reader is slow', () =>
  inWorld(async (world) => {
    const slow = `'${process.execPath}' '${CLI}' mask explain --json | (sleep 2; cat)`;
    const result = execFileSync('sh', ['-c', slow], { env: world.env, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
    assert.ok(result.length > 128 * 1024, `${result.length} characters`);
    assert.ok(JSON.parse(result).rules.length > 50);
  }));

test('a reader that has had enough ends it, as it ends any other filter', () =>
  inWorld(async (world) => {
    const child = spawn(process.execPath, [CLI, 'mask'], { env: world.env, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => {});
    const stderr: Buffer[] = [];
    child.stderr.on('data', (bytes) => stderr.push(bytes));
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    child.stdout.once('data', () => child.stdout.destroy());
    for (let count = 0; count < 200; count++) child.stdin.write(`${'x'.repeat(10_000)}\n`);
    child.stdin.end();
    assert.is(await ended, 141);
    assert.is(Buffer.concat(stderr).toString(), '');
  }));

for (const [what, flags, message] of [
  ['a negative width', ['--width', '-1'], /--width: .*-1/],
  ['a width that is none', ['--width', 'wide'], /--width: .*wide/],
  ['a width no terminal has', ['--width', '100000'], /--width: .*100000/],
  ['splits without a batch', ['--splits', 'bytes'], /--splits/],
  ['a split that does not exist', ['--batch', '--splits', 'words'], /--splits/],
  ['a principal without a target', ['--principal', 'unix:a'], /--principal/],
  ['an argument', ['file.txt'], /no command "mask file\.txt"/],
] as const) {
  test(`${what} is refused`, () =>
    inWorld(async (world) => {
      assert.match(refused(await world.run(['mask', ...flags]), 64), message);
    }));
}

test('standard input that is a folder is refused', () =>
  inWorld(async (world) => {
    const run = `'${process.execPath}' '${CLI}' mask < '${world.folder}' 2>&1; echo $?`;
    const output = execFileSync('sh', ['-c', run], { env: world.env, encoding: 'utf8' });
    assert.match(output, /^sallyport: standard input cannot be read: it is a folder\n {2}next: .*\n64\n$/);
  }));

const batchOf = (texts: readonly string[]) => `${texts.map((text, id) => JSON.stringify({ id, text })).join('\n')}\n`;
const answersOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: number; masked: string });

test('a batch answers every line in order, the same for all splits and every run, and by a fresh stage', () =>
  inWorld(async (world) => {
    const texts = [
      `one ${ID} two`,
      '',
      `${'y'.repeat(1024 * 1024)} ${ID}`,
      'AKIA',
      `${KEY} is no key without its beginning`,
      'é \ud83d\ude42 \u2028 \u0000 \u001b[31m',
      `ann@example.org ${ID}\r\n`,
    ];
    const outputs: string[] = [];
    for (const flags of [[], ['--splits', 'whole'], ['--splits', 'random', '--seed', '0'], ['--splits', 'bytes'], []]) {
      outputs.push(well(await world.run(['mask', '--batch', ...flags], { input: batchOf(texts) })));
    }
    assert.is(new Set(outputs).size, 1);
    const answers = answersOf(outputs[0] ?? '');
    assert.equal(
      answers.map(({ id }) => id),
      [...texts.keys()],
    );
    assert.match(answers[0]?.masked ?? '', /^one AKIA\[aws-access-key-id:[0-9a-f]{4}\] two$/);
    for (const at of [1, 3, 4, 5]) assert.is(answers[at]?.masked, texts[at]);
    assert.match(answers[2]?.masked ?? '', /^y{1048576} AKIA\[aws-access-key-id:....\]$/);
    const seeded = await world.run(['mask', '--batch', '--seed', '7'], { input: batchOf(texts) });
    assert.is.not(well(seeded), outputs[0]);
  }));

test('a batch is answered line by line, so that a program can talk to it', () =>
  inWorld(async (world) => {
    const { child, done, says } = world.start(['mask', '--batch']);
    child.stdin?.write('{"id":1,"text":"a"}\n');
    await says(/\{"id":1,"masked":"a"\}\n/);
    child.stdin?.end('{"id":2,"text":"b"}');
    assert.is(well(await done), '{"id":1,"masked":"a"}\n{"id":2,"masked":"b"}\n');
  }));

test('a bad line ends a batch with 64, after answers to the lines before', () =>
  inWorld(async (world) => {
    const { exit, stdout, stderr } = await world.run(['mask', '--batch'], {
      input: `${batchOf(['a', 'b'])}{"id":3}\n`,
    });
    assert.equal([exit, stdout], [64, '{"id":0,"masked":"a"}\n{"id":1,"masked":"b"}\n']);
    assert.match(stderr, /^sallyport: line 3 of the input is not /);
  }));

test('test shows where each mask stands, by which rule, and never a value', () =>
  inWorld(async (world) => {
    const file = join(world.folder, 'some.log');
    writeFileSync(file, `nothing here\nkey=${ID};\n\u001b[31mcolour\u001b[0m ann@example.org, ${ID}\n`);
    const text = well(await world.run(['mask', 'test', file]));
    assert.match(text, `${file}:2:9: aws-access-key-id, 16 bytes\n  key=AKIA[aws-access-key-id:`);
    assert.match(text, `${file}:3:17: email, 15 bytes\n`);
    assert.match(text, /\n3 masked: 2 aws-access-key-id, 1 email\n$/);
    assert.not.ok(text.includes('\u001b'));
    const result = await world.run(['mask', 'test', '--json', file]);
    well(result);
    const { matches, counts, bytes, file: named } = result.json;
    assert.equal([named, counts], [file, { 'aws-access-key-id': 2, email: 1 }]);
    assert.ok(bytes > 50);
    assert.equal(
      matches.map(({ kind, rule, family, line, column, length }: Record<string, unknown>) => [
        kind,
        rule,
        family,
        line,
        column,
        length,
      ]),
      [
        ['aws-access-key-id', 'aws-access-key-id', 'token', 2, 9, 16],
        ['email', 'email', 'personal', 3, 17, 15],
        ['aws-access-key-id', 'aws-access-key-id', 'token', 3, 38, 16],
      ],
    );
    assert.is(matches[0].fingerprint, matches[2].fingerprint);
    for (const output of [text, result.stdout]) {
      for (const secret of [KEY, 'ann@']) assert.not.ok(output.includes(secret), secret);
    }
  }));

test('test counts what a program painted on a screen, where it has no line', () =>
  inWorld(async (world) => {
    const input = `one\n\u001b[?1049h\u001b[2J\u001b[5;5Hkey ${ID} here`;
    const result = await world.run(['mask', 'test', '--json', '--exit-code', '-'], { input });
    assert.is(result.exit, 1);
    assert.equal(result.json.counts, { 'aws-access-key-id': 1 });
    assert.not.ok(result.stdout.includes(KEY));
    const text = well(await world.run(['mask', 'test', '-'], { input }));
    assert.match(text, /aws-access-key-id, [\s\S]*1 masked: 1 aws-access-key-id\n$/);
  }));

test('test has an exit code of its own only when it is asked for one', () =>
  inWorld(async (world) => {
    const exits = async (input: string, ...flags: string[]) =>
      (await world.run(['mask', 'test', ...flags, '-'], { input })).exit;
    assert.equal([await exits(ID), await exits('x')], [0, 0]);
    assert.equal([await exits(ID, '--exit-code'), await exits('x', '--exit-code')], [1, 0]);
    assert.is(well(await world.run(['mask', 'test', '-'], { input: 'x' })), '-: nothing to mask\n');
  }));

test('test refuses what is no file, and does not take what is on standard input for a name', () =>
  inWorld(async (world) => {
    const closed = join(world.folder, 'closed');
    writeFileSync(closed, 'x');
    chmodSync(closed, 0);
    const cases: (readonly [string, RegExp])[] = [
      [world.folder, /cannot be read: it is a folder/],
      [join(world.folder, 'none'), /cannot be read: there is no such file/],
      [join(closed, 'x'), /cannot be read: a part of its path is no folder/],
    ];
    if (process.getuid?.() !== 0) cases.push([closed, /cannot be read: you may not read it/]);
    for (const [file, message] of cases) assert.match(refused(await world.run(['mask', 'test', file]), 64), message);
    const { stderr } = await world.run(['mask', 'test'], { input: ID });
    assert.match(stderr, /^sallyport: FILE is missing/);
    const json = await world.run(['mask', 'test', '--json', world.folder]);
    assert.equal([json.exit, json.json.error.code], [64, 'input-unreadable']);
  }));

test('the configuration that counts here has its say, a target’s part of it where one is named, and none with --no-config', () =>
  inWorld(async (world) => {
    const input = `acme_${OWN} ann@example.org +442079460123\n`;
    const masked = async (...flags: string[]) =>
      well(await world.run(['mask', ...flags], { input })).replace(/:[0-9a-f]{4}\]/g, ']');
    const last = OWN.slice(-4);
    assert.is(await masked(), `acme_[acme-token]${last} [email] +442079460123\n`);
    assert.is(await masked('--target', 'crm-1'), `acme_[acme-token]${last} ann@example.org +442079460123\n`);
    assert.is(await masked('--target', 'local'), `acme_[acme-token]${last} [email] +442079460123\n`);
    assert.is(
      await masked('--target', 'local', '--principal', 'unix:nobody-there'),
      `acme_[acme-token]${last} ann@example.org +442079460123\n`,
    );
    assert.is(await masked('--family', 'own'), `acme_[acme-token]${last} ann@example.org +442079460123\n`);
    assert.not.match(await masked('--no-config'), /acme-token/);
    assert.match(refused(await world.run(['mask', '--target', 'none']), 68), /no target is called "none"/);
    assert.match(refused(await world.run(['mask', '--target', 'crm-1', '--no-config']), 64), /--no-config/);
  }, CONFIG));

test('a mistake in the masking section is reported with its place; a file that says nothing of it is not even parsed', () =>
  inWorld(async (world) => {
    world.configure('masking:\n  rules:\n    - { name: a, anchors: acme_, secret: "x+" }\n');
    assert.match(
      refused(await world.run(['mask']), 78),
      /sallyport\.yaml:3:42: masking\.rules\[0\]\.secret: expected .* no bound/,
    );
    assert.is(well(await world.run(['mask', '--no-config'], { input: 'x' })), 'x');
    world.configure('this is no configuration');
    assert.is(well(await world.run(['mask'], { input: 'x' })), 'x');
    assert.is((await world.run(['mask', '--target', 'local'], { input: 'x' })).exit, 78);
  }));

test('a known value is masked whatever is chosen, also encoded, and its file must be readable', () =>
  inWorld(async (world) => {
    const value = `${drawn(20)}-${drawn(8)}`;
    const file = join(world.folder, 'value');
    writeFileSync(file, `${value}\n`);
    const yaml = `masking: { families: { token: false }, values: [ { name: db-password, file: ${file} } ] }`;
    world.configure(yaml);
    const input = `${value} ${Buffer.from(value).toString('base64')} ${Buffer.from(value).toString('hex')}\n`;
    for (const flags of [[], ['--kind', 'email'], ['--no-personal']]) {
      const output = well(await world.run(['mask', ...flags], { input }));
      assert.match(output, /^\[db-password:(....)\] \[db-password:\1\]\w?=* \[db-password:\1\]\n$/);
    }
    assert.is(well(await world.run(['mask', '--no-values'], { input })), input);
    world.configure(yaml.replace(file, `${file}-gone`));
    const error = refused(await world.run(['mask'], { input }), 78);
    assert.match(error, /"db-password".*-gone/);
  }));

test('explain lists the rules, what is on here, exceptions and known values', () =>
  inWorld(async (world) => {
    const list = well(await world.run(['mask', 'explain', '--target', 'crm-1']));
    assert.match(list, /^FAMILY +KIND +RULE +HERE +BEGINS WITH\n/);
    assert.match(list, /\ntoken +aws-access-key-id +aws-access-key-id +on +"AKIA"/);
    assert.match(list, /\npersonal +email +email +off +"@"/);
    assert.match(list, /\nown +acme-token +acme-token +on +"acme_"\n/);
    assert.match(list, /\nexception email where target is crm-\*: the agent answers customers\n/);
    const result = await world.run(['mask', 'explain', '--json']);
    well(result);
    const { rules, exceptions, values } = result.json;
    assert.ok(rules.length > 50);
    assert.equal(exceptions, [
      { rules: ['email'], kinds: [], on: { target: ['crm-*'] }, reason: 'the agent answers customers' },
    ]);
    assert.equal(values, []);
    const own = rules.find(({ name }: { name: string }) => name === 'acme-token');
    assert.equal([own.minLength, own.maxLength, own.keeps, own.isOn], [24, 24, { first: 0, last: 4 }, true]);
  }, CONFIG));

test('explain shows one rule, all of a kind, all of a family, and suggests what was meant', () =>
  inWorld(async (world) => {
    const one = well(await world.run(['mask', 'explain', 'email', '--target', 'crm-1']));
    assert.match(
      one,
      /^email\n {2}kind +email, of the family personal\n {2}here +off: an exception: the agent answers customers\n/,
    );
    const shown = well(await world.run(['mask', 'explain', 'acme-token']));
    assert.match(
      shown,
      /\n {2}secret +\[a-z2-7\]\{24\}\n {2}length +24 bytes\n {2}not before +\[a-z2-7\]\n {2}shows +its last 4 characters\n/,
    );
    const family = await world.run(['mask', 'explain', 'own', '--json']);
    assert.equal(
      family.json.rules.map(({ name }: { name: string }) => name),
      ['acme-token'],
    );
    assert.match(refused(await world.run(['mask', 'explain', 'emial']), 64), /did you mean "email"\?/);
    assert.match(refused(await world.run(['mask', 'explain', 'zzzzzz']), 64), /see: sallyport mask explain/);
  }, CONFIG));

test('explain says of a text where a rule begins, and why it is a secret or none', () =>
  inWorld(async (world) => {
    const input = `acme_${OWN} acme_${OWN}x acme_short\n`;
    const text = well(await world.run(['mask', 'explain', 'acme-token', '--text', '-'], { input }));
    assert.match(text, /^1:1 {2}acme-token {2}"acme_" {2}masked: 20 bytes\n/);
    assert.match(text, /\n1:31 {2}acme-token {2}"acme_" {2}no: 24 bytes fit, but "x" must not follow\n/);
    assert.match(text, /\n1:62 {2}acme-token {2}"acme_" {2}no: "\\n" after 5 bytes, where at least 24 must fit\n/);
    assert.match(text, new RegExp(`\\n\\nacme_\\[acme-token:....\\]${OWN.slice(-4)} acme_`));
    const none = well(await world.run(['mask', 'explain', 'acme-token', '--text', 'nothing']));
    assert.is(none, 'nothing in it is what any of these rules begins with\n\nnothing\n');
    const off = await world.run([
      'mask',
      'explain',
      'email',
      '--target',
      'crm-1',
      '--json',
      '--text',
      'ann@example.org',
    ]);
    assert.equal(
      off.json.places
        .filter(({ rule }: Record<string, unknown>) => rule === 'email')
        .map(({ isOn, outcome }: Record<string, unknown>) => [isOn, outcome]),
      [[false, 'masked']],
    );
    assert.is(off.json.masked, 'ann@example.org');
  }, CONFIG));

test('an untrusted project file is noted, and does not count', () =>
  inWorld(async (world) => {
    const project = join(world.folder, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'sallyport.yaml'), 'masking: { families: { token: false } }\n');
    const { exit, stdout, stderr } = await world.run(['mask'], { input: ID, cwd: project });
    assert.is(exit, 0);
    assert.match(stderr, /^note: found an untrusted \.\/sallyport\.yaml; ignored/);
    assert.match(stdout, /^AKIA\[aws/);
  }));

test('policy lint names what masking shows somewhere, and rules nobody tested', () =>
  inWorld(async (world) => {
    const { exit, stdout } = await world.run(['policy', 'lint']);
    assert.is(exit, 0);
    assert.match(
      stdout,
      /:11:7: note: masking\.exceptions\[0\]: exception: what "email" finds is shown where target is crm-\*: the agent answers customers\n/,
    );
    assert.match(stdout, /:13:7: warning: masking\.rules\[0\] "acme-token": untested: /);
    assert.not.match(stdout, /\$crm/);
    const { json } = await world.run(['policy', 'lint', '--json']);
    assert.equal(
      json.masking.map(({ severity, kind, line }: Record<string, unknown>) => [severity, kind, line]),
      [
        ['note', 'exception', 11],
        ['warning', 'untested', 13],
      ],
    );
  }, CONFIG));

test.run();
