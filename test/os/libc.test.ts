import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  createPipe,
  dup,
  echoIsOn,
  foregroundGroup,
  peerCredentials,
  sealDescriptors,
  tryLockFile,
} from '../../src/lib/os/libc.ts';

const codeOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
  return 'no error';
};

/** A descriptor number that is not open. */
const CLOSED = 1000;

test('a pipe carries bytes from its one end to its other', () => {
  const { readEnd, writeEnd } = createPipe();
  writeSync(writeEnd, 'through');
  closeSync(writeEnd);
  const buffer = Buffer.alloc(100);
  assert.is(readSync(readEnd, buffer), 7);
  assert.is(buffer.toString('utf8', 0, 7), 'through');
  assert.is(readSync(readEnd, buffer), 0);
  closeSync(readEnd);
});

test('a copy of a descriptor lives on its own', () => {
  const { readEnd, writeEnd } = createPipe();
  const copy = dup(writeEnd);
  assert.is.not(copy, writeEnd);
  closeSync(writeEnd);
  writeSync(copy, 'x');
  closeSync(copy);
  assert.is(readSync(readEnd, Buffer.alloc(9)), 1);
  closeSync(readEnd);
  assert.is(
    codeOf(() => dup(CLOSED)),
    'EBADF',
  );
});

test('a lock is given to one holder at a time, and goes with its descriptor', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-lock-'));
  const path = join(folder, 'lock');
  const [first, second] = [openSync(path, 'w'), openSync(path, 'w')];
  assert.is(tryLockFile(first), true);
  assert.is(tryLockFile(first), true);
  assert.is(tryLockFile(second), false);
  closeSync(first);
  assert.is(tryLockFile(second), true);
  closeSync(second);
  assert.is(
    codeOf(() => tryLockFile(CLOSED)),
    'EBADF',
  );
  rmSync(folder, { recursive: true });
});

test('a sealed descriptor is not there in a program started afterwards', () => {
  const { readEnd, writeEnd } = createPipe();
  const list = () =>
    spawnSync('/bin/ls', ['/proc/self/fd'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  // ls holds its own listing, too.
  sealDescriptors();
  assert.equal(list().stdout.trim().split('\n'), ['0', '1', '2', '3']);
  closeSync(readEnd);
  closeSync(writeEnd);
});

test('tells both ends of a Unix socket who made it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-peer-'));
  const server = createServer().listen(join(folder, 'socket'));
  await once(server, 'listening');
  const client = connect(join(folder, 'socket'));
  const [accepted] = await once(server, 'connection');
  const self = { pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.() };
  assert.equal(peerCredentials(accepted._handle.fd), self);
  client.destroy();
  accepted.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

test('what is no terminal, no socket or not open is an error with its code', () => {
  const file = openSync('/dev/null', 'r+');
  assert.is(
    codeOf(() => echoIsOn(file)),
    'ENOTTY',
  );
  assert.is(
    codeOf(() => echoIsOn(CLOSED)),
    'EBADF',
  );
  assert.is(
    codeOf(() => peerCredentials(file)),
    'ENOTSOCK',
  );
  assert.is(
    codeOf(() => peerCredentials(CLOSED)),
    'EBADF',
  );
  assert.is(foregroundGroup(file), undefined);
  closeSync(file);
});

test.run();
