// One config file, read once: what it may be, and what is refused.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CONFIG_FILE_MAX_BYTES, readConfigFile, refuseForeignWriters } from '../../src/lib/config/config-file.ts';
import { sha256 } from '../../src/lib/core/digest.ts';
import { needs } from '../helpers/needs.ts';
import { put, refusal, temporaryFolder } from './temporary.ts';

const uid = process.getuid?.() ?? 0;

function read(path: string) {
  const file = readConfigFile(path);
  if (file === undefined) throw new Error(`nothing at ${path}`);
  return file;
}

test('text, digest, owner, mode and real path come from one reading', () => {
  const folder = temporaryFolder();
  const path = put(folder, 'real/sallyport.yaml', '\uFEFFversion: 1\n');
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  assert.equal(read(join(folder, 'link', 'sallyport.yaml')), {
    path,
    text: '\uFEFFversion: 1\n',
    digest: sha256(Buffer.from('\uFEFFversion: 1\n')),
    ownerUid: uid,
    mode: 0o600,
  });
});

test('where there is nothing, also in a folder that is a file, the answer is nothing', () => {
  const folder = temporaryFolder();
  const path = put(folder, 'file');
  assert.is(readConfigFile(join(folder, 'sallyport.yaml')), undefined);
  assert.is(readConfigFile(join(path, 'sallyport.yaml')), undefined);
});

for (const [what, make, reason] of [
  ['a folder', (path: string) => mkdirSync(path), 'it is not a regular file'],
  ['a named pipe', (path: string) => execFileSync('mkfifo', [path]), 'it is not a regular file'],
  ['a device', (path: string) => symlinkSync('/dev/zero', path), 'it is not a regular file'],
  ['a link to nothing', (path: string) => symlinkSync('nowhere', path), 'it is a symbolic link to nothing'],
  ['a link to itself', (path: string) => symlinkSync(path, path), 'its symbolic links go in a circle'],
  [
    'a file that is too large',
    (path: string) => writeFileSync(path, Buffer.alloc(CONFIG_FILE_MAX_BYTES + 1, '#')),
    'it is larger than 1MiB',
  ],
] as const) {
  test(`${what} is an error that names the file and the reason, and nothing waits`, () => {
    const path = join(temporaryFolder(), 'sallyport.yaml');
    make(path);
    const error = refusal(() => readConfigFile(path));
    assert.is(error.code, 'config-unreadable');
    assert.is(error.exit, 78);
    assert.is(error.publicMessage, `the config "${path}" cannot be read: ${reason}`);
  });
}

test('a file of exactly the limit is read', () => {
  const path = put(temporaryFolder(), 'sallyport.yaml', Buffer.alloc(CONFIG_FILE_MAX_BYTES, '#'));
  assert.is(read(path).text.length, CONFIG_FILE_MAX_BYTES);
});

for (const [what, bytes] of [
  ['Latin-1', [0x61, 0xe9, 0x0a]],
  ['UTF-16', [0xff, 0xfe, 0x61, 0x00]],
  ['an encoded surrogate', [0xed, 0xa0, 0x80]],
  ['an overlong slash', [0xc0, 0xaf]],
  ['a character cut in two', [0x61, 0xe2, 0x82]],
] as const) {
  test(`${what} is refused, not repaired`, () => {
    const path = put(temporaryFolder(), 'sallyport.yaml', Uint8Array.from(bytes));
    const error = refusal(() => readConfigFile(path));
    assert.is(error.code, 'bad-config');
    assert.is(error.exit, 78);
    assert.match(error.publicMessage, 'is not UTF-8 text');
  });
}

for (const mode of [0o620, 0o602, 0o666, 0o777]) {
  test(`a file of mode 0${mode.toString(8)} is refused, with the command that mends it`, () => {
    const path = put(temporaryFolder(), "it's.yaml");
    chmodSync(path, mode);
    const error = refusal(() => refuseForeignWriters(read(path), uid));
    assert.is(error.code, 'config-permissions');
    assert.match(error.publicMessage, `can be changed by others (mode 0${mode.toString(8)})`);
    execFileSync('sh', ['-c', error.hint.replace(/^.*then run: /, '')]);
    refuseForeignWriters(read(path), uid);
  });
}

needs(test, 'root')('a file of another user is refused, one of root is not', () => {
  const path = put(temporaryFolder(), 'sallyport.yaml');
  refuseForeignWriters(read(path), 12_345);
  chownSync(path, 12_345, 12_345);
  refuseForeignWriters(read(path), 12_345);
  const error = refusal(() => refuseForeignWriters(read(path), 54_321));
  assert.is(error.code, 'config-permissions');
  assert.match(error.publicMessage, 'belongs to another user (uid 12345)');
});

test('hostile characters of a path reach no terminal', () => {
  const path = join(temporaryFolder(), 'a\u001b[2J\u202e');
  mkdirSync(path);
  assert.match(refusal(() => readConfigFile(path)).publicMessage, 'a\\u001b[2J\\u{202e}" cannot be read');
});

test('a link that is swapped all the time never gives the content of one file under the path of another', async () => {
  const folder = temporaryFolder();
  const paths = ['a', 'b'].map((name) => put(folder, name, `# ${name}\n`));
  const link = join(folder, 'sallyport.yaml');
  symlinkSync('a', link);
  const swapper = new Worker(
    `const { renameSync, symlinkSync } = require('node:fs');
     const { workerData: link } = require('node:worker_threads');
     for (let turn = 0; ; turn += 1) { symlinkSync(turn % 2 ? 'a' : 'b', link + '.new'); renameSync(link + '.new', link); }`,
    { eval: true, workerData: link },
  );
  try {
    await new Promise((resolve) => swapper.once('online', resolve));
    let [reads, refused] = [0, 0];
    for (const end = performance.now() + 1500; performance.now() < end; ) {
      try {
        const file = read(link);
        reads += 1;
        assert.is(file.text, `# ${file.path.slice(-1)}\n`);
        assert.ok(paths.includes(file.path));
      } catch (error) {
        if (error instanceof assert.Assertion) throw error;
        refused += 1;
        assert.match(String(error), 'it was exchanged while it was read');
      }
    }
    assert.ok(reads > 100 && refused > 0, `${reads} reads, ${refused} refused`);
  } finally {
    await swapper.terminate();
  }
});

test('a file replaced while it is read is read whole, old or new', () => {
  const folder = temporaryFolder();
  const path = put(folder, 'sallyport.yaml', '# old\n');
  const before = read(path);
  renameSync(put(folder, 'next', '# new\n'), path);
  assert.equal([before.text, read(path).text], ['# old\n', '# new\n']);
  assert.is.not(before.digest, read(path).digest);
});

test.run();
