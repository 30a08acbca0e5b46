// timeout: 400
// Known values, end to end: a real broker, a shell and an sshd, one-shot and gated. A program prints every value in every
// encoding, cut anywhere; then everything that anybody could read is searched for all of them.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CliResult, type CliWorld, cliWorld } from '../helpers/cli.ts';
import { needs } from '../helpers/needs.ts';
import { writePrinter } from '../helpers/print-pieces.ts';
import { startSshd } from '../helpers/sshd.ts';

const test = suite('known values');

const VALUES: Readonly<Record<string, string>> = {
  token: randomBytes(48).toString('base64'),
  password: `p@ss'w"o\\rd $x/é<&>${randomBytes(6).toString('hex')}`,
  phrase: `correct horse ${randomBytes(4).toString('hex')} battery staple`,
  short: `x!${randomBytes(3).toString('base64url')}7`,
  key: generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey,
};

const base64 = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('base64');
const wrapped = (text: string, columns: number) => text.replace(new RegExp(`.{${columns}}`, 'g'), '$&\n');
const octets = (text: string, write: (hex: string) => string, between = '') =>
  (Buffer.from(text).toString('hex').match(/../g) ?? []).map(write).join(between);

/** How programs write a value; written here anew, not taken from the mask. */
const WRITINGS: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => value.replaceAll('\n', '\r\n'),
  (value) => `\u001b[1;31m${value.slice(0, 5)}\u001b[0m\u001b[K${value.slice(5)}\u001b[m`,
  (value) => `\u001b]8;;https://host/${encodeURIComponent(value)}\u0007link\u001b]8;;\u0007`,
  (value) => `\u001b]0;title ${value.split('\n')[1] ?? value}\u0007`,
  (value) => JSON.stringify({ value }),
  (value) => JSON.stringify(JSON.stringify({ value })),
  (value) => JSON.stringify(value).replaceAll('/', '\\/'),
  (value) => `https://u:${encodeURIComponent(value)}@host/`,
  (value) => new URLSearchParams({ q: value }).toString(),
  (value) => encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()),
  (value) => `'${value.replaceAll("'", "'\\''")}'`,
  (value) => `"${value.replace(/[\\"$`]/g, '\\$&')}"`,
  (value) => value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
  (value) => base64(value),
  (value) => base64(`u:${value}`),
  (value) => base64(`us:${value}@host`),
  (value) => wrapped(base64(`{"a":"${value}"}`), 76),
  (value) => wrapped(base64(`--${value}--`), 20).replaceAll('\n', '\n    '),
  (value) => base64(value).replaceAll('+', '-').replaceAll('/', '_'),
  (value) => base64(base64(`u:${value}`)),
  (value) => base64(value, 'utf16le'),
  (value) => Buffer.from(value).toString('hex'),
  (value) => wrapped(Buffer.from(value).toString('hex').toUpperCase(), 60),
];
/** Short lists of numbers. */
const NUMBERS: readonly ((value: string) => string)[] = [
  (value) => octets(value, (hex) => `\\x${hex}`),
  (value) => octets(value, (hex) => hex, ' '),
  (value) => octets(value, (hex) => hex, ':'),
  (value) => octets(value, (hex) => `0x${hex}`, ', '),
  (value) => [...Buffer.from(value)].join(', '),
];

const shown = Object.entries(VALUES).flatMap(([name, value]) =>
  (name === 'key' ? WRITINGS : [...WRITINGS, ...NUMBERS]).map((write) => write(value.trim())),
);

/** As the mask must leave it: what is seen, without white space, so that no line break hides a value. */
const dense = (text: string | Buffer) =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, '')
    .replace(/\s/g, '');

