import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { resolveRunAs, runsAsBrokerUser } from '../../src/lib/targets/os-user.ts';

function refusal(act: () => unknown): Pick<BrokerError, 'code' | 'exit'> {
  try {
    act();
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    assert.ok(error.hint.length > 0);
    return { code: error.code, exit: error.exit };
  }
  throw new Error('not refused');
}

test('a private broker runs programs as its caller, who is itself', () => {
  const { kind, account } = resolveRunAs('local', undefined, { broker: 0, caller: 0 });
  assert.is(kind, 'self');
  assert.is(account?.name, 'root');
});

test('a broker of a uid without an account serves that uid', () => {
  assert.equal(resolveRunAs('local', undefined, { broker: 3_999_999, caller: 3_999_999 }), {
    kind: 'self',
    account: undefined,
  });
});

test('a broker never runs a program as itself for a caller of another uid', () => {
  for (const uids of [
    { broker: 0, caller: 1000 },
    { broker: 1000, caller: 0 },
    { broker: 1000, caller: 1001 },
  ]) {
    const expected = { code: 'cannot-run-as-caller', exit: 78 };
    assert.equal(
      refusal(() => resolveRunAs('local', undefined, uids)),
      expected,
    );
  }
});

test('only a broker that is root switches to another user', () => {
  assert.is(resolveRunAs('t', 'daemon', { broker: 0, caller: 1000 }).kind, 'switch');
  assert.is(resolveRunAs('t', 'root', { broker: 0, caller: 1000 }).kind, 'self');
  const expected = { code: 'cannot-switch-user', exit: 78 };
  assert.equal(
    refusal(() => resolveRunAs('t', 'daemon', { broker: 1000, caller: 1000 })),
    expected,
  );
  assert.equal(
    refusal(() => resolveRunAs('t', 'root', { broker: 1000, caller: 1000 })),
    expected,
  );
});

test('refuses a user that does not exist, in whatever form it is written', () => {
  for (const user of ['no-such-user', '0', '1', '-c', '', 'root:x', '../root', 'root\n', '--reuid=0', 'röot']) {
    const uids = { broker: 0, caller: 0 };
    assert.equal(
      refusal(() => resolveRunAs('t', user, uids)),
      { code: 'unknown-user', exit: 78 },
      user,
    );
    assert.is(refusal(() => runsAsBrokerUser({ user }, 0)).code, 'unknown-user');
  }
});

test("knows which targets would run as the broker's own user", () => {
  assert.is(runsAsBrokerUser({}, 1000), true);
  assert.is(runsAsBrokerUser({ user: 'root' }, 0), true);
  assert.is(runsAsBrokerUser({ user: 'root' }, 1000), false);
  assert.is(runsAsBrokerUser({ user: 'daemon' }, 0), false);
});

test.run();
