// What every store must do, whatever it is made of. Run over the table of stores by test/store/contract.test.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../src/lib/core/digest.ts';
import { newLeaseId, newRequestId, newSessionId, type RequestId } from '../../src/lib/core/ids.ts';
import type { AuditEntry, RequestRow, RequestSubject, Store, VoteRow } from '../../src/lib/ports/store.ts';

const HOSTILE = 'a\0b\u001b[31m\n"\'; drop table requests; -- \u202e é 🦊';

export const SUBJECT: RequestSubject = {
  target: 'web-1',
  kind: 'ssh',
  principal: 'unix:agent',
  task: null,
  command: 'systemctl restart app',
  cwd: null,
  place: 'deploy@web-1.internal:22',
  placeDigest: 'sha256:web-1',
  rule: 'restart',
};

export function requestFor(changes: Partial<RequestRow> = {}): Omit<RequestRow, 'state' | 'votes'> {
  const subject = changes.subject ?? SUBJECT;
  const row = { why: null, reason: 'a restart', approvers: [], quorum: 1, createdAt: 1000, expiresAt: 2000 };
  const { state: _, votes: __, ...rest } = changes;
  return { id: newRequestId(), subject, digest: digestOf(subject), ...row, ...rest };
}

export function voteOf(approver: string, changes: Partial<VoteRow> = {}): VoteRow {
  return { approver, verdict: 'approve', reason: null, at: 1500, statement: 's', signature: 'g', ...changes };
}

interface Context {
  folder: string;
  location: string;
  store: Store;
}

