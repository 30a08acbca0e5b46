// Credentials that live on for a moment: their end is not waited for, and is said in the audit log however it is learned.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { newSessionId } from '../../src/lib/core/ids.ts';
import { type LeaseBook, leaseBook } from '../../src/lib/leases/book.ts';
import type { AuditLog } from '../../src/lib/ports/audit.ts';
import type { LeasePlan, Revocation } from '../../src/lib/ports/provider.ts';
import type { AuditEntry } from '../../src/lib/ports/store.ts';
import { runScript } from '../helpers/child-script.ts';
import { until } from '../helpers/cli.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';
import { refusal } from '../helpers/refusal.ts';
import { type TestState, withState } from '../helpers/state.ts';
import { fakeProvider, REQUEST } from './fake-provider.ts';

const test = suite('leases: deaths');
const BOUND_MS = 11_000;

interface Look {
  readonly plan: LeasePlan;
  readonly signal: AbortSignal;
  /** What it ends with. */
  readonly see: (revocation: Revocation) => void;
  readonly fail: (error: Error) => void;
}

interface Context extends TestState {
  readonly clock: FakeClock;
  readonly book: LeaseBook;
  /** In their order; each goes on until a test ends it, and listens to no signal. */
  readonly looks: Look[];
  /** A book over the same state, as another process has it. */
  another(parts?: { audit?: AuditLog }): LeaseBook;
}

/** A provider that names a bound of 11 s when it revokes, and then looks as a test says. */
async function withBook(work: (context: Context) => Promise<void>): Promise<void> {
  const clock = fakeClock();
  // The broker has run for a while.
  clock.advance(60_000);
  await withState(async (state) => {
    const looks: Look[] = [];
    const fake = fakeProvider(state.folder, clock);
    const provider = {
      ...fake,
      async revoke(plan: LeasePlan) {
        const { deadAt } = await fake.revoke(plan);
        return { deadAt: deadAt + BOUND_MS, how: 'deleted' };
      },
      confirmDeath: (plan: LeasePlan, signal: AbortSignal) =>
        new Promise<Revocation>((see, fail) => void looks.push({ plan, signal, see, fail })),
    };
    const another: Context['another'] = ({ audit = state.audit } = {}) =>
      leaseBook({ store: state.store, providers: [provider], audit, clock });
    await work({ ...state, clock, looks, another, book: another() });
  }, clock);
}

const notSeen = () =>
  new BrokerError({ code: 'death-not-seen', exit: 69, message: 'the cluster is away', hint: 'wait' });

async function endOne({ book }: { book: LeaseBook }) {
  const session = newSessionId();
  const { lease } = await book.issue(session, REQUEST);
  return { session, lease, revocation: await book.revoke(lease.id) };
}

const codeOf = (entry: Pick<AuditEntry, 'data'> | undefined) =>
  (entry?.data.error as { code: string } | undefined)?.code;
const types = async ({ entries }: TestState) => (await entries()).map(({ type }) => type);

test('nobody waits for a death; it is audited once it was seen, after the revocation, with the delay since that began', () =>
  withBook(async (context) => {
    const { clock, looks, book } = context;
    const { session, lease, revocation } = await endOne(context);
    const beganAt = clock.now();
    assert.equal(revocation, { deadAt: beganAt + BOUND_MS, how: 'deleted' });
    assert.equal(await types(context), ['credential.issued', 'credential.revoked']);
    clock.advance(4250);
    looks[0]?.see({ deadAt: clock.now(), how: 'deleted-and-probed' });
    await book.settled();
    const [, , dead] = await context.entries();
    assert.equal([dead?.type, dead?.actor, dead?.session], ['credential.dead', 'broker', session]);
    assert.equal(dead?.data, {
      lease: lease.id,
      provider: 'fake',
      ref: lease.plan.ref,
      deadAt: beganAt + 4250,
      how: 'deleted-and-probed',
      delayMs: 4250,
    });
  }));

test('the delay counts from when the end began, also where ending it took a while', () =>
  withBook(async (context) => {
    const { clock, looks, another, audit } = context;
    const slow = another({
      audit: {
        async append(event) {
          if (event.type === 'credential.revoked') clock.advance(700);
          return audit.append(event);
        },
      },
    });
    await endOne({ book: slow });
    clock.advance(300);
    looks[0]?.see({ deadAt: clock.now(), how: 'deleted-and-probed' });
    await slow.settled();
    assert.equal(
      (await context.entries('credential.dead')).map(({ data }) => data.delayMs),
      [1000],
    );
  }));

