// How much one session may change: counted as it is asked for, also by two at once.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readRequest } from '../../../src/lib/kubernetes/request/read-request.ts';
import { quotaBook } from '../../../src/lib/session/requests/quota.ts';

const test = suite('quota');

const PODS = '/api/v1/namespaces/default/pods';
const REAL = { isDryRun: false, removes: 0 };

test('counts deletions, changes and ways into pods, each for itself', () => {
  const book = quotaBook({ deletes: 1, writes: 3, execs: 1 });
  const remove = readRequest('DELETE', `${PODS}/a`);
  const write = readRequest('PATCH', `${PODS}/a`);
  const exec = readRequest('POST', `${PODS}/a/exec?command=ls`);
  assert.is(book.take(remove, REAL), undefined);
  const denied = book.take(remove, REAL);
  assert.equal([denied?.verdict, denied?.rule, denied?.guidance?.code], ['deny', 'quota', 'quota']);
  assert.match(denied?.reason ?? '', /1 deletions/);
  // What was denied has taken nothing: of three changes one was a deletion.
  assert.is(book.take(write, REAL), undefined);
  assert.is(book.take(write, REAL), undefined);
  assert.match(book.take(write, REAL)?.reason ?? '', /3 changes/);
  assert.is(book.take(exec, REAL), undefined);
  assert.match(book.take(exec, REAL)?.reason ?? '', /pods/);
});

test('a deletion of many counts as many, an eviction as one, and each as at least one', () => {
  const all = readRequest('DELETE', PODS);
  assert.is(quotaBook({ deletes: 5, writes: 1, execs: 0 }).take(all, { isDryRun: false, removes: 5 }), undefined);
  assert.ok(quotaBook({ deletes: 5, writes: 1, execs: 0 }).take(all, { isDryRun: false, removes: 6 }));
  assert.ok(quotaBook({ deletes: 0, writes: 9, execs: 0 }).take(all, REAL), 'of an unknown number');
  assert.ok(quotaBook({ deletes: 0, writes: 9, execs: 0 }).take(readRequest('POST', `${PODS}/a/eviction`), REAL));
});

test('a deletion of nobody knows how many is no quota enough for', () => {
  const all = readRequest('DELETE', PODS);
  const book = quotaBook({ deletes: 1000, writes: 1000, execs: 0 });
  const unknown = book.take(all, { isDryRun: false, removes: Number.POSITIVE_INFINITY });
  assert.match(unknown?.reason ?? '', /how many this would be is not known/);
  assert.match(unknown?.guidance?.instead ?? '', /by their names/);
  assert.is(book.take(all, { isDryRun: true, removes: Number.POSITIVE_INFINITY }), undefined);
  // It has taken nothing.
  assert.is(book.take(all, { isDryRun: false, removes: 1000 }), undefined);
  assert.match(
    book.take(all, { isDryRun: false, removes: 2 })?.reason ?? '',
    /1000 deletions, and this would be 2 more/,
  );
});

test('looking and dry runs cost nothing; what did not go is given back', () => {
  const book = quotaBook({ deletes: 1, writes: 1, execs: 0 });
  const remove = readRequest('DELETE', `${PODS}/a`);
  for (let i = 0; i < 3; i++) {
    assert.is(book.take(remove, { isDryRun: true, removes: 0 }), undefined);
    assert.is(book.take(readRequest('GET', `${PODS}?watch=1`), REAL), undefined);
    assert.is(book.take(readRequest('GET', '/api'), REAL), undefined);
  }
  assert.is(book.take(remove, REAL), undefined);
  assert.ok(book.take(remove, REAL));
  book.giveBack(remove, REAL);
  assert.is(book.take(remove, REAL), undefined);
});

test.run();
