import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { arrange, isWithin } from '../../src/lib/targets/sandbox/layout.ts';
import { socketsIn } from '../../src/lib/targets/sandbox/sockets.ts';

for (const [path, folder, within] of [
  ['/a', '/a', true],
  ['/a/b', '/a', true],
  ['/ab', '/a', false],
  ['/', '/a', false],
  ['/a', '/', true],
  ['/a', '/a/b', false],
] as const) {
  test(`"${path}" is ${within ? '' : 'not '}within "${folder}"`, () => assert.is(isWithin(path, folder), within));
}

const NONE = { writable: [], hidden: [], readOnly: [] };

test('outer folders come before inner ones, each once, in whatever order they are named', () => {
  const { writable } = arrange({ ...NONE, writable: ['/srv/a/b', '/srv', '/srv/a', '/srv', '/b'] });
  assert.equal(writable, ['/b', '/srv', '/srv/a', '/srv/a/b']);
});

test('what lies inside something hidden needs no cover of its own, since it could not have one', () => {
  const { hidden } = arrange({
    ...NONE,
    hidden: ['/home/a/.config/gcloud', '/home/a/.config', '/home/a/.configs', '/root'],
  });
  assert.equal(hidden, ['/root', '/home/a/.config', '/home/a/.configs']);
});

test('what lies in a folder of the sandbox itself is covered only where a workspace shows it', () => {
  const hidden = ['/tmp/x/state', '/run/docker.sock', '/var/tmp/y'];
  assert.equal(arrange({ ...NONE, hidden }).hidden, []);
  assert.equal(arrange({ ...NONE, hidden, writable: ['/tmp/x'] }).hidden, ['/tmp/x/state']);
});

test('every folder between a workspace and what it must not lose is pinned, outer ones first', () => {
  const { pinned } = arrange({
    writable: ['/srv', '/srv/app/data'],
    hidden: ['/srv/app/data/a/b/key', '/srv/token', '/etc/shadow'],
    readOnly: ['/srv/conf/sallyport.yaml'],
  });
  assert.equal(pinned, ['/srv', '/srv/app', '/srv/conf', '/srv/app/data', '/srv/app/data/a', '/srv/app/data/a/b']);
});

test('a configuration outside of every workspace is read-only without any help, and a hidden one is hidden', () => {
  const readOnly = ['/etc/sallyport/sallyport.yaml', '/srv/hidden/sallyport.yaml', '/srv/sallyport.yaml'];
  const layout = arrange({ writable: ['/srv'], hidden: ['/srv/hidden'], readOnly });
  assert.equal(layout.readOnly, ['/srv/sallyport.yaml']);
});

test('the sockets of a table are its absolute paths, each once, blanks and odd names included', () => {
  const row = (path: string) =>
    `00000000aa5dc833: 00000003 00000000 00010000 0001 01  1230${path === '' ? '' : ` ${path}`}`;
  const table = ['Num       RefCount Protocol Flags    Type St Inode Path'];
  for (const path of ['', '/run/a b: 1 /c', '@abstract', 'relative', '/run/x', '/run/x', '/é']) table.push(row(path));
  assert.equal(socketsIn(`${table.join('\n')}\n`), ['/run/a b: 1 /c', '/run/x', '/é']);
});

test.run();