test('several deaths are looked for at once, and each is said once', () =>
  withBook(async (context) => {
    const { book, looks, clock } = context;
    const issued = await Promise.all([1, 2, 3].map(() => book.issue(newSessionId(), REQUEST)));
    // Whoever asks twice waits for the same end.
    await Promise.all(issued.flatMap(({ lease }) => [book.revoke(lease.id), book.revoke(lease.id)]));
    assert.is(looks.length, 3);
    await Promise.all(issued.map(({ lease }) => book.revoke(lease.id)));
    let isSettled = false;
    const settled = book.settled().then(() => {
      isSettled = true;
    });
    for (const look of [...looks].reverse()) {
      await new Promise((resolve) => setImmediate(resolve));
      assert.not.ok(isSettled);
      clock.advance(100);
      look.see({ deadAt: clock.now(), how: 'deleted-and-probed' });
    }
    await settled;
    const dead = await context.entries('credential.dead');
    assert.equal(
      dead.map(({ data }) => data.delayMs),
      [100, 200, 300],
    );
    assert.is(new Set(dead.map(({ data }) => data.lease)).size, 3);
  }));

test('where it cannot be seen, the latest moment is said, and why', () =>
  withBook(async (context) => {
    const { revocation } = await endOne(context);
    context.looks[0]?.fail(notSeen());
    await context.book.settled();
    const [dead] = await context.entries('credential.dead');
    const { deadAt, how, error, delayMs } = dead?.data ?? {};
    assert.equal({ deadAt, how }, revocation);
    assert.equal(error, { code: 'death-not-seen', message: 'the cluster is away' });
    assert.is(delayMs, undefined);
  }));

test('what nobody expected of a look says no more than that', () =>
  withBook(async (context) => {
    await endOne(context);
    context.looks[0]?.fail(new TypeError(`the token ${'x'.repeat(20)} is no string`));
    await context.book.settled();
    const [dead] = await context.entries('credential.dead');
    assert.is(codeOf(dead), 'internal');
    assert.not.match(JSON.stringify(dead), 'xxxx');
  }));

test('a credential that lives on is not said to be dead', () =>
  withBook(async (context) => {
    await endOne(context);
    context.looks[0]?.fail(
      new BrokerError({ code: 'credential-alive', exit: 69, message: 'it is still accepted', hint: 'act' }),
    );
    await context.book.settled();
    const [, , failed] = await context.entries();
    assert.equal([failed?.type, failed?.data.why], ['credential.revoke-failed', 'it is still accepted']);
    assert.equal(await context.entries('credential.dead'), []);
  }));

test('one that was dead before its end began is said to be, and not looked for', () =>
  withBook(async (context) => {
    const { store, audit, clock, folder } = context;
    const fake = fakeProvider(folder, clock);
    const provider = {
      ...fake,
      revoke: async ({ expiresAt }: LeasePlan) => ({ deadAt: expiresAt, how: 'expired' }),
      confirmDeath: () => Promise.reject(new Error('asked')),
    };
    const book = leaseBook({ store, providers: [provider], audit, clock });
    const { lease } = await book.issue(newSessionId(), REQUEST);
    clock.advance(REQUEST.ttlMs);
    await book.revoke(lease.id);
    await book.settled();
    const [dead] = await context.entries('credential.dead');
    const { ref } = lease.plan;
    assert.equal(dead?.data, { lease: lease.id, provider: 'fake', ref, deadAt: lease.plan.expiresAt, how: 'expired' });
  }));

test('of a provider that knows at once, there is nothing more to say', () =>
  withState(async ({ folder, store, audit, entries }) => {
    const clock = fakeClock();
    const book = leaseBook({ store, providers: [fakeProvider(folder, clock)], audit, clock });
    await endOne({ book });
    await book.close();
    assert.equal(await entries('credential.dead'), []);
  }));

test('what a crash left is swept, and its latest moment counts: nobody has the credential any more', () =>
  withBook(async (context) => {
    const { another, looks } = context;
    await another().issue(newSessionId(), REQUEST);
    const next = another();
    assert.equal(await next.sweep(), []);
    looks[0]?.fail(new BrokerError({ code: 'token-not-held', exit: 69, message: 'nobody has it', hint: 'wait' }));
    await next.settled();
    assert.equal(await types(context), ['credential.issued', 'credential.swept', 'credential.dead']);
    const [swept, dead] = (await context.entries()).slice(1);
    assert.equal([dead?.data.deadAt, dead?.data.how], [swept?.data.deadAt, 'deleted']);
  }));