/** What must be nowhere: each value and each of its lines, bare and within any encoding. */
const NEEDLES: readonly string[] = Object.values(VALUES).flatMap((value) => {
  const lines = value.split('\n').filter((line) => line.length >= 6 && !line.startsWith('-----'));
  return lines.flatMap((line) => {
    const inner = (text: string) => text.slice(4, -4);
    const plain = [
      line,
      JSON.stringify(line).slice(1, -1),
      JSON.stringify(JSON.stringify(line)).slice(3, -3),
      JSON.stringify(line).slice(1, -1).replaceAll('/', '\\/'),
      encodeURIComponent(line),
      encodeURIComponent(line).replace(/%../g, (code) => code.toLowerCase()),
      new URLSearchParams({ q: line }).toString().slice(2),
      line.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
      Buffer.from(line).toString('hex'),
      Buffer.from(line).toString('hex').toUpperCase(),
      ...(value === VALUES.key ? [] : NUMBERS.map((write) => write(line))),
      ...['', 'u', 'us'].flatMap((before) => {
        const text = inner(base64(before + line));
        return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
      }),
      inner(base64(line, 'utf16le')),
    ];
    return plain.map(dense).filter((needle) => needle.length >= 6);
  });
});

function assertNowhere(where: string, text: string | Buffer): void {
  const seen = dense(text);
  const unescaped = dense(
    String(text)
      .replaceAll('\\u001b', '\u001b')
      .replace(/\\[rnt]/g, ''),
  );
  for (const needle of NEEDLES) {
    assert.not.ok(seen.includes(needle) || unescaped.includes(needle), `${where} holds ${needle}`);
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

interface Place {
  readonly world: CliWorld;
  readonly command: (seed: number, pauses: number) => string[];
}

/** A world whose configuration knows the values, with targets that are given to it. */
async function inPlace(targets: string, world: CliWorld, body: (place: Place) => Promise<void>): Promise<void> {
  const secrets = join(world.folder, 'secrets');
  mkdirSync(secrets);
  for (const [name, value] of Object.entries(VALUES)) writeFileSync(join(secrets, name), `${value}\n`, { mode: 0o600 });
  const values = Object.keys(VALUES).map((name) => `    - { name: known-${name}, file: "${join(secrets, name)}" }`);
  world.configure(
    `targets:\n${targets}\nmasking:\n  values:\n${values.join('\n')}\n` +
      'policy:\n  rules:\n    - { id: terminal, match: { terminal: free }, verdict: allow }\n  default: allow\n',
  );
  const work = join(world.folder, 'work');
  mkdirSync(work);
  chmodSync(work, 0o755);
  const printer = writePrinter(work);
  const file = join(secrets, 'shown.txt');
  writeFileSync(file, `${shown.join('\nnext: ')}\nthe end\n`);
  await body({
    world,
    command: (seed, pauses) => [process.execPath, printer, file, String(seed), String(pauses)],
  });
  await world.run(['broker', 'stop']);
  for (const path of filesBelow(world.state)) assertNowhere(path, readFileSync(path));
}

function assertShown(where: string, { exit, stdout, stderr, bytes }: CliResult): void {
  assert.is(exit, 0, `${where}: ${stderr}`);
  assert.match(stdout, /the end/, `${where} came to its end`);
  for (const name of Object.keys(VALUES)) assert.match(stdout, new RegExp(`\\[known-${name}:[0-9a-f]{4}\\]`), where);
  assertNowhere(where, bytes);
  assertNowhere(`${where}, stderr`, stderr);
}

async function everyWay(kind: 'shell' | 'ssh', target: string, { world, command }: Place): Promise<void> {
  assertShown('one-shot', await world.run([kind, target, '--', ...command(1, 0)]));
  assertShown('one-shot on a terminal', await world.run([kind, target, '-t', '--', ...command(2, 0)]));
  assertShown('one-shot with waits', await world.run([kind, target, '--', ...command(3, 8)]));
  const json = await world.run([kind, target, '--json', '--', ...command(4, 0)]);
  assertShown('one-shot, --json', json);
  for (const name of Object.keys(VALUES)) assert.ok(json.json.masked.kinds[`known-${name}`] >= 10, name);

  const named = await world.run([
    ...[kind, target, '--json', '--task', `with ${VALUES.short}`, '--why', `for ${VALUES.phrase}`],
    ...['--', 'printf', '%s\\n', VALUES.token ?? '', VALUES.password ?? '', base64(VALUES.phrase ?? '')],
  ]);
  assert.is(named.exit, 0, named.stdout + named.stderr);
  assertNowhere('a command that names them', named.bytes);

  const opened = await world.run(['session', 'open', target, '--json']);
  assert.is(opened.exit, 0, opened.stderr);
  const { session } = opened.json;
  assertShown('gated', await world.run(['session', 'exec', session, '--', ...command(5, 0)]));
  assertShown('gated, later', await world.run(['session', 'exec', session, '--', ...command(6, 4)]));
  assertNowhere('session read', (await world.run(['session', 'read', session, '--json'])).bytes);
  await world.run(['session', 'exec', session, '--json', '--', 'echo', VALUES.token ?? '']);
  const typed = await world.run(['session', 'exec', session, '--stdin', '--', 'cat'], { input: `${VALUES.token}\n` });
  assert.match(typed.stdout, /^\[known-token:[0-9a-f]{4}\]/, typed.stderr);
  assert.is((await world.run(['session', 'close', session])).exit, 0);

  for (const args of [
    ['session', 'list', '--all', '--json'],
    ['audit', 'tail', '-n', '1000', '--json'],
    ['recordings', 'list', '--json'],
    ['requests', '--all', '--json'],
  ]) {
    assertNowhere(args.join(' '), (await world.run(args)).bytes);
  }
  for (const { session: id } of (await world.run(['recordings', 'list', '--json'])).json.recordings) {
    const replayed = await world.run(['replay', id, '--speed', '1000']);
    assertNowhere(`replay ${id}`, replayed.bytes);
  }
}

needs(test, 'bash')('are in nothing that a shell shows, nor in what is kept of it', async () => {
  await using world = cliWorld();
  await inPlace('  local: { kind: shell }', world, (place) => everyWay('shell', 'local', place));
});

needs(
  test,
  'sshd',
  'ssh-keygen',
  'bash',
)('are in nothing that a host shows over ssh, nor in what is kept of it', async () => {
  await using world = cliWorld();
  const trustedUserCa = (await world.run(['ssh-ca', 'public-key'])).stdout.trim();
  await world.run(['broker', 'stop']);
  await using sshd = await startSshd({ trustedUserCa });
  const target = `  web: { kind: ssh, host: 127.0.0.1, port: ${sshd.port}, user: ${sshd.user}, hostKey: "${sshd.hostKeyFingerprint}" }`;
  await inPlace(target, world, (place) => everyWay('ssh', 'web', place));
});

test('the key of the broker itself is masked, as it is and in base64', async () => {
  await using world = cliWorld('targets:\n  local: { kind: shell }\npolicy: { packs: [], default: allow }\n');
  await world.run(['ssh-ca', 'public-key']);
  const file = join(world.state, 'ssh_ca');
  const pem = readFileSync(file, 'utf8');
  const { stdout, stderr } = await world.run([
    'shell',
    'local',
    '--',
    'sh',
    '-c',
    `cat '${file}'; base64 '${file}'; echo; tr -d '\\n' < '${file}'`,
  ]);
  assert.match(stdout, /\[(broker-key|[a-z-]*private-key):[0-9a-f]{4}\]/, stderr);
  // The first line and a half are the same in every such key.
  const lines = pem.split('\n').slice(3, -2);
  for (const line of lines) {
    assert.not.ok(dense(stdout).includes(line));
    assert.not.ok(dense(stdout).includes(base64(`x${line}`).slice(4, -4)));
  }
});

test.run();
