// Approvers with real keys, a desk over a real store, and decisions signed by ssh-keygen.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApproverEntry } from '../../src/lib/approval/approvers.ts';
import { type ApprovalDesk, approvalDesk } from '../../src/lib/approval/desk.ts';
import type { Asked } from '../../src/lib/approval/new-request.ts';
import { APPROVAL_NAMESPACE, statementText, subjectDigest } from '../../src/lib/approval/statement.ts';
import type { Principal } from '../../src/lib/core/principal.ts';
import type { RequestRow, RequestSubject } from '../../src/lib/ports/store.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { newKey, signWith, type TestKey } from './ssh-keys.ts';
import { type TestState, withState } from './state.ts';

/** A folder for keys; removed when the test's process ends. */
export const keyFolder = mkdtempSync(join(tmpdir(), 'sallyport-keys-'));
process.on('exit', () => rmSync(keyFolder, { recursive: true, force: true }));

export const KEYS = {
  alice: newKey(keyFolder, 'alice'),
  bob: newKey(keyFolder, 'bob'),
  carol: newKey(keyFolder, 'carol'),
  mallory: newKey(keyFolder, 'mallory'),
} as const;

export const AGENT: Principal = principal('agent', 1001);
export const ALICE: Principal = principal('alice', 1002);

export function principal(user: string, uid: number): Principal {
  return { name: `unix:${user}`, proof: { method: 'unix-peer', uid, gid: uid, pid: 4242 } };
}

/** Alice and Bob are in `ops`; Carol is not, and is the OS user `carol`. */
export const PEOPLE: ReadonlyMap<string, ApproverEntry> = new Map([
  ['alice', { keys: [KEYS.alice.line], groups: ['ops'] }],
  ['bob', { keys: [KEYS.bob.line], groups: ['ops'] }],
  ['carol', { keys: [KEYS.carol.line], groups: [], user: 'carol' }],
]);

export const SUBJECT: RequestSubject = {
  target: 'web-1',
  kind: 'ssh',
  principal: AGENT.name,
  task: null,
  command: 'systemctl restart app',
  cwd: null,
  place: 'deploy@web-1.internal:22',
  placeDigest: 'sha256:web-1',
  rule: 'restart',
};

export const TERMS = { approvers: [], quorum: 1, ttlMs: 600_000 } as const;

export function asked(changes: Partial<Asked> = {}): Asked {
  return { subject: SUBJECT, why: null, reason: 'a restart is seen by users', terms: TERMS, ...changes };
}

export interface DeskContext extends TestState {
  readonly desk: ApprovalDesk;
  readonly clock: FakeClock;
  /** Another desk over the same state, as after a restart with another config. */
  reopen(approvers: ReadonlyMap<string, ApproverEntry>): ApprovalDesk;
}

export async function withDesk(
  work: (context: DeskContext) => Promise<void>,
  approvers: ReadonlyMap<string, ApproverEntry> = PEOPLE,
): Promise<void> {
  const clock = fakeClock();
  await withState(async (state) => {
    const reopen = (people: ReadonlyMap<string, ApproverEntry>) => approvalDesk({ ...state, clock, approvers: people });
    await work({ ...state, clock, reopen, desk: reopen(approvers) });
  }, clock);
}

export interface Signing {
  readonly approver?: string;
  readonly decision?: 'approve' | 'deny';
  readonly reason?: string | null;
  readonly key?: TestKey;
  readonly decider?: Principal;
  /** Signed in place of the right one, and sent. */
  readonly statement?: string;
  /** Sent in place of what was signed. */
  readonly sentStatement?: string;
  readonly namespace?: string;
  readonly signature?: string;
}

/** A decision on a request as the CLI would make and send it, or as an attacker would. */
export function decisionOn(row: Pick<RequestRow, 'id' | 'subject'>, signing: Signing = {}) {
  const { approver = 'alice', decision = 'approve', reason = null, decider = ALICE } = signing;
  const key = signing.key ?? KEYS[approver as keyof typeof KEYS];
  const digest = subjectDigest(row.subject);
  const statement = signing.statement ?? statementText({ decision, request: row.id, digest, approver, reason });
  const signature = signing.signature ?? signWith(key, signing.namespace ?? APPROVAL_NAMESPACE, statement);
  return { id: row.id, approver, decision, reason, decider, signature, statement: signing.sentStatement ?? statement };
}
