// Which of several configs counts, and what an agent that can write in the project can and cannot do about it.
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readConfigFile } from '../../src/lib/config/config-file.ts';
import { findConfig, type SearchPlaces, untrustedNote } from '../../src/lib/config/find.ts';
import { trustStore } from '../../src/lib/config/trust.ts';
import { needs } from '../helpers/needs.ts';
import { put, refusal, temporaryFolder } from './temporary.ts';

const uid = process.getuid?.() ?? 0;

interface World {
  readonly places: SearchPlaces;
  readonly home: string;
  /** A project in the home folder; the working folder is two levels below it. */
  readonly project: string;
  readonly user: string;
  readonly system: string;
  readonly trust: (path: string) => void;
  /** `kind path` of the config that counts. */
  readonly found: (more?: Partial<SearchPlaces>) => string;
}

/** A home with nothing in it but folders. */
function aWorld(): World {
  const home = temporaryFolder();
  const project = join(home, 'work/app');
  const cwd = join(project, 'src/lib');
  mkdirSync(cwd, { recursive: true });
  const store = trustStore(join(home, '.config/sallyport/trusted'));
  const system = join(temporaryFolder(), 'sallyport.yaml');
  const places: SearchPlaces = { home, cwd, uid, system, trust: store };
  return {
    places,
    home,
    project,
    user: join(home, '.config/sallyport/sallyport.yaml'),
    system,
    trust: (path) => {
      const file = readConfigFile(path);
      if (file === undefined) throw new Error(`nothing at ${path}`);
      store.trust(file);
    },
    found: (more = {}) => {
      const { source } = findConfig({ ...places, ...more });
      return source.kind === 'built-in' ? 'built-in' : `${source.kind} ${source.file.path}`;
    },
  };
}

const write = (path: string, text = 'version: 1\n') => put(dirname(path), 'sallyport.yaml', text);

test('the order is: named, trusted project, user, system, built-in', () => {
  const world = aWorld();
  assert.is(world.found(), 'built-in');
  write(world.system);
  assert.is(world.found(), `system ${world.system}`);
  write(world.user);
  assert.is(world.found(), `user ${world.user}`);
  const project = put(world.project, 'sallyport.yaml');
  assert.is(world.found(), `user ${world.user}`);
  world.trust(project);
  assert.is(world.found(), `project ${project}`);
  const named = put(world.home, 'named.yaml');
  assert.is(world.found({ explicit: named }), `explicit ${named}`);
});

test('a named one is relative to the working folder, keeps its name for messages, and empty is none', () => {
  const world = aWorld();
  const named = put(world.places.cwd, 'x.yaml');
  const { source } = findConfig({ ...world.places, explicit: './x.yaml' });
  assert.equal(source.kind !== 'built-in' && [source.label, source.file.path], ['./x.yaml', named]);
  assert.is(world.found({ explicit: '' }), 'built-in');
});

test('a named one that is not there is an error, whatever else there is', () => {
  const world = aWorld();
  write(world.user);
  const error = refusal(() => findConfig({ ...world.places, explicit: 'nope.yaml' }));
  assert.is(error.code, 'config-not-found');
  assert.is(error.exit, 78);
  assert.is(error.publicMessage, 'there is no config "nope.yaml"');
});

test('XDG_CONFIG_HOME moves the user’s config, unless it is relative', () => {
  const world = aWorld();
  const moved = put(world.home, 'xdg/sallyport/sallyport.yaml');
  assert.is(world.found({ xdgConfigHome: join(world.home, 'xdg') }), `user ${moved}`);
  assert.is(world.found({ xdgConfigHome: 'xdg' }), 'built-in');
});

test('of several trusted projects the nearest counts, and one above an untrusted one still does', () => {
  const world = aWorld();
  const [outer, inner] = [put(world.home, 'work/sallyport.yaml'), put(world.project, 'sallyport.yaml')];
  world.trust(outer);
  assert.is(world.found(), `project ${outer}`);
  world.trust(inner);
  assert.is(world.found(), `project ${inner}`);
  put(world.places.cwd, 'sallyport.yaml', '# dropped by an agent\n');
  assert.is(world.found(), `project ${inner}`);
  assert.equal(findConfig(world.places).untrusted, [
    { path: join(world.places.cwd, 'sallyport.yaml'), trust: 'unknown' },
  ]);
});

