// What a person trusted is exactly that content at exactly that path, and nobody else can have said so.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trustStore } from '../../src/lib/config/trust.ts';
import { sha256 } from '../../src/lib/core/digest.ts';
import { needs } from '../helpers/needs.ts';
import { put, refusal, temporaryFolder } from './temporary.ts';

const FILE = { path: '/srv/app/sallyport.yaml', digest: sha256('one') };

function aStore() {
  const folder = join(temporaryFolder(), 'sallyport', 'trusted');
  return { folder, store: trustStore(folder) };
}

/** A store with one entry, and that entry's path. */
function trusting() {
  const { folder, store } = aStore();
  store.trust(FILE);
  const [name = ''] = readdirSync(folder);
  return { folder, store, entry: join(folder, name) };
}

test('trust is of one content at one path', () => {
  const { store } = trusting();
  assert.is(store.trustOf(FILE), 'trusted');
  assert.is(store.trustOf({ ...FILE, digest: sha256('two') }), 'changed');
  assert.is(store.trustOf({ ...FILE, path: '/srv/other/sallyport.yaml' }), 'unknown');
});

test('trusting anew replaces what was trusted before', () => {
  const { store, folder } = trusting();
  store.trust({ ...FILE, digest: sha256('two') });
  assert.is(store.trustOf(FILE), 'changed');
  assert.is(store.trustOf({ ...FILE, digest: sha256('two') }), 'trusted');
  assert.is(readdirSync(folder).length, 1);
});

test('asking and taking back create nothing', () => {
  const { folder, store } = aStore();
  assert.is(store.trustOf(FILE), 'unknown');
  assert.is(store.revoke(FILE.path), false);
  assert.throws(() => statSync(folder), /ENOENT/);
});

test('folder and entries are the owner’s alone', () => {
  const { folder, entry } = trusting();
  assert.is(statSync(folder).mode & 0o777, 0o700);
  assert.is(statSync(entry).mode & 0o777, 0o600);
});

test('trust taken back is gone, whatever the content, also by way of a link and after the file went', () => {
  const folder = temporaryFolder();
  const path = put(folder, 'real/sallyport.yaml');
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  const { store } = aStore();
  const file = { path, digest: sha256('x') };
  store.trust(file);
  assert.is(store.revoke(join(folder, 'link', 'sallyport.yaml')), true);
  assert.is(store.trustOf(file), 'unknown');
  store.trust(file);
  rmSync(path);
  assert.is(store.revoke(join(folder, 'link', 'sallyport.yaml')), true);
  store.trust(file);
  rmSync(dirname(path), { recursive: true });
  assert.is(store.revoke(path), true);
  assert.is(store.revoke(path), false);
});

for (const [what, tamper] of [
  ['an entry that others may write', ({ entry }) => chmodSync(entry, 0o666)],
  ['a folder that others may write', ({ folder }) => chmodSync(folder, 0o777)],
  [
    'an entry that is a link',
    ({ entry, folder }) => {
      const elsewhere = put(folder, 'elsewhere', `${FILE.digest} ${FILE.path}\n`);
      rmSync(entry);
      symlinkSync(elsewhere, entry);
    },
  ],
  [
    'an entry that is a folder',
    ({ entry }) => {
      rmSync(entry);
      mkdirSync(entry);
    },
  ],
] as [string, (store: ReturnType<typeof trusting>) => void][]) {
  test(`${what} is an error, not a trust`, () => {
    const store = trusting();
    tamper(store);
    const error = refusal(() => store.store.trustOf(FILE));
    assert.is(error.code, 'trust-unusable');
    assert.is(error.exit, 78);
    assert.match(error.hint, 'mode 0700');
  });
}

needs(test, 'root')('what another user put there is an error, not a trust, and can be taken back', () => {
  const { folder, store, entry } = trusting();
  chownSync(entry, 12_345, 12_345);
  assert.is(refusal(() => store.trustOf(FILE)).code, 'trust-unusable');
  assert.is(store.revoke(FILE.path), true);
  assert.is(store.trustOf(FILE), 'unknown');
  store.trust(FILE);
  chownSync(folder, 12_345, 12_345);
  assert.is(refusal(() => store.trustOf(FILE)).code, 'trust-unusable');
  assert.is(refusal(() => store.trust(FILE)).code, 'trust-unusable');
});

for (const [what, text] of [
  ['empty', ''],
  ['cut short', `${FILE.digest} /srv/app`],
  ['of another path', `${FILE.digest} /srv/other/sallyport.yaml\n`],
  ['with more behind it', `${FILE.digest} ${FILE.path}\n${sha256('two')} ${FILE.path}\n`],
  ['not text', '\u0000\u0001'],
] as const) {
  test(`an entry that is ${what} trusts nothing`, () => {
    const { store, entry } = trusting();
    writeFileSync(entry, text);
    assert.is(store.trustOf(FILE), 'changed');
    assert.is(store.trustOf({ ...FILE, digest: sha256('two') }), 'changed');
  });
}

test('a path with a line end in it cannot write an entry for another', () => {
  const { store } = aStore();
  store.trust({ path: `/x\n${FILE.digest} ${FILE.path}`, digest: sha256('x') });
  assert.is(store.trustOf(FILE), 'unknown');
});

test('many processes that trust at once lose nothing and leave no half entry', async () => {
  const { folder, store } = aStore();
  const source = `
    const { trustStore } = await import(process.argv[1]);
    const store = trustStore(process.argv[2]);
    for (let at = 0; at < 40; at += 1) {
      store.trust({ path: '/shared', digest: 'sha256:' + process.argv[3] });
      store.trust({ path: '/own/' + process.argv[3] + '/' + at, digest: 'sha256:' + at });
      const said = store.trustOf({ path: '/shared', digest: 'sha256:' + process.argv[3] });
      if (said === 'unknown') throw new Error('an entry was gone for a moment');
    }`;
  const module = new URL('../../src/lib/config/trust.ts', import.meta.url).href;
  const writers = ['a', 'b', 'c', 'd'].map((name) =>
    spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', source, module, folder, name], {
      stdio: ['ignore', 'inherit', 'inherit'],
    }),
  );
  assert.equal(await Promise.all(writers.map(exitCode)), [0, 0, 0, 0]);
  for (const name of ['a', 'b', 'c', 'd']) {
    for (let at = 0; at < 40; at += 1) {
      assert.is(store.trustOf({ path: `/own/${name}/${at}`, digest: `sha256:${at}` }), 'trusted');
    }
  }
  assert.is(readdirSync(folder).length, 1 + 4 * 40);
});

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}

test.run();