test('what an earlier broker was looking for when it crashed is said by the next, with its latest moment, once', () =>
  withBook(async (context) => {
    const { clock, another, looks } = context;
    const seen = await endOne(context);
    looks[0]?.see({ deadAt: clock.now(), how: 'deleted-and-probed' });
    await context.book.settled();
    const unseen = await endOne(context);
    clock.advance(1000);
    const next = another();
    const own = await endOne({ book: next });
    assert.equal(await Promise.all([next.sweep(), next.sweep()]), [[], []]);
    assert.equal(await next.sweep(), []);
    assert.equal(await another().sweep(), []);
    const dead = await context.entries('credential.dead');
    assert.equal(
      dead.map(({ data }) => [data.lease, codeOf({ data })]),
      [
        [seen.lease.id, undefined],
        [unseen.lease.id, 'broker-ended'],
      ],
    );
    const { session, lease, revocation } = unseen;
    const { ref } = lease.plan;
    const error = { code: 'broker-ended', message: 'the broker ended before it had seen the end' };
    assert.equal(dead[1]?.data, { lease: lease.id, provider: 'fake', ref, ...revocation, error });
    assert.is(dead[1]?.session, session);
    // Its own it sees itself.
    looks[2]?.see({ deadAt: clock.now(), how: 'deleted-and-probed' });
    await next.settled();
    assert.is((await context.entries('credential.dead'))[2]?.data.lease, own.lease.id);
  }));

test('a credential that was said to live on is not said to be dead by the next broker', () =>
  withBook(async (context) => {
    await endOne(context);
    context.looks[0]?.fail(
      new BrokerError({ code: 'credential-alive', exit: 69, message: 'it is still accepted', hint: 'act' }),
    );
    await context.book.settled();
    context.clock.advance(1000);
    assert.equal(await context.another().sweep(), []);
    assert.equal(await context.entries('credential.dead'), []);
  }));

test('a revocation that failed at first, and a crash after it was done, end with a death that is said', () =>
  withBook(async (context) => {
    const { another, audit, clock } = context;
    const lost = await endOne(context);
    clock.advance(1000);
    const [revoked] = await context.entries('credential.revoked');
    const { data, session } = revoked ?? {};
    for (const type of ['credential.revoke-failed', 'credential.swept']) {
      await audit.append({ type, actor: 'broker', ...(session == null ? {} : { session }), data: data ?? {} });
    }
    clock.advance(1000);
    await another().sweep();
    assert.equal(
      (await context.entries('credential.dead')).map(({ data: { lease } }) => lease),
      [lost.lease.id],
    );
  }));

test('what the log does not take of an earlier broker is written by a later sweep', () =>
  withBook(async (context) => {
    const { clock, another } = context;
    const lost = [await endOne(context), await endOne(context)];
    clock.advance(1000);
    const audit = lossy(context, 'credential.dead');
    const next = another({ audit });
    assert.is((await refusal(next.sweep())).code, 'cannot-audit');
    audit.isAway = false;
    assert.equal(await next.sweep(), []);
    assert.equal(await next.sweep(), []);
    const dead = await context.entries('credential.dead');
    assert.equal(dead.map(({ data }) => data.lease).sort(), lost.map(({ lease }) => lease.id).sort());
  }));

test('of credentials that are dead at once, the next broker has nothing to say', () =>
  withState(async ({ folder, store, audit, entries }) => {
    const clock = fakeClock();
    const book = () => leaseBook({ store, providers: [fakeProvider(folder, clock)], audit, clock });
    await endOne({ book: book() });
    clock.advance(1000);
    await book().sweep();
    assert.equal(await entries('credential.dead'), []);
  }));

/** An audit log that takes nothing of one type while it is away. */
function lossy({ audit }: TestState, type: string) {
  const log = {
    isAway: true,
    append: (event: Parameters<AuditLog['append']>[0]) =>
      log.isAway && event.type === type
        ? Promise.reject(new BrokerError({ code: 'cannot-audit', exit: 74, message: 'full', hint: 'x' }))
        : audit.append(event),
  };
  return log;
}