test('the search stops at home, and at the root where home is elsewhere', () => {
  const world = aWorld();
  const inHome = put(world.home, 'sallyport.yaml');
  world.trust(inHome);
  assert.is(world.found(), `project ${inHome}`);
  assert.is(world.found({ home: join(world.home, 'work') }), 'built-in');
  assert.is(world.found({ home: temporaryFolder() }), `project ${inHome}`);
});

test('a project file changed after it was trusted does not count, and the note says so', () => {
  const world = aWorld();
  const project = put(world.project, 'sallyport.yaml');
  world.trust(project);
  writeFileSync(project, 'version: 1\npolicy: { default: allow }\n');
  const { source, untrusted } = findConfig(world.places);
  assert.is(source.kind, 'built-in');
  assert.equal(untrusted, [{ path: project, trust: 'changed' }]);
  assert.is(
    untrustedNote({ path: project, trust: 'changed' }, world.project),
    './sallyport.yaml changed since it was trusted; ignored; look at it and run "sallyport trust" to use it',
  );
  writeFileSync(project, 'version: 1\n');
  assert.is(world.found(), `project ${project}`);
});

test('trusted content counts only where it was trusted', () => {
  const world = aWorld();
  world.trust(put(world.project, 'sallyport.yaml'));
  const copy = put(world.places.cwd, 'sallyport.yaml');
  assert.equal(findConfig(world.places).untrusted, [{ path: copy, trust: 'unknown' }]);
});

test('a link in the project is trusted as what it points to', () => {
  const world = aWorld();
  const target = put(world.home, 'shared/one.yaml');
  const link = join(world.project, 'sallyport.yaml');
  symlinkSync(target, link);
  world.trust(link);
  assert.is(world.found(), `project ${target}`);
  writeFileSync(target, '# changed\n');
  assert.is(world.found(), 'built-in');
});

for (const [what, make] of [
  ['a folder', (path: string) => mkdirSync(path)],
  ['a link to nothing', (path: string) => symlinkSync('nowhere', path)],
  ['a link to a device', (path: string) => symlinkSync('/dev/zero', path)],
  ['binary data', (path: string) => writeFileSync(path, Uint8Array.of(0xff, 0xfe, 0x00))],
  ['too much', (path: string) => writeFileSync(path, Buffer.alloc(2 * 1024 * 1024))],
] as const) {
  test(`${what} in place of a project's file stops nobody: it is ignored, and the note says why`, () => {
    const world = aWorld();
    write(world.user);
    make(join(world.project, 'sallyport.yaml'));
    const { source, untrusted } = findConfig(world.places);
    assert.is(source.kind, 'user');
    assert.is(untrusted.length, 1);
    const [file = { path: '', trust: 'unknown' as const }] = untrusted;
    assert.is(file.trust, 'unusable');
    assert.match(
      untrustedNote(file, world.project),
      /^ignored \.\/sallyport\.yaml: the config ".*" (cannot be read: it|is not UTF-8)/,
    );
  });
}

test('the user’s own file that cannot be used is an error, never skipped', () => {
  const world = aWorld();
  write(world.system);
  mkdirSync(world.user, { recursive: true });
  assert.is(refusal(() => findConfig(world.places)).code, 'config-unreadable');
});

for (const which of ['user', 'system', 'explicit'] as const) {
  test(`a ${which} config that others may write is refused`, () => {
    const world = aWorld();
    const path = which === 'explicit' ? put(world.home, 'named.yaml') : write(world[which]);
    chmodSync(path, 0o664);
    const error = refusal(() => findConfig({ ...world.places, ...(which === 'explicit' ? { explicit: path } : {}) }));
    assert.is(error.code, 'config-permissions');
  });
}

needs(test, 'root')('a config of another user is refused, one of root is not', () => {
  const world = aWorld();
  write(world.user);
  assert.is(world.found({ uid: 12_345 }), `user ${world.user}`);
  chownSync(world.user, 54_321, 54_321);
  assert.is(refusal(() => findConfig({ ...world.places, uid: 12_345 })).code, 'config-permissions');
});

test('a note shows no control character of a path', () => {
  assert.is(
    untrustedNote({ path: '/srv/\u001b[31m/sallyport.yaml', trust: 'unknown' }, '/srv'),
    'found an untrusted \\u001b[31m/sallyport.yaml; ignored; run "sallyport trust" to use it',
  );
});

test.run();
