// The folder of a session's kubeconfig: who can read it, and what is left of it.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Secret } from '../../../src/lib/core/secret.ts';
import { makeKubeconfigFolder, removeLostKubeconfig } from '../../../src/lib/targets/kubectl/kubeconfig-folder.ts';
import { needs } from '../../helpers/needs.ts';

const test = suite('kubeconfig-folder');

const TEXT = new Secret('{"kind":"Config"}');
const uid = process.getuid?.() ?? 0;
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('is private, and gone with all that was put into it', () => {
  const folder = makeKubeconfigFolder('s-folder1', TEXT, null);
  assert.is(readFileSync(folder.file, 'utf8'), TEXT.reveal());
  assert.equal([dirname(folder.file), folder.file].map(modeOf), ['700', '600']);
  mkdirSync(join(dirname(folder.file), 'discovery'));
  writeFileSync(join(dirname(folder.file), 'discovery', 'x'), 'y');
  folder[Symbol.dispose]();
  assert.not.ok(existsSync(dirname(folder.file)));
  folder[Symbol.dispose]();
});

test('a link in it leads nobody elsewhere', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'sp-elsewhere-'));
  try {
    writeFileSync(join(elsewhere, 'kept'), 'x');
    const folder = makeKubeconfigFolder('s-folder2', TEXT, null);
    symlinkSync(elsewhere, join(dirname(folder.file), 'discovery'));
    folder[Symbol.dispose]();
    assert.ok(existsSync(join(elsewhere, 'kept')));
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

needs(test, 'root')('of another account’s client: it can read the file, and write nothing', () => {
  const folder = makeKubeconfigFolder('s-folder3', TEXT, { uid: 12345, gid: 12345 });
  const [outer, file] = [statSync(dirname(folder.file)), statSync(folder.file)];
  assert.equal([outer.uid, outer.gid, modeOf(dirname(folder.file))], [0, 12345, '710']);
  assert.equal([file.uid, modeOf(folder.file)], [12345, '400']);
  folder[Symbol.dispose]();
});

test('what a broker that died left is removed: of that session, and only its own', () => {
  const lost = makeKubeconfigFolder('s-lost', TEXT, null);
  const other = makeKubeconfigFolder('s-lost2', TEXT, null);
  removeLostKubeconfig('s-lost', uid + 1);
  assert.ok(existsSync(lost.file), 'somebody else’s');
  removeLostKubeconfig('s-lost', uid);
  assert.not.ok(existsSync(lost.file));
  assert.ok(existsSync(other.file));
  other[Symbol.dispose]();
});

test.run();
