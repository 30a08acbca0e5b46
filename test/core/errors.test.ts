import { inspect } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { asBrokerError, BrokerError, Bug } from '../../src/lib/core/errors.ts';

const denied = () =>
  new BrokerError({
    code: 'denied',
    exit: 77,
    message: 'the rule "no-etc" denies it',
    hint: 'open a pull request',
    detail: 'matched /etc/shadow',
    cause: new Error('inner words'),
    request: 'r-00000000',
  });

test('what may leave the broker holds neither detail nor cause', () => {
  assert.equal(denied().toPublic(), {
    code: 'denied',
    exit: 77,
    message: 'the rule "no-etc" denies it',
    hint: 'open a pull request',
    request: 'r-00000000',
  });
  const shown = JSON.stringify(denied().toPublic());
  assert.not.ok(/matched|inner/.test(shown));
});

test('an error without a request has no such field', () => {
  const { request: _, ...fields } = { ...denied().toPublic(), message: 'm' };
  assert.equal(Object.keys(new BrokerError(fields).toPublic()).sort(), ['code', 'exit', 'hint', 'message']);
});

test('the cause is there for the log', () => {
  assert.ok(inspect(denied()).includes('inner words'));
});

test('an expected error stays what it is', () => {
  const error = denied();
  assert.is(asBrokerError(error), error);
});

for (const thrown of [
  new TypeError('secret words'),
  new Bug('secret words'),
  'secret words',
  undefined,
  null,
  { a: 1 },
  10n,
]) {
  test(`${inspect(thrown).split('\n')[0]} becomes an internal error that tells the agent nothing`, () => {
    const error = asBrokerError(thrown);
    assert.equal([error.code, error.exit], ['internal', 70]);
    assert.not.ok(JSON.stringify(error.toPublic()).includes('secret words'));
    assert.ok((error.detail ?? '').length > 0);
    assert.is(error.cause, thrown);
  });
}

test.run();
