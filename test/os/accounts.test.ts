import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findAccount } from '../../src/lib/os/accounts.ts';
import { findGroup } from '../../src/lib/os/groups.ts';
import { needs } from '../helpers/needs.ts';
import { createUser } from '../helpers/shell-target.ts';

test('finds an account by name and by uid', () => {
  const root = { name: 'root', uid: 0, gid: 0, home: '/root' };
  const { shell, ...found } = findAccount({ name: 'root' }) ?? {};
  assert.equal(found, root);
  assert.ok(shell?.startsWith('/'));
  assert.equal(findAccount({ uid: 0 }), findAccount({ name: 'root' }));
});

test("a number or an option is nobody's name", () => {
  for (const name of ['0', '1000', '', '-h', '--help', 'root:', 'root\nx', ' root', 'ROOT ', '*', 'a'.repeat(65)]) {
    assert.is(findAccount({ name }), undefined, name);
  }
});

test('nobody has a uid that was not given', () => {
  for (const uid of [3_999_999, -1, 1.5, Number.NaN]) assert.is(findAccount({ uid }), undefined, String(uid));
});

test('finds a group by its name, never by its number', () => {
  assert.is(findGroup('root'), 0);
  for (const name of ['0', '', '-h', '--help', 'no-such-group', 'root,daemon', 'root:x']) {
    assert.is(findGroup(name), undefined, name);
  }
});

needs(test, 'root')('an account that was removed is not remembered', () => {
  const user = createUser('/bin/sh');
  const { name, uid } = user.account;
  try {
    assert.equal(findAccount({ uid }), user.account);
    assert.equal([user.account.home, user.account.shell], [`/home/${name}`, '/bin/sh']);
    assert.is(findGroup(name), user.account.gid);
  } finally {
    user[Symbol.dispose]();
  }
  assert.is(findAccount({ uid }), undefined);
  assert.is(findAccount({ name }), undefined);
  assert.is(findGroup(name), undefined);
});

test.run();
