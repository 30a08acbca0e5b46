// The desk: opening, waiting, deciding, expiring, using. Real store, real audit log, real keys.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { approvalDesk } from '../../src/lib/approval/desk.ts';
import { BrokerError } from '../../src/lib/core/errors.ts';
import {
  AGENT,
  ALICE,
  asked,
  decisionOn,
  KEYS,
  PEOPLE,
  principal,
  SUBJECT,
  TERMS,
  withDesk,
} from '../helpers/approval-people.ts';
import { refusal } from '../helpers/refusal.ts';

const never = new AbortController().signal;

test('asking twice for the same opens one request; for another command, folder or rule, another', () =>
  withDesk(async ({ desk }) => {
    const first = await desk.open(asked());
    assert.is((await desk.open(asked({ why: 'in other words' }))).id, first.id);
    for (const change of [{ command: 'systemctl restart app2' }, { cwd: '/srv' }, { rule: 'other' }, { task: 't' }]) {
      assert.is.not((await desk.open(asked({ subject: { ...SUBJECT, ...change } }))).id, first.id);
    }
    assert.is((await desk.list({ state: 'pending', limit: 10 })).length, 5);
  }));

test('ten that ask at once for the same get one request', () =>
  withDesk(async ({ desk, entries }) => {
    const rows = await Promise.all(Array.from({ length: 10 }, () => desk.open(asked())));
    assert.is(new Set(rows.map((row) => row.id)).size, 1);
    assert.is((await entries('request.opened')).length, 1);
  }));

test('an inbox cannot be flooded: the fifty-first request of one principal is refused, another one may still ask', () =>
  withDesk(async ({ desk }) => {
    const subjectOf = (number: number) => ({ subject: { ...SUBJECT, command: `echo ${number}` } });
    const rows = [];
    for (let number = 0; number < 50; number++) rows.push(await desk.open(asked(subjectOf(number))));
    const error = await refusal(desk.open(asked(subjectOf(50))));
    assert.is(error.code, 'too-many-requests');
    assert.is(error.exit, 77);
    assert.is((await desk.open(asked(subjectOf(7)))).id, rows[7]?.id);
    await desk.open(asked({ subject: { ...SUBJECT, principal: 'unix:other' } }));
    await desk.cancel(rows[0]?.id as never, AGENT);
    await desk.open(asked(subjectOf(50)));
  }));

test('a rule that now asks for other people replaces the pending request', () =>
  withDesk(async ({ desk }) => {
    const lax = await desk.open(asked());
    const strict = await desk.open(asked({ terms: { ...TERMS, approvers: ['ops'], quorum: 2 } }));
    assert.is.not(strict.id, lax.id);
    assert.is((await desk.get(lax.id)).state, 'cancelled');
    assert.is((await refusal(desk.decide(decisionOn(lax)))).code, 'already-decided');
  }));

test('with no approver configured the refusal says so, and what to add', () =>
  withDesk(async ({ desk, entries }) => {
    const error = await refusal(desk.open(asked()));
    assert.equal([error.code, error.exit], ['no-approver', 77]);
    assert.match(error.publicMessage, 'no approver is configured');
    assert.match(error.hint, 'approvers');
    assert.equal(await entries(), []);
  }, new Map()));

test('a request that too few people could ever decide is refused at once', () =>
  withDesk(async ({ desk }) => {
    const of = (approvers: string[], quorum: number, who = AGENT.name) =>
      desk.open(asked({ subject: { ...SUBJECT, principal: who }, terms: { ...TERMS, approvers, quorum } }));
    assert.is((await refusal(of(['nobody'], 1))).code, 'no-approver');
    assert.is((await refusal(of(['ops'], 3))).code, 'no-approver');
    // Carol alone is wanted, and it is Carol's own account that asks.
    assert.is((await refusal(of(['carol'], 1, 'unix:carol'))).code, 'no-approver');
    assert.is((await of(['ops', 'carol'], 3)).state, 'pending');
  }));

test('a signed approval is used once, by exactly one of 20 that race for it', () =>
  withDesk(async ({ desk, entries }) => {
    const row = await desk.open(asked());
    assert.is(await desk.useGrant(SUBJECT, TERMS), undefined);
    assert.is((await desk.decide(decisionOn(row))).state, 'approved');
    const uses = await Promise.all(Array.from({ length: 20 }, () => desk.useGrant(SUBJECT, TERMS)));
    assert.equal(
      uses.filter((use) => use !== undefined).map((use) => [use?.id, use?.state]),
      [[row.id, 'used']],
    );
    assert.equal(
      (await entries('grant.used')).map((entry) => entry.data.standing),
      [['alice']],
    );
    assert.is((await desk.open(asked())).state, 'pending');
  }));

