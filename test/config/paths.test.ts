// Where things are, from nothing but the surroundings that are passed in.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  checkSocketPath,
  configFolder,
  SOCKET_PATH_MAX_BYTES,
  statePaths,
  trustFolder,
  userConfigFile,
} from '../../src/lib/config/paths.ts';
import { refusal } from './temporary.ts';

const home = '/home/ann';
const pathsIn = (state: string) => ({
  state,
  socket: `${state}/broker.sock`,
  log: `${state}/broker.log`,
  recordings: `${state}/recordings`,
});

for (const [what, around, configured, state] of [
  ['home alone', { home }, {}, '/home/ann/.local/state/sallyport'],
  ['XDG_STATE_HOME', { home, xdgStateHome: '/x' }, {}, '/x/sallyport'],
  ['an empty XDG_STATE_HOME', { home, xdgStateHome: '' }, {}, '/home/ann/.local/state/sallyport'],
  ['a relative XDG_STATE_HOME', { home, xdgStateHome: 'x' }, {}, '/home/ann/.local/state/sallyport'],
  ['the config over XDG', { home, xdgStateHome: '/x' }, { state: '/var/lib/s' }, '/var/lib/s'],
  ['SALLYPORT_STATE over the config', { home, stateOverride: '/o' }, { state: '/var/lib/s' }, '/o'],
  ['an empty SALLYPORT_STATE', { home, stateOverride: '' }, { state: '/var/lib/s' }, '/var/lib/s'],
  ['an XDG_STATE_HOME without any home', { home: '', xdgStateHome: '/x' }, {}, '/x/sallyport'],
] as const) {
  test(`state comes from ${what}`, () => assert.equal(statePaths(around, configured), pathsIn(state)));
}

test('socket and recordings can be elsewhere, each on its own', () => {
  assert.equal(statePaths({ home, stateOverride: '/o' }, { socket: '/run/s.sock', recordings: '/rec' }), {
    ...pathsIn('/o'),
    socket: '/run/s.sock',
    recordings: '/rec',
  });
});

test('the user’s config and what was trusted are beside each other', () => {
  assert.is(userConfigFile({ home }), '/home/ann/.config/sallyport/sallyport.yaml');
  assert.is(trustFolder({ home }), '/home/ann/.config/sallyport/trusted');
  assert.is(configFolder({ home, xdgConfigHome: '/x' }), '/x/sallyport');
});

for (const [what, work] of [
  ['SALLYPORT_STATE', () => statePaths({ home, stateOverride: 'state' })],
  ['HOME', () => statePaths({ home: 'ann' })],
  ['HOME', () => userConfigFile({ home: '' })],
] as const) {
  test(`a ${what} that is not absolute is refused by its name`, () => {
    const error = refusal(work);
    assert.is(error.code, 'path-not-absolute');
    assert.is(error.exit, 78);
    assert.match(error.publicMessage, `${what} is "`);
  });
}

test('a socket path is measured in bytes and refused one byte beyond what the system takes', () => {
  const longest = `/${'é'.repeat(53)}`;
  assert.is(Buffer.byteLength(longest), SOCKET_PATH_MAX_BYTES);
  assert.is(checkSocketPath(longest), longest);
  const error = refusal(() => statePaths({ home, stateOverride: `/${'x'.repeat(107 - '/broker.sock'.length)}` }));
  assert.is(error.code, 'socket-path-too-long');
  assert.is(error.exit, 78);
  assert.match(error.publicMessage, 'is 108 bytes long, 107 are possible');
});

test.run();
