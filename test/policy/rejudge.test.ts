// Recorded commands under another policy: what changes, what does not, and what cannot be said.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PolicyDocument } from '../../src/lib/core/policy-document.ts';
import { compilePolicy } from '../../src/lib/policy/index.ts';
import { newComparison } from '../../src/lib/policy/review/rejudge.ts';
import type { AuditEntry } from '../../src/lib/ports/store.ts';

const KINDS = new Map([
  ['web', 'ssh'],
  ['prod', 'kubectl'],
]);

function compare(document: Partial<PolicyDocument>, entries: readonly AuditEntry[], maxListed?: number) {
  const policy = compilePolicy(
    { packs: [], rules: [], default: 'allow', opaque: 'deny', ...document },
    { approvalTtlMs: 1 },
  );
  const comparison = newComparison(policy, KINDS, maxListed);
  for (const entry of entries) comparison.add(entry);
  return comparison.result();
}

function judged(command: string | null, changes: Record<string, unknown> = {}, at = 1000): AuditEntry {
  const data = { target: 'web', kind: 'ssh', command, cwd: null, task: null, verdict: 'allow', rule: 'default' };
  const place = { judgedIn: { cwd: '/srv/app', home: '/home/me' } };
  return {
    ...{ seq: 1, at, type: 'command.judged', actor: 'unix:agent', session: null, previous: '', hash: '' },
    data: { ...data, ...place, ...changes },
  };
}

const NO_APP: Partial<PolicyDocument> = {
  rules: [{ id: 'no-app', match: { writes: ['/srv/app/**'] }, verdict: 'deny' }],
};

test('a command is judged where it was judged then, and the same change is listed once', () => {
  const entries = [judged('echo > x', {}, 1), judged('echo > x', {}, 3), judged('echo > /tmp/x', {}, 2)];
  const { judged: count, changed, changes } = compare(NO_APP, entries);
  assert.equal([count, changed], [3, 2]);
  assert.equal(changes, [
    {
      at: 3,
      times: 2,
      principal: 'unix:agent',
      target: 'web',
      command: 'echo > x',
      from: { verdict: 'allow', rule: 'default' },
      to: { verdict: 'deny', rule: 'no-app' },
    },
  ]);
});

test('entries of earlier versions have their folder alone', () => {
  const old = judged('echo > x', { cwd: '/srv/app', judgedIn: undefined });
  assert.is(compare(NO_APP, [old]).changed, 1);
});

test('another rule with the same verdict is no change', () => {
  const rules: PolicyDocument['rules'] = [{ id: 'ls', match: { command: ['ls'] }, verdict: 'allow' }];
  assert.is(compare({ rules }, [judged('ls')]).changed, 0);
});

test('what cannot be judged again is counted by why', () => {
  const {
    judged: count,
    skipped,
    changes,
  } = compare(NO_APP, [
    judged('ls', { target: 'gone' }),
    judged('ls', { rule: 'cooling-down', verdict: 'deny' }),
    judged('echo "'),
    { ...judged('ls'), type: 'session.opened' },
  ]);
  assert.equal([count, changes], [0, []]);
  assert.equal(skipped, { targetGone: 1, unreadable: 1, coolingDown: 1 });
});

test('a free terminal is judged anew as well', () => {
  const { changes } = compare({}, [judged(null)]);
  assert.equal([changes[0]?.command, changes[0]?.to], [null, { verdict: 'deny', rule: 'default' }]);
});

test('the client of a cluster is passed over: its requests were judged, and it always may run', () => {
  const {
    judged: count,
    changed,
    skipped,
  } = compare({ default: 'deny' }, [judged('kubectl get pods', { target: 'prod' }), judged(null, { target: 'prod' })]);
  assert.equal([count, changed, skipped], [0, 0, { targetGone: 0, unreadable: 0, coolingDown: 0 }]);
});

test('more different changes than a person can read are counted, not kept', () => {
  const entries = Array.from({ length: 12 }, (_, i) => judged(`echo > ${i}`));
  const { changed, changes } = compare(NO_APP, entries, 10);
  assert.equal([changed, changes.length], [12, 10]);
});

test.run();