/** Registers and runs the suite for one kind of store. */
export function storeContract(kind: string, open: (location: string) => Promise<Store>): void {
  const test = suite<Context>(`store ${kind}`);

  test.before.each(async (context) => {
    context.folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'));
    context.location = join(context.folder, 'state.db');
    context.store = await open(context.location);
  });
  test.after.each(async ({ store, folder }) => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const session = () => ({
    id: newSessionId(),
    mode: 'one-shot' as const,
    target: 'local',
    kind: 'shell',
    principal: 'unix:agent',
    task: null,
    command: 'ls' as string | null,
    startedAt: 1000,
  });

  test('a session comes back as it was written, hostile text included', async ({ store }) => {
    const row = { ...session(), command: HOSTILE, task: HOSTILE };
    await store.sessions.insert(row);
    assert.equal(await store.sessions.get(row.id), {
      ...row,
      endedAt: null,
      state: 'open',
      exitCode: null,
      reason: null,
      leader: null,
    });
  });

  test('a session that runs has the leader that was noted for it, and keeps it', async ({ store }) => {
    const row = session();
    await store.sessions.insert(row);
    const leader = { pid: 4711, startTime: '18446744073709551615', boot: HOSTILE };
    await store.sessions.noteLeader(row.id, leader);
    assert.equal((await store.sessions.list({ state: 'open', limit: 1 }))[0]?.leader, leader);
    await store.sessions.finish(row.id, { state: 'child', endedAt: 2000, exitCode: 0, reason: null });
    await store.sessions.noteLeader(row.id, { ...leader, pid: 1 });
    assert.equal((await store.sessions.get(row.id))?.leader, leader);
  });

  test('a session ends once', async ({ store }) => {
    const row = session();
    await store.sessions.insert(row);
    const end = { endedAt: 2000, exitCode: 7, reason: null };
    assert.is(await store.sessions.finish(row.id, { ...end, state: 'child' }), true);
    assert.is(await store.sessions.finish(row.id, { ...end, state: 'lost' }), false);
    assert.is((await store.sessions.get(row.id))?.state, 'child');
    assert.is(await store.sessions.finish(newSessionId(), { ...end, state: 'lost' }), false);
  });

  test('a session id is used once', async ({ store }) => {
    const row = session();
    await store.sessions.insert(row);
    await rejects(store.sessions.insert(row));
  });

  test('sessions list newest first, and only open ones where asked', async ({ store }) => {
    const rows = [1, 2, 3].map((startedAt) => ({ ...session(), startedAt }));
    for (const row of rows) await store.sessions.insert(row);
    await store.sessions.finish(rows[1]?.id ?? newSessionId(), {
      state: 'child',
      endedAt: 9,
      exitCode: 0,
      reason: null,
    });
    const starts = async (filter: { state?: 'open'; limit: number }) =>
      (await store.sessions.list(filter)).map((row) => row.startedAt);
    assert.equal(await starts({ limit: 2 }), [3, 2]);
    assert.equal(await starts({ limit: 9, state: 'open' }), [3, 1]);
  });

  const lease = (issuedAt = 1000) => ({
    id: newLeaseId(),
    session: newSessionId(),
    plan: { provider: 'ssh-ca', ref: { serial: '18446744073709551615' }, issuedAt, expiresAt: 9000 },
  });

  test('a lease goes planned, live, revoked, and never back', async ({ store }) => {
    const row = lease();
    await store.leases.insert(row);
    assert.equal(await store.leases.get(row.id), { ...row, state: 'planned', revocation: null });
    assert.is(await store.leases.markLive(row.id), true);
    assert.is(await store.leases.markLive(row.id), false);
    const revocation = { deadAt: 2000, how: 'key-destroyed' };
    assert.is(await store.leases.markRevoked(row.id, revocation), true);
    assert.is(await store.leases.markRevoked(row.id, { deadAt: 3000, how: 'expired' }), false);
    assert.is(await store.leases.markLive(row.id), false);
    assert.equal(await store.leases.get(row.id), { ...row, state: 'revoked', revocation });
    assert.is(await store.leases.get(newLeaseId()), undefined);
  });

  test('open leases are those not revoked, oldest first', async ({ store }) => {
    const rows = [lease(3), lease(1), lease(2)];
    for (const row of rows) await store.leases.insert(row);
    await store.leases.markLive(rows[0]?.id ?? newLeaseId());
    await store.leases.markRevoked(rows[2]?.id ?? newLeaseId(), { deadAt: 5, how: 'expired' });
    assert.equal(
      (await store.leases.open()).map((row) => row.plan.issuedAt),
      [1, 3],
    );
    assert.is((await store.leases.ofSession(rows[2]?.session ?? newSessionId())).length, 1);
  });

  test('a request comes back as it was written', async ({ store }) => {
    const row = requestFor({ subject: { ...SUBJECT, command: HOSTILE }, why: HOSTILE, approvers: ['ops', HOSTILE] });
    await store.requests.insert(row);
    assert.equal(await store.requests.get(row.id), { ...row, state: 'pending', votes: [] });
    assert.is(digestOf((await store.requests.get(row.id))?.subject), row.digest);
    assert.is((await store.requests.pending(row.digest))?.id, row.id);
  });

  test('one digest has one pending request', async ({ store }) => {
    await store.requests.insert(requestFor());
    await rejects(store.requests.insert(requestFor()));
  });

  test('a request of an impossible quorum or time is not taken', async ({ store }) => {
    await rejects(store.requests.insert(requestFor({ quorum: 0 })));
    await rejects(store.requests.insert(requestFor({ expiresAt: 1000 })));
  });

  test('requests are found by a beginning of their id, taken literally', async ({ store }) => {
    for (const id of ['r-aaaa1111', 'r-aaaa2222', 'r-bbbb3333']) {
      await store.requests.insert(requestFor({ id: id as RequestId, digest: `sha256:${id}` }));
    }
    const found = async (prefix: string) => (await store.requests.withPrefix(prefix, 5)).map((row) => row.id);
    assert.equal(await found('r-aaaa'), ['r-aaaa1111', 'r-aaaa2222']);
    assert.equal(await found('r-b'), ['r-bbbb3333']);
    assert.equal(await found('r-%'), []);
    assert.equal(await found('r-_'), []);
  });

  test('a vote approves, and is kept', async ({ store }) => {
    const row = requestFor();
    await store.requests.insert(row);
    const vote = voteOf('alice', { reason: HOSTILE });
    assert.equal(await store.requests.vote(row.id, vote), { ...row, state: 'approved', votes: [vote] });
    assert.is(await store.requests.pending(row.digest), undefined);
  });

  test('a vote on a request that is decided, unknown or past its time changes nothing', async ({ store }) => {
    const row = requestFor();
    await store.requests.insert(row);
    assert.is(await store.requests.vote(row.id, voteOf('alice', { at: 2000 })), undefined);
    assert.is(await store.requests.vote(newRequestId(), voteOf('alice')), undefined);
    await store.requests.vote(row.id, voteOf('alice', { verdict: 'deny' }));
    assert.is(await store.requests.vote(row.id, voteOf('bob')), undefined);
    const after = await store.requests.get(row.id);
    assert.is(after?.state, 'denied');
    assert.equal(
      after?.votes.map((vote) => vote.approver),
      ['alice'],
    );
  });

  test('a quorum takes different approvers; one denial is enough', async ({ store }) => {
    const row = requestFor({ quorum: 2 });
    await store.requests.insert(row);
    assert.is((await store.requests.vote(row.id, voteOf('alice')))?.state, 'pending');
    assert.is(await store.requests.vote(row.id, voteOf('alice')), undefined);
    assert.is((await store.requests.vote(row.id, voteOf('bob')))?.state, 'approved');
    const other = requestFor({ quorum: 2, digest: 'sha256:other' });
    await store.requests.insert(other);
    await store.requests.vote(other.id, voteOf('alice'));
    assert.is((await store.requests.vote(other.id, voteOf('bob', { verdict: 'deny' })))?.state, 'denied');
  });

  test('of votes cast at once on a quorum of one, one counts', async ({ store }) => {
    const row = requestFor();
    await store.requests.insert(row);
    const names = Array.from({ length: 10 }, (_, index) => `approver-${index}`);
    const results = await Promise.all(names.map((name) => store.requests.vote(row.id, voteOf(name))));
    assert.is(results.filter((result) => result !== undefined).length, 1);
    assert.is((await store.requests.get(row.id))?.votes.length, 1);
  });

  test('an approval is used once, also by 20 at once, and not after its time', async ({ store }) => {
    const row = requestFor();
    await store.requests.insert(row);
    assert.is(await store.requests.use(row.digest, 1600), undefined);
    await store.requests.vote(row.id, voteOf('alice'));
    assert.is(await store.requests.use(row.digest, 2000), undefined);
    assert.is(await store.requests.use('sha256:other', 1600), undefined);
    const uses = await Promise.all(Array.from({ length: 20 }, () => store.requests.use(row.digest, 1600)));
    const used = uses.filter((result) => result !== undefined);
    assert.equal(
      used.map((result) => [result.id, result.state, result.votes.length]),
      [[row.id, 'used', 1]],
    );
  });

  test('only a pending request is cancelled', async ({ store }) => {
    const row = requestFor();
    await store.requests.insert(row);
    assert.is(await store.requests.cancel(row.id), true);
    assert.is(await store.requests.cancel(row.id), false);
    assert.is((await store.requests.get(row.id))?.state, 'cancelled');
  });

  test('what is past its time expires, pending or approved, and is returned once', async ({ store }) => {
    const rows = [1500, 1600, 9000].map((expiresAt) => requestFor({ expiresAt, digest: `sha256:${expiresAt}` }));
    for (const row of rows) await store.requests.insert(row);
    await store.requests.vote(rows[1]?.id ?? newRequestId(), voteOf('alice', { at: 1400 }));
    const expired = await store.requests.expire(1600);
    assert.equal(expired.map((row) => row.expiresAt).sort(), [1500, 1600]);
    assert.ok(expired.every((row) => row.state === 'expired'));
    assert.equal(await store.requests.expire(1600), []);
    assert.equal(
      (await store.requests.list({ state: 'pending', limit: 9 })).map((row) => row.expiresAt),
      [9000],
    );
    assert.is((await store.requests.list({ limit: 2 })).length, 2);
  });

  const entry = (seq: number, changes: Partial<AuditEntry> = {}): AuditEntry => ({
    seq,
    at: 1000,
    type: 'test',
    actor: 'broker',
    session: null,
    data: { text: HOSTILE, nested: { list: [1, null, 0.5] } },
    previous: `sha256:${seq - 1}`,
    hash: `sha256:${seq}`,
    ...changes,
  });

  test('audit entries come back exactly, in order', async ({ store }) => {
    assert.is(await store.audit.last(), undefined);
    for (const seq of [1, 2, 3]) await store.audit.append(entry(seq));
    assert.equal(await store.audit.last(), entry(3));
    assert.equal(await store.audit.from(2, 9), [entry(2), entry(3)]);
    assert.equal(await store.audit.from(0, 1), [entry(1)]);
  });

  test('the latest audit entry of a session is found by its type', async ({ store }) => {
    const entries = [
      entry(1, { session: 's-1' }),
      entry(2, { session: 's-1' }),
      entry(3, { session: 's-2' }),
      entry(4, { session: 's-1', type: 'other' }),
    ];
    for (const each of entries) await store.audit.append(each);
    assert.equal(await store.audit.latestOf('s-1', 'test'), entries[1]);
    assert.is(await store.audit.latestOf('s-3', 'test'), undefined);
  });

  test('an audit entry has one successor and a seq of its own', async ({ store }) => {
    await store.audit.append(entry(1));
    await rejects(store.audit.append(entry(1, { previous: 'x', hash: 'y' })));
    await rejects(store.audit.append(entry(2, { previous: 'sha256:0' })));
    await rejects(store.audit.append(entry(2, { hash: 'sha256:1' })));
  });

  test('everything is there after closing and opening again', async (context) => {
    const { store, location } = context;
    const row = requestFor();
    await store.requests.insert(row);
    await store.requests.vote(row.id, voteOf('alice'));
    await store.audit.append(entry(1));
    await store.close();
    context.store = await open(location);
    assert.is((await context.store.requests.get(row.id))?.state, 'approved');
    assert.equal(await context.store.audit.last(), entry(1));
  });

  test('a closed store rejects', async ({ store }) => {
    await store.close();
    await rejects(store.audit.last());
    await store.close();
  });

  test.run();
}

async function rejects(promise: Promise<unknown>): Promise<void> {
  const outcome = await promise.then(
    () => 'resolved',
    () => 'rejected',
  );
  assert.is(outcome, 'rejected');
}