test('an approval does not fit a changed command, folder, target or requester', () =>
  withDesk(async ({ desk }) => {
    await desk.decide(decisionOn(await desk.open(asked())));
    for (const change of [
      { command: 'systemctl restart app; id' },
      { command: 'systemctl restart app ' },
      { command: null },
      { target: 'web-2' },
      { kind: 'shell' },
      { principal: 'unix:other' },
      { cwd: '/' },
      { place: 'root@web-1.internal:22' },
      { placeDigest: 'sha256:web-2' },
      { task: 'other' },
    ]) {
      assert.is(await desk.useGrant({ ...SUBJECT, ...change }, TERMS), undefined, JSON.stringify(change));
    }
    assert.ok(await desk.useGrant(SUBJECT, TERMS));
  }));

test('two approvals at once on a quorum of one: one counts, the other hears that it was decided', () =>
  withDesk(async ({ desk }) => {
    const row = await desk.open(asked());
    const outcomes = await Promise.allSettled([
      desk.decide(decisionOn(row)),
      desk.decide(decisionOn(row, { approver: 'bob' })),
    ]);
    assert.equal(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const lost = outcomes.find((outcome) => outcome.status === 'rejected');
    assert.is(lost?.status === 'rejected' && (lost.reason as BrokerError).code, 'already-decided');
    assert.is((await desk.get(row.id)).votes.length, 1);
  }));

test('the same decision sent twice at once counts once', () =>
  withDesk(async ({ desk }) => {
    const row = await desk.open(asked({ terms: { ...TERMS, quorum: 2 } }));
    const decision = decisionOn(row);
    const outcomes = await Promise.allSettled([desk.decide(decision), desk.decide(decision)]);
    assert.equal(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const after = await desk.get(row.id);
    assert.equal([after.state, after.votes.length], ['pending', 1]);
  }));

test('a quorum takes that many different people of the wanted group', () =>
  withDesk(async ({ desk }) => {
    const terms = { ...TERMS, approvers: ['ops'], quorum: 2 };
    const row = await desk.open(asked({ terms }));
    assert.is((await desk.decide(decisionOn(row))).state, 'pending');
    assert.is(await desk.useGrant(SUBJECT, terms), undefined);
    assert.is((await refusal(desk.decide(decisionOn(row)))).code, 'already-voted');
    assert.is((await refusal(desk.decide(decisionOn(row, { approver: 'carol' })))).code, 'not-eligible');
    assert.is((await desk.decide(decisionOn(row, { approver: 'bob' }))).state, 'approved');
    assert.ok(await desk.useGrant(SUBJECT, terms));
  }));

test('one denial ends a request, with its reason for the one who asked', () =>
  withDesk(async ({ desk }) => {
    const row = await desk.open(asked({ terms: { ...TERMS, quorum: 2 } }));
    const waiting = desk.wait(row.id, never);
    await desk.decide(decisionOn(row));
    await desk.decide(decisionOn(row, { approver: 'bob', decision: 'deny', reason: 'not on a Friday' }));
    const ended = await waiting;
    assert.equal([ended.state, ended.votes.at(-1)?.reason], ['denied', 'not on a Friday']);
    assert.is(await desk.useGrant(SUBJECT, { ...TERMS, quorum: 2 }), undefined);
  }));

test('waiting ends with the decision, the expiry, a cancellation, or the waiter’s own signal', () =>
  withDesk(async ({ desk, clock }) => {
    const row = await desk.open(asked());
    const waiters = [1, 2, 3].map(() => desk.wait(row.id, never));
    await desk.decide(decisionOn(row));
    assert.equal(await Promise.all(waiters.map(async (wait) => (await wait).state)), Array(3).fill('approved'));
    assert.is((await desk.wait(row.id, never)).state, 'approved');

    const second = await desk.open(asked({ subject: { ...SUBJECT, command: 'second' } }));
    const controller = new AbortController();
    const gone = new BrokerError({ code: 'client-gone', exit: 79, message: 'gone', hint: 'none' });
    const aborted = refusal(desk.wait(second.id, controller.signal));
    controller.abort(gone);
    assert.is(await aborted, gone);

    const cancelled = desk.wait(second.id, never);
    await desk.cancel(second.id, AGENT);
    assert.is((await cancelled).state, 'cancelled');

    const third = await desk.open(asked({ subject: { ...SUBJECT, command: 'third' } }));
    const expired = desk.wait(third.id, never);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(TERMS.ttlMs);
    assert.is((await expired).state, 'expired');
    assert.is((await refusal(desk.wait('r-00000000' as typeof row.id, never))).code, 'unknown-request');
  }));

test('an expired request cannot be approved, nor an approval used after its time', () =>
  withDesk(async ({ desk, clock }) => {
    const row = await desk.open(asked());
    const late = decisionOn(row);
    clock.advance(TERMS.ttlMs);
    assert.is((await refusal(desk.decide(late))).code, 'request-expired');
    assert.equal(
      (await desk.expireDue()).map(({ id }) => id),
      [row.id],
    );
    assert.is((await refusal(desk.decide(late))).code, 'request-expired');

    await desk.decide(decisionOn(await desk.open(asked())));
    clock.advance(TERMS.ttlMs - 1);
    assert.is((await desk.list({ state: 'approved', limit: 5 })).length, 1);
    clock.advance(1);
    assert.is(await desk.useGrant(SUBJECT, TERMS), undefined);
  }));

test('a clock that is set back gives neither a request nor an approval a second life, also over a restart', () =>
  withDesk(async ({ store, audit, clock }) => {
    let setBackMs = 0;
    const wall = { ...clock, now: () => clock.now() - setBackMs };
    const deskSince = (since: number) => approvalDesk({ store, audit, clock: wall, approvers: PEOPLE, since });
    const desk = deskSince(0);
    const pending = await desk.open(asked({ subject: { ...SUBJECT, command: 'pending' } }));
    await desk.decide(decisionOn(await desk.open(asked())));
    clock.advance(TERMS.ttlMs - 1);
    setBackMs = 86_400_000;
    assert.is((await desk.list({ state: 'approved', limit: 5 })).length, 1, 'not before its time');
    clock.advance(1);
    assert.is((await refusal(desk.decide(decisionOn(pending)))).code, 'request-expired');
    assert.is(await desk.useGrant(SUBJECT, TERMS), undefined);
    const fresh = await desk.open(asked());
    assert.is(fresh.expiresAt - fresh.createdAt, TERMS.ttlMs);

    const restarted = deskSince(fresh.expiresAt);
    assert.is((await refusal(restarted.decide(decisionOn(fresh)))).code, 'request-expired');
  }));

test('a statement that was signed for another broker, or before the state was lost, approves nothing', async () => {
  let old: ReturnType<typeof decisionOn> | undefined;
  await withDesk(async ({ desk }) => {
    old = decisionOn(await desk.open(asked()));
    assert.is((await desk.decide(old)).state, 'approved');
  });
  await withDesk(async ({ desk, store }) => {
    const fresh = await desk.open(asked());
    if (old === undefined) throw new Error('nothing was signed');
    assert.is((await refusal(desk.decide(old))).code, 'unknown-request');
    assert.is((await refusal(desk.decide({ ...old, id: fresh.id }))).code, 'statement-mismatch');
    await store.requests.vote(fresh.id, { ...old, verdict: 'approve', at: fresh.createdAt });
    assert.is(await desk.useGrant(SUBJECT, TERMS), undefined);
  });
});

test('a signature for an expired request is no good for the next one of the same command', () =>
  withDesk(async ({ desk, clock }) => {
    const old = decisionOn(await desk.open(asked()));
    clock.advance(TERMS.ttlMs);
    const fresh = await desk.open(asked());
    const error = await refusal(desk.decide({ ...old, id: fresh.id }));
    assert.is(error.code, 'statement-mismatch');
    assert.is((await desk.get(fresh.id)).state, 'pending');
  }));

test('an approval given under laxer terms does not do for a rule that asks for more', () =>
  withDesk(async ({ desk, entries }) => {
    await desk.decide(decisionOn(await desk.open(asked())));
    assert.is(await desk.useGrant(SUBJECT, { ...TERMS, quorum: 2 }), undefined);
    assert.is((await entries('grant.refused')).length, 1);
    // It is used up: going back to the old rule does not bring it back.
    assert.is(await desk.useGrant(SUBJECT, TERMS), undefined);
  }));

test('an approval of somebody who is no longer an approver, or whose key is no longer theirs, gives nothing', async () => {
  const without = new Map([...PEOPLE].filter(([name]) => name !== 'alice'));
  const rotated = new Map([...PEOPLE, ['alice', { keys: [KEYS.mallory.line], groups: ['ops'] }]] as const);
  for (const people of [without, rotated]) {
    await withDesk(async ({ desk, reopen, entries }) => {
      await desk.decide(decisionOn(await desk.open(asked())));
      assert.is(await reopen(people).useGrant(SUBJECT, TERMS), undefined);
      assert.equal((await entries('grant.refused'))[0]?.data.standing, []);
    });
  }
});

test('rows written into the state file past the desk approve nothing', () =>
  withDesk(async ({ desk, store }) => {
    const other = await desk.open(asked({ subject: { ...SUBJECT, command: 'id' } }));
    const genuine = decisionOn(other);
    const row = await desk.open(asked());
    // A vote out of thin air, with a genuine signature of Alice's, over something else.
    await store.requests.vote(row.id, { ...genuine, verdict: 'approve', at: row.createdAt });
    assert.is((await desk.get(row.id)).state, 'approved');
    assert.is(await desk.useGrant(SUBJECT, TERMS), undefined);

    // A genuine approval whose row is given another digest.
    await desk.decide(genuine);
    const dangerous = { ...SUBJECT, command: 'rm -r /srv' };
    const moved = await desk.open(asked({ subject: dangerous }));
    await store.requests.vote(moved.id, { ...genuine, verdict: 'approve', at: moved.createdAt });
    assert.is(await desk.useGrant(dangerous, TERMS), undefined);
  }));

test('whoever asked cannot approve: not as the same OS user, nor with another’s key from the account that asked', () =>
  withDesk(async ({ desk, entries }) => {
    const own = await desk.open(asked({ subject: { ...SUBJECT, principal: 'unix:carol' } }));
    const carol = principal('carol', 1003);
    const error = await refusal(desk.decide(decisionOn(own, { approver: 'carol', decider: carol })));
    assert.equal([error.code, error.exit], ['self-approval', 77]);
    // Also when sent by somebody else: it is Carol's key.
    assert.is(
      (await refusal(desk.decide(decisionOn(own, { approver: 'carol', decider: ALICE })))).code,
      'self-approval',
    );

    const row = await desk.open(asked());
    const stolen = await refusal(desk.decide(decisionOn(row, { approver: 'carol', decider: AGENT })));
    assert.is(stolen.code, 'self-approval');
    assert.match(stolen.publicMessage, 'came from "unix:agent", who asked');
    assert.is((await desk.decide(decisionOn(row, { approver: 'carol', decider: carol }))).state, 'approved');
    assert.equal(
      (await entries('decision.refused')).map(({ actor, data }) => [actor, data.code]),
      [
        ['unix:carol', 'self-approval'],
        ['unix:alice', 'self-approval'],
        ['unix:agent', 'self-approval'],
      ],
    );
  }));

test('a request is found by enough of its id, and an unclear or odd one is refused in words', () =>
  withDesk(async ({ desk, store }) => {
    const { state: _, votes: __, ...row } = await desk.open(asked());
    assert.is((await desk.get(row.id.slice(2, 8))).id, row.id);
    for (const [subject, id] of [
      ['a', 'r-zzzz1111'],
      ['b', 'r-zzzz2222'],
    ] as const) {
      await store.requests.insert({ ...row, id: id as typeof row.id, digest: `sha256:${subject}` });
    }
    assert.is((await refusal(desk.get('zzzz'))).code, 'ambiguous-request');
    for (const id of ['', 'r-', 'r-%', 'r-_______', '\u001b[2J', 'x'.repeat(10_000)]) {
      const error = await refusal(desk.get(id));
      assert.is(error.code, 'unknown-request');
      assert.not.match(error.publicMessage, '\u001b');
    }
  }));

test('what the audit log does not take is not opened, not counted, and an approval not used', () =>
  withDesk(async ({ desk, audit, store, clock }) => {
    const row = await desk.open(asked());
    const other = await desk.open(asked({ subject: { ...SUBJECT, command: 'approved' } }));
    await desk.decide(decisionOn(other));
    await audit.close();
    const broken = approvalDesk({ store, audit, clock, approvers: PEOPLE });
    for (const attempt of [
      () => broken.open(asked({ subject: { ...SUBJECT, command: 'new' } })),
      () => broken.decide(decisionOn(row)),
      () => broken.cancel(row.id, AGENT),
      () => broken.useGrant(other.subject, TERMS),
    ]) {
      const error = await refusal(attempt());
      assert.equal([error.code, error.exit], ['cannot-audit', 74]);
    }
    const states = (await store.requests.list({ limit: 10 })).map(({ state }) => state);
    assert.equal(states.sort(), ['pending', 'used']);
  }));

test('a subject that has no exact form is refused, not approved in another form', () =>
  withDesk(async ({ desk }) => {
    const error = await refusal(desk.open(asked({ subject: { ...SUBJECT, command: 'a\ud800' } })));
    assert.equal([error.code, error.exit], ['bad-subject', 64]);
  }));

test.run();
