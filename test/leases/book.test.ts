// The lease book: nothing is handed out that is not written down, and nothing written down is left alive.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { newLeaseId, newSessionId } from '../../src/lib/core/ids.ts';
import { openSshCa, sshCaProvider } from '../../src/lib/credentials/index.ts';
import { type LeaseBook, leaseBook } from '../../src/lib/leases/book.ts';
import type { AuditLog } from '../../src/lib/ports/audit.ts';
import type { LeaseStore } from '../../src/lib/ports/store.ts';
import { runScript } from '../helpers/child-script.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';
import { refusal } from '../helpers/refusal.ts';
import { openState, type TestState, withState } from '../helpers/state.ts';
import { type FakeProvider, fakeProvider, REQUEST } from './fake-provider.ts';

interface Context extends TestState {
  readonly clock: FakeClock;
  readonly provider: FakeProvider;
  readonly book: LeaseBook;
  /** A book over the same state with some of its parts replaced: as another process, or on a failing disk. */
  another(parts?: { leases?: Partial<LeaseStore>; audit?: AuditLog }): LeaseBook;
}

async function withBook(work: (context: Context) => Promise<void>): Promise<void> {
  const clock = fakeClock();
  await withState(async (state) => {
    const provider = fakeProvider(state.folder, clock);
    const another: Context['another'] = ({ leases = {}, audit = state.audit } = {}) =>
      leaseBook({
        store: { ...state.store, leases: { ...state.store.leases, ...leases } },
        providers: [provider],
        audit,
        clock,
      });
    await work({ ...state, clock, provider, another, book: another() });
  }, clock);
}

const diskFull = async () => {
  throw new BrokerError({ code: 'state-unavailable', exit: 74, message: 'the disk is full', hint: 'free some space' });
};
const types = async ({ entries }: TestState) => (await entries()).map(({ type }) => type);
const states = async ({ store }: TestState, session: ReturnType<typeof newSessionId>) =>
  (await store.leases.ofSession(session)).map(({ state }) => state);

test('a lease is in the book before its credential exists, live when handed out, and revoked with the time of death', () =>
  withBook(async (context) => {
    const { book, provider, store, clock } = context;
    const session = newSessionId();
    let inBook: readonly string[] = [];
    provider.before.issue = async () => {
      assert.equal(provider.alive(), []);
      inBook = await states(context, session);
    };
    const { lease } = await book.issue(session, REQUEST);
    assert.equal(inBook, ['planned']);
    assert.equal(await states(context, session), ['live']);
    clock.advance(500);
    const revocation = await book.revoke(lease.id);
    assert.equal(revocation, { deadAt: clock.now(), how: 'deleted' });
    assert.equal(provider.alive(), []);
    assert.equal((await store.leases.get(lease.id))?.revocation, revocation);
    const [issued, revoked] = await context.entries();
    assert.is(issued?.type, 'credential.issued');
    assert.equal([revoked?.type, revoked?.session], ['credential.revoked', session]);
    assert.equal([revoked?.data.deadAt, revoked?.data.how, revoked?.data.wasState], [clock.now(), 'deleted', 'live']);
    assert.not.match(JSON.stringify(await context.entries()), 'private key of no use');
  }));

test('ending a lease twice, or twice at once, ends it once', () =>
  withBook(async (context) => {
    const { book, provider } = context;
    const { lease } = await book.issue(newSessionId(), REQUEST);
    const [first, second] = await Promise.all([book.revoke(lease.id), book.revoke(lease.id)]);
    assert.equal(second, first);
    assert.equal(await book.revoke(lease.id), first);
    assert.is(provider.revocations, 1);
    assert.equal(await types(context), ['credential.issued', 'credential.revoked']);
    assert.is((await refusal(book.revoke(newLeaseId()))).code, 'unknown-lease');
  }));

test('when a plan is refused, or its provider is unknown, nothing is written and nothing is issued', () =>
  withBook(async (context) => {
    const { book, provider, store } = context;
    provider.before.plan = () => {
      throw new BrokerError({ code: 'too-long', exit: 78, message: 'no', hint: 'ask for less' });
    };
    assert.is((await refusal(book.issue(newSessionId(), REQUEST))).code, 'too-long');
    const error = await refusal(book.issue(newSessionId(), { ...REQUEST, provider: 'vault' as 'ssh-ca' }));
    assert.equal([error.code, error.exit], ['unknown-provider', 78]);
    assert.equal(await store.leases.open(), []);
    assert.equal([provider.alive(), await types(context)], [[], []]);
  }));

