// Where state lives. One interface per aggregate; a state changes only from the state it was expected in.
import type { LeaseId, RequestId, SessionId } from '../core/ids.ts';
import type { LeasePlan, Revocation } from './provider.ts';
import type { ProcessMark } from './target.ts';

export interface SessionRow {
  readonly id: SessionId;
  /** One command, command by command, or a raw terminal. */
  readonly mode: 'one-shot' | 'gated' | 'free';
  readonly target: string;
  readonly kind: string;
  readonly principal: string;
  readonly task: string | null;
  /** The printed command of a one-shot, else null. */
  readonly command: string | null;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** `open`, then one of the two: ended by the child, or by the broker. */
  readonly state: 'open' | 'child' | 'broker' | 'lost';
  readonly exitCode: number | null;
  readonly reason: string | null;
  /** The first process of its program, or of the newest of its programs, where that runs on this machine. */
  readonly leader: ProcessMark | null;
}

export interface SessionStore {
  insert(
    row: Pick<SessionRow, 'id' | 'mode' | 'target' | 'kind' | 'principal' | 'task' | 'command' | 'startedAt'>,
  ): Promise<void>;
  /** Which process to end where the broker dies, in the place of one noted before; only from `open`. */
  noteLeader(id: SessionId, leader: ProcessMark): Promise<void>;
  /** Only from `open`; false where it had ended already. */
  finish(
    id: SessionId,
    end: Pick<SessionRow, 'endedAt' | 'exitCode' | 'reason'> & { state: 'child' | 'broker' | 'lost' },
  ): Promise<boolean>;
  get(id: SessionId): Promise<SessionRow | undefined>;
  /** Newest first. */
  list(filter: { readonly state?: 'open'; readonly limit: number }): Promise<readonly SessionRow[]>;
}

export interface LeaseRow {
  readonly id: LeaseId;
  readonly session: SessionId;
  readonly plan: LeasePlan;
  /** planned → live → revoked; planned → revoked where issuing failed. */
  readonly state: 'planned' | 'live' | 'revoked';
  readonly revocation: Revocation | null;
}

export interface LeaseStore {
  insert(row: Pick<LeaseRow, 'id' | 'session' | 'plan'>): Promise<void>;
  markLive(id: LeaseId): Promise<boolean>;
  markRevoked(id: LeaseId, revocation: Revocation): Promise<boolean>;
  get(id: LeaseId): Promise<LeaseRow | undefined>;
  /** Every lease not yet revoked, oldest first. */
  open(): Promise<readonly LeaseRow[]>;
  ofSession(session: SessionId): Promise<readonly LeaseRow[]>;
}

export type RequestState = 'pending' | 'approved' | 'used' | 'denied' | 'expired' | 'cancelled';

/**
 * What was asked for, as people are shown it; the signed statement of an approver covers the digest of exactly this.
 * Secrets in it are masked.
 */
export interface RequestSubject {
  readonly target: string;
  readonly kind: string;
  readonly principal: string;
  readonly task: string | null;
  /** The printed form that will run; null for a free terminal. */
  readonly command: string | null;
  /** The caller's folder, as far as the target honours it. */
  readonly cwd: string | null;
  /** Where and as whom it will run, in words, and the digest of all that decides it. */
  readonly place: string;
  readonly placeDigest: string;
  /** The rule that asked, and why. */
  readonly rule: string;
  /**
   * Absent where nothing is: how many values are masked, a keyed digest that binds what stands behind the masks, and
   * whether that holds what a shell may act on.
   */
  readonly masked?: { readonly count: number; readonly digest: string; readonly hidesCode: boolean };
}

export interface RequestRow {
  readonly id: RequestId;
  readonly state: RequestState;
  readonly subject: RequestSubject;
  /** digestOf(subject): a grant fits a later invocation exactly when this is equal. */
  readonly digest: string;
  /** What the requester says it is for; not part of the digest; untrusted text. */
  readonly why: string | null;
  readonly reason: string;
  readonly approvers: readonly string[];
  readonly quorum: number;
  readonly createdAt: number;
  /** Pending until then; an approval must be used before it, too. */
  readonly expiresAt: number;
  readonly votes: readonly VoteRow[];
}

export interface VoteRow {
  readonly approver: string;
  readonly verdict: 'approve' | 'deny';
  readonly reason: string | null;
  readonly at: number;
  /** The statement that was signed, and the armoured SSH signature: evidence for later. */
  readonly statement: string;
  readonly signature: string;
}

export interface RequestStore {
  insert(row: Omit<RequestRow, 'state' | 'votes'>): Promise<void>;
  get(id: RequestId): Promise<RequestRow | undefined>;
  /** Every request whose id starts with `prefix`, by id: people type a few characters. */
  withPrefix(prefix: string, limit: number): Promise<readonly RequestRow[]>;
  /** Oldest first. */
  list(filter: { readonly state?: RequestState; readonly limit: number }): Promise<readonly RequestRow[]>;
  /**
   * Adds a vote to a pending, unexpired request and, in the same transaction, moves it to `denied` (one deny)
   * or `approved` (quorum of different approvers). Returns the row as it is afterwards, or undefined where
   * the request was not pending any more or this approver had voted: then nothing changed.
   */
  vote(id: RequestId, vote: VoteRow): Promise<RequestRow | undefined>;
  /** Takes an approved, unexpired request with this digest, approved → used; undefined where there is none. */
  use(digest: string, now: number): Promise<RequestRow | undefined>;
  /** pending → cancelled. */
  cancel(id: RequestId): Promise<boolean>;
  /** pending or approved → expired for everything past its time; the rows that changed. */
  expire(now: number): Promise<readonly RequestRow[]>;
  /** A pending request with this digest, so that asking twice opens one. */
  pending(digest: string): Promise<RequestRow | undefined>;
}

/** One entry of the hash chain. `hash` = SHA-256 over canonical JSON of the entry without `hash`. */
export interface AuditEntry {
  readonly seq: number;
  readonly at: number;
  /** `session.opened`, `command.judged`, `request.decided`, `credential.issued`, … */
  readonly type: string;
  /** Principal's or approver's name, or `broker`. */
  readonly actor: string;
  readonly session: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly previous: string;
  readonly hash: string;
}

export interface AuditStore {
  last(): Promise<AuditEntry | undefined>;
  append(entry: AuditEntry): Promise<void>;
  /** The last entry of that type about a session. */
  latestOf(session: string, type: string): Promise<AuditEntry | undefined>;
  /** Ascending by seq, from `seq` on. */
  from(seq: number, limit: number): Promise<readonly AuditEntry[]>;
}

export interface Store {
  readonly sessions: SessionStore;
  readonly leases: LeaseStore;
  readonly requests: RequestStore;
  readonly audit: AuditStore;
  close(): Promise<void>;
}
