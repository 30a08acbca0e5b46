// Where policy thinks that a command runs is where it runs.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { judgeContext } from '../../src/lib/session/judge-context.ts';
import { type ShellTargetOptions, shellTarget } from '../../src/lib/targets/shell.ts';
import { liveClock } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import { LIMITS, testClient } from '../helpers/session-stage.ts';
import { createUser } from '../helpers/shell-target.ts';

const { principal } = testClient();
const { uid } = principal.proof;

function contextOn(options: Partial<ShellTargetOptions>, cwd: string | null) {
  const target = shellTarget('here', { env: [], ...options }, { clock: liveClock, brokerUid: uid });
  const entry = { target, keepsCallerFolder: options.cwd === undefined, limits: LIMITS };
  return judgeContext(entry, cwd, principal, { homeOf: () => '/home/of-the-caller' });
}

test('a target with a folder of its own is judged there, wherever the caller is', () => {
  assert.is(contextOn({ cwd: '/usr/bin' }, '/tmp').cwd, '/usr/bin');
  assert.is(contextOn({}, '/tmp').cwd, '/tmp');
  assert.is(contextOn({}, null).cwd, contextOn({}, null).home);
});

needs(
  test,
  'root',
  'useradd',
)('the home folder is that of the account that runs the command', () => {
  using user = createUser();
  const { name, home } = user.account;
  assert.equal([contextOn({ user: name }, null).home, contextOn({ user: name }, null).cwd], [home, home]);
  assert.is(contextOn({ user: name }, '/tmp').cwd, '/tmp');
});

test('a gated session is judged in the folder and with the variables that it carries', () => {
  const target = shellTarget('here', { env: [], cwd: '/usr' }, { clock: liveClock, brokerUid: uid });
  const carried = { folder: '/etc', env: new Map([['A', 'x']]) };
  const entry = { target, keepsCallerFolder: false, limits: LIMITS, carried };
  const { cwd, env } = judgeContext(entry, '/tmp', principal, { homeOf: () => undefined });
  assert.equal([cwd, env], ['/etc', carried.env]);
});

test.run();
