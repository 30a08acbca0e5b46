import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { localDirectoryArchive } from '../../src/lib/archive/local-directory.ts';
import { BrokerError, Bug } from '../../src/lib/core/errors.ts';
import { newSessionId, type SessionId } from '../../src/lib/core/ids.ts';
import { has, needs } from '../helpers/needs.ts';
import { onSmallDisk } from './small-disk.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'archive-'));
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was not rejected');
}

async function refusal(promise: Promise<unknown>): Promise<BrokerError> {
  const error = await rejection(promise);
  assert.instance(error, BrokerError);
  return error as BrokerError;
}

async function contents(chunks: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  let text = '';
  for await (const chunk of chunks ?? []) text += Buffer.from(chunk).toString();
  return text;
}

test('a recording is private while it is written and read-only afterwards', async () => {
  const root = join(folder(), 'state', 'recordings');
  const archive = localDirectoryArchive(root);
  const session = newSessionId();
  const writer = await archive.create(session);
  await writer.write(Buffer.from('one\n'));
  assert.is(modeOf(root), '700');
  assert.is(modeOf(archive.locate(session)), '600');
  assert.is(readFileSync(archive.locate(session), 'utf8'), 'one\n', 'a write is with the system when it resolves');
  await writer.write(Buffer.from('two\n'));
  await writer.close();
  await writer.close();
  assert.is(modeOf(archive.locate(session)), '400');
  assert.is(await contents(archive.read(session)), 'one\ntwo\n');
});

test('a folder that others could read is closed to them', async () => {
  const root = folder();
  chmodSync(root, 0o755);
  await (await localDirectoryArchive(root).create(newSessionId())).close();
  assert.is(modeOf(root), '700');
});

test('a recording is never overwritten', async () => {
  const archive = localDirectoryArchive(folder());
  const session = newSessionId();
  const writer = await archive.create(session);
  await writer.write(Buffer.from('first'));
  const error = await refusal(archive.create(session));
  assert.is(error.code, 'cannot-record');
  assert.match(error.message, 'EEXIST');
  await writer.close();
  assert.is(await contents(archive.read(session)), 'first');
});

for (const hostile of ['../../etc/passwd', '/etc/passwd', 's-', 's-0123456789ab/../x', 's-0123456789ab\0', '']) {
  test(`no path is made of "${JSON.stringify(hostile).slice(1, -1)}"`, async () => {
    const archive = localDirectoryArchive(folder());
    const session = hostile as SessionId;
    assert.throws(() => archive.locate(session), /is not a session id/);
    assert.throws(() => archive.read(session), /is not a session id/);
    assert.instance(await rejection(archive.create(session)), Bug);
    assert.instance(await rejection(archive.putSidecar(session, 'manifest.json', '')), Bug);
    assert.instance(await rejection(archive.getSidecar(session, 'manifest.json')), Bug);
  });
}

for (const name of ['cast', '../x', 'a/b', 'manifest.json.draft', '.hidden', 'A.json', '']) {
  test(`a sidecar cannot be named "${name}"`, async () => {
    const archive = localDirectoryArchive(folder());
    assert.instance(await rejection(archive.putSidecar(newSessionId(), name, 'x')), Bug);
  });
}

test('a sidecar is replaced as a whole and read back', async () => {
  const root = folder();
  const archive = localDirectoryArchive(root);
  const session = newSessionId();
  assert.is(await archive.getSidecar(session, 'manifest.json'), undefined);
  await archive.putSidecar(session, 'manifest.json', 'first');
  writeFileSync(join(root, `${session}.manifest.json.draft`), 'left by a crash');
  await archive.putSidecar(session, 'manifest.json', 'second');
  assert.is(await archive.getSidecar(session, 'manifest.json'), 'second');
  assert.equal(readdirSync(root), [`${session}.manifest.json`]);
  assert.is(modeOf(join(root, `${session}.manifest.json`)), '600');
});

test('the list is newest first and holds recordings only', async () => {
  const root = folder();
  const archive = localDirectoryArchive(root);
  assert.equal(await localDirectoryArchive(join(root, 'none')).list(), []);
  const [first, second] = [newSessionId(), newSessionId()];
  for (const session of [first, second]) {
    const writer = await archive.create(session);
    await writer.write(Buffer.from('12345'));
    await writer.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  writeFileSync(join(root, 'notes.cast'), 'no session');
  await archive.putSidecar(first, 'manifest.json', '{}');
  const list = await archive.list();
  assert.equal(
    list.map((entry) => entry.session),
    [second, first],
  );
  assert.is(list[0]?.bytes, 5);
});

test('reading a recording that is not there says so', () => {
  assert.is(localDirectoryArchive(folder()).read(newSessionId()), undefined);
});

test('a file in place of the folder is told with its path and a next step', async () => {
  const path = join(folder(), 'file');
  writeFileSync(path, '');
  const error = await refusal(localDirectoryArchive(path).create(newSessionId()));
  assert.is(error.code, 'cannot-record');
  assert.is(error.exit, 74);
  assert.match(error.message, path);
  assert.match(error.hint, 'set another folder');
});

// The superuser may write anywhere, so the attempt is made by another user where the tests run as root.
test('a folder without write permission is told with its path and a next step', async () => {
  const root = folder();
  chmodSync(root, 0o500);
  const asRoot = has('root');
  if (asRoot) process.seteuid?.('nobody');
  try {
    const error = await refusal(localDirectoryArchive(join(root, 'recordings')).create(newSessionId()));
    assert.is(error.code, 'cannot-record');
    assert.is(error.exit, 74);
    assert.match(error.message, join(root, 'recordings'));
    assert.match(error.message, 'EACCES');
    assert.match(error.hint, 'write permission');
  } finally {
    if (asRoot) process.seteuid?.(0);
  }
});

needs(test, 'root')('a full disk ends a recording at its last whole write', async () => {
  await onSmallDisk(async (root) => {
    const archive = localDirectoryArchive(root);
    const session = newSessionId();
    const writer = await archive.create(session);
    const line = Buffer.from(`${'x'.repeat(9_999)}\n`);
    let whole = 0;
    let error: unknown;
    while (error === undefined && whole < 20) {
      try {
        await writer.write(line);
        whole += 1;
      } catch (thrown) {
        error = thrown;
      }
    }
    assert.instance(error, BrokerError);
    const refused = error as BrokerError;
    assert.is(refused.code, 'cannot-record');
    assert.match(refused.message, 'ENOSPC');
    assert.match(refused.message, root);
    assert.match(refused.hint, 'free space');
    assert.is((await contents(archive.read(session))).length, whole * line.length);
    await writer.close();
  });
});

test.run();