test('a death that the audit log does not take is kept and said, and written by the next sweep, once', () =>
  withBook(async (context) => {
    const { clock, looks, another } = context;
    const audit = lossy(context, 'credential.dead');
    const book = another({ audit });
    await endOne({ book });
    await endOne({ book });
    for (const look of looks) look.see({ deadAt: clock.now() + 1, how: 'deleted-and-probed' });
    assert.is((await refusal(book.settled())).code, 'cannot-audit');
    assert.is((await refusal(book.sweep())).code, 'cannot-audit');
    audit.isAway = false;
    assert.equal(await Promise.all([book.sweep(), book.sweep()]), [[], []]);
    await book.settled();
    const dead = await context.entries('credential.dead');
    assert.is(new Set(dead.map(({ data }) => data.lease)).size, 2);
    assert.is(dead.length, 2);
  }));

test('a revocation that cannot be audited still ends with a death that is', () =>
  withBook(async (context) => {
    const { clock, looks, another } = context;
    const book = another({ audit: lossy(context, 'credential.revoked') });
    assert.is((await refusal(endOne({ book }))).code, 'cannot-audit');
    looks[0]?.see({ deadAt: clock.now() + 1, how: 'deleted-and-probed' });
    await book.settled();
    assert.is((await context.entries('credential.dead')).length, 1);
  }));

test('closing waits as long as it is told, then cuts what is still looked for, and says so', () =>
  withBook(async (context) => {
    const { book, looks, clock } = context;
    const [seen, unseen] = [await endOne(context), await endOne(context)];
    const closed = book.close(2000);
    clock.advance(1999);
    looks[0]?.see({ deadAt: clock.now(), how: 'deleted-and-probed' });
    await until(async () => (await context.entries('credential.dead')).length === 1, 'the first was seen');
    assert.not.ok(looks[1]?.signal.aborted);
    clock.advance(1);
    await closed;
    assert.ok(looks[1]?.signal.aborted);
    const dead = await context.entries('credential.dead');
    assert.equal(
      dead.map(({ data }) => [data.lease, data.how, codeOf({ data })]),
      [
        [seen.lease.id, 'deleted-and-probed', undefined],
        [unseen.lease.id, 'deleted', 'broker-stopped'],
      ],
    );
    // What it learns too late changes nothing.
    looks[1]?.see({ deadAt: clock.now(), how: 'deleted-and-probed' });
    await book.settled();
    assert.is((await context.entries('credential.dead')).length, 2);
  }));

test('closing ends with the last death that is seen, and leaves no timer', () =>
  withBook(async (context) => {
    const { book, looks, clock } = context;
    await endOne(context);
    const closed = book.close(60_000);
    looks[0]?.see({ deadAt: clock.now() + 1, how: 'deleted-and-probed' });
    await closed;
    assert.is((await context.entries('credential.dead')).length, 1);
  }));

test('what ends after closing is not looked for, and said', () =>
  withBook(async (context) => {
    const session = newSessionId();
    {
      await using book = context.another();
      const { lease } = await book.issue(session, REQUEST);
      await book[Symbol.asyncDispose]();
      await book.revoke(lease.id);
    }
    const [dead] = await context.entries('credential.dead');
    assert.is(codeOf(dead), 'broker-stopped');
  }));

test('closing keeps its process until all is said', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-close-'));
  const script = runScript(new URL('./close-and-leave.ts', import.meta.url), [folder]);
  assert.is(await script.nextLine(), '1 death');
  assert.is((await script.ended).code, 0);
  rmSync(folder, { recursive: true, force: true });
});

test('closing says where a death cannot be audited', () =>
  withBook(async (context) => {
    const book = context.another({ audit: lossy(context, 'credential.dead') });
    await endOne({ book });
    assert.is((await refusal(book.close())).code, 'cannot-audit');
  }));

test('many that die at once are no leak that Node warns of', () =>
  withBook(async ({ book, looks }) => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    try {
      for (let i = 0; i < 20; i++) await book.revoke((await book.issue(newSessionId(), REQUEST)).lease.id);
      await until(() => looks.length === 20, 'all are looked at');
      for (const { see } of looks) see({ deadAt: 0, how: 'deleted-and-probed' });
      await book.settled();
      await new Promise(setImmediate);
      assert.equal(warnings, []);
    } finally {
      process.off('warning', note);
    }
  }));

test.run();