test('when the book cannot be written, no credential is ever made', () =>
  withBook(async ({ another, provider }) => {
    let issued = 0;
    provider.before.issue = async () => {
      issued++;
    };
    const error = await refusal(another({ leases: { insert: diskFull } }).issue(newSessionId(), REQUEST));
    assert.equal([error.code, error.exit, issued], ['state-unavailable', 74, 0]);
  }));

const FAILING: readonly [string, string, (context: Context) => LeaseBook][] = [
  [
    'the provider fails before anything exists',
    'cannot-issue',
    ({ provider, book }) => {
      provider.before.issue = async () => {
        throw new Error('no route');
      };
      return book;
    },
  ],
  [
    'the provider fails after the credential exists',
    'cannot-issue',
    ({ provider, book }) => {
      provider.afterIssue = async () => {
        throw new Error('connection reset');
      };
      return book;
    },
  ],
  [
    'the book cannot be told that it is live',
    'state-unavailable',
    ({ another }) => another({ leases: { markLive: diskFull } }),
  ],
  [
    'the lease was closed meanwhile',
    'cannot-issue',
    ({ another }) => another({ leases: { markLive: async () => false } }),
  ],
  [
    'the audit log takes nothing',
    'cannot-audit',
    ({ another }) =>
      another({
        audit: {
          append: () => Promise.reject(new BrokerError({ code: 'cannot-audit', exit: 74, message: 'full', hint: 'x' })),
        },
      }),
  ],
];
for (const [what, code, prepare] of FAILING) {
  test(`when ${what}, nothing is handed out and nothing is left alive`, () =>
    withBook(async (context) => {
      const session = newSessionId();
      const error = await refusal(prepare(context).issue(session, REQUEST));
      assert.is(error.code, code);
      assert.equal(context.provider.alive(), []);
      assert.equal(await states(context, session), ['revoked']);
    }));
}

test('a lease that could not be ended stays in the book, is audited, and the next sweep ends it', () =>
  withBook(async (context) => {
    const { book, provider, store } = context;
    const { lease } = await book.issue(newSessionId(), REQUEST);
    provider.before.revoke = async () => {
      throw new Error('no route');
    };
    const error = await refusal(book.revoke(lease.id));
    assert.equal([error.code, error.exit], ['lease-not-revoked', 69]);
    assert.match(error.hint, 'expires by itself at 2023-');
    assert.equal(
      (await store.leases.open()).map(({ id }) => id),
      [lease.id],
    );
    const [failed] = await book.sweep();
    assert.equal([failed?.lease, failed?.error.code], [lease.id, 'lease-not-revoked']);
    provider.before.revoke = async () => {};
    assert.equal(await book.sweep(), []);
    assert.equal([provider.alive(), await store.leases.open()], [[], []]);
    assert.equal(await types(context), [
      'credential.issued',
      'credential.revoke-failed',
      'credential.revoke-failed',
      'credential.swept',
    ]);
  }));

test('a failed revocation is the news, also where the audit log fails with it', () =>
  withBook(async ({ book, provider, audit }) => {
    const { lease } = await book.issue(newSessionId(), REQUEST);
    provider.before.revoke = async () => {
      throw new Error('no route');
    };
    await audit.close();
    assert.is((await refusal(book.revoke(lease.id))).code, 'lease-not-revoked');
    assert.equal(provider.alive().length, 1);
  }));

test('a sweep ends what an earlier broker left, and never what this one holds', () =>
  withBook(async ({ book, another, provider, store, entries }) => {
    const left = await another().issue(newSessionId(), REQUEST);
    const held = await book.issue(newSessionId(), REQUEST);
    assert.equal(await book.sweep(), []);
    assert.equal(provider.alive(), [`credential-${held.lease.plan.ref.serial}`]);
    assert.is((await store.leases.get(left.lease.id))?.state, 'revoked');
    assert.equal(
      (await entries('credential.swept')).map(({ data }) => data.lease),
      [left.lease.id],
    );
    assert.ok((await book.revoke(held.lease.id)).deadAt);
  }));

