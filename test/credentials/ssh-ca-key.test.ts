import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openSshCa } from '../../src/lib/credentials/index.ts';
import { needs } from '../helpers/needs.ts';
import { refusalOf, run } from '../helpers/ssh-target.ts';

const OPENER = fileURLToPath(new URL('../helpers/open-ssh-ca.ts', import.meta.url));

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'sallyport-ca-'));
  return { path, key: join(path, 'ssh_ca'), [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function keygen(...args: string[]): string {
  return execFileSync('ssh-keygen', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const withKeygen = needs(test, 'ssh-keygen');

withKeygen('the key is made once, for its owner alone, in a form ssh-keygen reads', async () => {
  using state = folder();
  const umask = process.umask(0);
  try {
    const first = await openSshCa(state.path);
    assert.equal(readdirSync(state.path).sort(), ['ssh_ca', 'ssh_ca.pub']);
    assert.is(statSync(state.key).mode & 0o777, 0o600);
    assert.is(statSync(`${state.key}.pub`).mode & 0o777, 0o644);
    const derived = keygen('-y', '-f', state.key).trim().split(' ').slice(0, 2).join(' ');
    assert.is(first.publicKeyLine(), `${derived} sallyport-ca`);
    assert.is(readFileSync(`${state.key}.pub`, 'utf8'), `${first.publicKeyLine()}\n`);
    const bytes = readFileSync(state.key);
    assert.is((await openSshCa(state.path)).publicKeyLine(), first.publicKeyLine());
    assert.ok(readFileSync(state.key).equals(bytes));
  } finally {
    process.umask(umask);
  }
});

test('processes that start at once on an empty folder end up with one key', async () => {
  using state = folder();
  const start = `${Date.now() + 1_500}`;
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, () =>
      run(process.execPath, ['--import', 'tsx', OPENER, state.path, start], { limitMs: 60_000 }),
    ),
  );
  const lines = new Set(outcomes.map(({ stdout }) => stdout.trim()));
  assert.is(lines.size, 1, JSON.stringify(outcomes));
  assert.match([...lines][0] ?? '', /^ssh-ed25519 \S+ sallyport-ca$/);
  assert.equal(readdirSync(state.path).sort(), ['ssh_ca', 'ssh_ca.pub'], 'no draft is left');
});

test('calls at once in one process end up with one key', async () => {
  using state = folder();
  const all = await Promise.all(Array.from({ length: 20 }, () => openSshCa(state.path)));
  assert.is(new Set(all.map((ca) => ca.publicKeyLine())).size, 1);
  assert.equal(readdirSync(state.path).sort(), ['ssh_ca', 'ssh_ca.pub']);
});

test('a key that others could have read is refused', async () => {
  for (const mode of [0o640, 0o604, 0o660, 0o666, 0o610]) {
    using state = folder();
    await openSshCa(state.path);
    chmodSync(state.key, mode);
    const error = await refusalOf('ca-key-permissions', openSshCa(state.path));
    assert.is(error.exit, 78);
    assert.ok(error.publicMessage.includes(`has mode "${mode.toString(8)}"`));
    assert.match(error.hint, /chmod 600/);
  }
});

needs(test, 'root')('a key of another user is refused', async () => {
  using state = folder();
  await openSshCa(state.path);
  chownSync(state.key, 65_534, 65_534);
  assert.match((await refusalOf('ca-key-permissions', openSshCa(state.path))).publicMessage, /belongs to uid "65534"/);
});

test('a link, a folder and a pipe in its place are refused, and none is followed', async () => {
  using state = folder();
  await openSshCa(state.path);
  renameSync(state.key, `${state.key}-real`);
  symlinkSync(`${state.key}-real`, state.key);
  assert.match((await refusalOf('ca-key-permissions', openSshCa(state.path))).publicMessage, /is a symbolic link/);
  rmSync(state.key);
  symlinkSync(join(state.path, 'nowhere'), state.key);
  await refusalOf('ca-key-permissions', openSshCa(state.path));
  assert.not.ok(existsSync(join(state.path, 'nowhere')));
  rmSync(state.key);
  mkdirSync(state.key, { mode: 0o700 });
  await refusalOf('ca-key-permissions', openSshCa(state.path));
  rmSync(state.key, { recursive: true });
  execFileSync('mkfifo', ['-m', '600', state.key]);
  await refusalOf('ca-key-permissions', openSshCa(state.path));
});

withKeygen(
  'a damaged file, another kind of key and one with a passphrase are refused, and no byte of it is shown',
  async () => {
    using state = folder();
    await openSshCa(state.path);
    const good = readFileSync(state.key, 'utf8');
    const body = good.split('\n').slice(1, -2).join('');
    const bad: [string, RegExp][] = [
      ['', /not an OpenSSH private key/],
      ['nonsense', /not an OpenSSH private key/],
      [good.slice(0, 100), /not an OpenSSH private key/],
      [good.replace(body.slice(60, 70), ''), /./],
      [
        `${good.split('\n')[0]}\n${Buffer.from(body, 'base64').subarray(0, -60).toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`,
        /ends early/,
      ],
      [good.padEnd(20_000, '\n'), /too large/],
    ];
    const other = join(state.path, 'other');
    keygen('-q', '-t', 'ecdsa', '-N', '', '-f', other);
    bad.push([readFileSync(other, 'utf8'), /of type "ecdsa-sha2-nistp256", not "ssh-ed25519"/]);
    keygen('-q', '-t', 'ed25519', '-N', 'passphrase', '-f', `${other}2`);
    bad.push([readFileSync(`${other}2`, 'utf8'), /protected by a passphrase/]);
    for (const [text, expected] of bad) {
      writeFileSync(state.key, text, { mode: 0o600 });
      const error = await refusalOf('ca-key-unreadable', openSshCa(state.path));
      assert.match(error.publicMessage, expected);
      const everything = `${error.stack} ${error.hint} ${String(error.cause)}`;
      assert.not.ok(everything.includes(body.slice(-40, -20)) || everything.includes('PRIVATE KEY-----'));
      assert.is(readFileSync(state.key, 'utf8'), text, 'a key that cannot be read is never replaced');
    }
  },
);

test('every damaged byte of the key is noticed or harmless, never another key', async () => {
  using state = folder();
  const line = (await openSshCa(state.path)).publicKeyLine();
  const [head, ...rest] = readFileSync(state.key, 'utf8').trim().split('\n');
  const bytes = Buffer.from(rest.slice(0, -1).join(''), 'base64');
  for (let at = 0; at < bytes.length; at += 3) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    writeFileSync(state.key, `${head}\n${damaged.toString('base64')}\n${rest.at(-1)}\n`, { mode: 0o600 });
    const outcome = await openSshCa(state.path).then(
      (ca) => ca.publicKeyLine(),
      (error: { code?: string }) => error.code,
    );
    assert.ok(outcome === line || outcome === 'ca-key-unreadable', `byte ${at}: ${outcome}`);
  }
});

test('a public half that is missing or of another key is written anew', async () => {
  using state = folder();
  const line = (await openSshCa(state.path)).publicKeyLine();
  const pub = `${state.key}.pub`;
  rmSync(pub);
  await openSshCa(state.path);
  assert.is(readFileSync(pub, 'utf8'), `${line}\n`);
  writeFileSync(pub, 'ssh-ed25519 AAAAother evil\n');
  await openSshCa(state.path);
  assert.is(readFileSync(pub, 'utf8'), `${line}\n`);
  assert.equal(readdirSync(state.path).sort(), ['ssh_ca', 'ssh_ca.pub']);
  // A link somebody put there is replaced, not written through.
  rmSync(pub);
  writeFileSync(join(state.path, 'victim'), 'untouched');
  symlinkSync(join(state.path, 'victim'), pub);
  await openSshCa(state.path);
  assert.is(readFileSync(join(state.path, 'victim'), 'utf8'), 'untouched');
  assert.not.ok(lstatSync(pub).isSymbolicLink());
});

test('a folder that is not there is an error with the path', async () => {
  using state = folder();
  const error = await refusalOf('ca-key-unreadable', openSshCa(join(state.path, 'missing')));
  assert.ok(error.publicMessage.includes(join(state.path, 'missing', 'ssh_ca')));
});

test.run();