test('a sweep while a lease is being issued leaves it alone', () =>
  withBook(async ({ book, provider, store }) => {
    provider.afterIssue = async () => {
      assert.equal(await book.sweep(), []);
    };
    const { lease } = await book.issue(newSessionId(), REQUEST);
    assert.is((await store.leases.get(lease.id))?.state, 'live');
    assert.is(provider.alive().length, 1);
  }));

test('two sweeps at once end each lease once', () =>
  withBook(async ({ another, book, provider, entries }) => {
    for (let index = 0; index < 5; index++) await another().issue(newSessionId(), REQUEST);
    assert.equal(await Promise.all([book.sweep(), book.sweep()]), [[], []]);
    assert.equal([provider.alive(), provider.revocations], [[], 5]);
    assert.is((await entries('credential.swept')).length, 5);
  }));

test('one lease that cannot be swept does not keep the others alive', () =>
  withBook(async ({ another, book, provider }) => {
    for (let index = 0; index < 3; index++) await another().issue(newSessionId(), REQUEST);
    let call = 0;
    provider.before.revoke = async () => {
      if (++call === 1) throw new Error('no route');
    };
    assert.equal(
      (await book.sweep()).map(({ error }) => error.code),
      ['lease-not-revoked'],
    );
    assert.is(provider.alive().length, 1);
  }));

test('a lease whose provider is no longer configured is reported, not forgotten', () =>
  withBook(async ({ another, store, audit, clock }) => {
    const { lease } = await another().issue(newSessionId(), REQUEST);
    const without = leaseBook({ store, providers: [], audit, clock });
    const [failed] = await without.sweep();
    assert.equal([failed?.lease, failed?.error.code], [lease.id, 'lease-not-revoked']);
    assert.match(failed?.error.publicMessage ?? '', 'no credential provider is called "fake"');
    assert.is((await store.leases.open()).length, 1);
  }));

test('after revocation the key of an ssh certificate cannot be read by anybody who still holds it', () =>
  withBook(async ({ store, audit, clock, folder }) => {
    const ca = await openSshCa(mkdtempSync(join(folder, 'ca-')));
    const book = leaseBook({ store, providers: [sshCaProvider({ ca, clock })], audit, clock });
    const { lease, credential } = await book.issue(newSessionId(), { ...REQUEST, provider: 'ssh-ca' });
    if (credential.kind !== 'ssh-certificate') throw new Error(credential.kind);
    assert.match(credential.privateKey.reveal(), 'OPENSSH PRIVATE KEY');
    assert.is((await book.revoke(lease.id)).how, 'key-destroyed');
    for (const secret of [credential.privateKey, ...credential.knownSecrets]) {
      assert.throws(
        () => secret.reveal(),
        (error: { code: string }) => error.code === 'credential-revoked',
      );
    }
  }));

for (const [step, aliveBefore] of [
  ['before the credential exists', 0],
  ['before the book knows that it is live', 1],
  ['while it is in use', 1],
  ['before it is revoked', 1],
  ['before the book knows that it is dead', 0],
] as const) {
  test(`a broker killed ${step} leaves nothing alive once the next one has swept`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-lease-'));
    try {
      const script = runScript(new URL('./issue-and-stop.ts', import.meta.url), [folder, step]);
      assert.is(await script.nextLine(), 'here');
      await script.kill();
      const clock = fakeClock();
      const state = await openState(folder, clock);
      const provider = fakeProvider(folder, clock);
      assert.is(provider.alive().length, aliveBefore);
      assert.is((await state.store.leases.open()).length, 1);
      const book = leaseBook({ store: state.store, providers: [provider], audit: state.audit, clock });
      assert.equal(await book.sweep(), []);
      assert.equal(await book.sweep(), []);
      assert.equal([provider.alive(), await state.store.leases.open()], [[], []]);
      const swept = await state.entries('credential.swept');
      assert.equal(
        swept.map(({ data }) => data.deadAt),
        [clock.now()],
      );
      await state.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test.run();
