// What the use-case needs, declared by the one who uses it; the broker's composition root fills it in.
import type { ApprovalDesk } from '../approval/desk.ts';
import type { ApiRequest } from '../core/api-request.ts';
import type { Clock } from '../core/clock.ts';
import type { CommandInput } from '../core/command-input.ts';
import type { Decision } from '../core/decision.ts';
import type { BrokerError } from '../core/errors.ts';
import type { TargetKind } from '../core/policy-document.ts';
import type { LeaseBook } from '../leases/book.ts';
import type { Archive } from '../ports/archive.ts';
import type { AuditLog } from '../ports/audit.ts';
import type { SessionStore } from '../ports/store.ts';
import type { Carried, Target } from '../ports/target.ts';
import type { GatedSession } from './gated/gated-session.ts';
import type { LiveSessions } from './live-sessions.ts';
import type { Masking } from './masking/session-mask.ts';
import type { Probing } from './probing.ts';
import type { Quota } from './requests/quota.ts';

/** A target with what the session must know of its configuration. */
export interface TargetEntry {
  readonly target: Target;
  /** True where the program starts in the caller's folder; then the folder is part of what is approved. */
  readonly keepsCallerFolder: boolean;
  readonly limits: { readonly hardMs: number; readonly idleMs: number };
  /** Of a target that is an API. */
  readonly quota?: Quota;
  /** What earlier commands of a gated session left, where it is one. */
  readonly carried?: Carried;
}

/** Where a command would run, for policy. */
export interface JudgeContext {
  readonly target: string;
  readonly kind: TargetKind;
  readonly principal: string;
  /** What the caller says it works on. */
  readonly task?: string | null;
  readonly cwd?: string;
  readonly home?: string;
  /** Exported variables it would start with, where those are known; null for one that is not set. */
  readonly env?: ReadonlyMap<string, string | null>;
}

/** A request to the API of a cluster, as policy judges it. */
export interface JudgedRequest {
  readonly request: ApiRequest;
  /** The object as it would be there afterwards, where that is known, else as it was sent; undefined for none. */
  readonly object: unknown;
  /** The server will surely change nothing. */
  readonly isDryRun: boolean;
  /** `object` is what the server said would be there. */
  readonly isResult?: boolean;
  /** A server-side apply, which makes what is not there. */
  readonly isApply?: boolean;
}

/** Asked anew for each thing that is to run: the policy behind it may be replaced at any time. */
export interface Judge {
  /** Judges a whole command; `printed` is the only form that may run. Throws BrokerError for what is no command. */
  command(input: CommandInput, context: JudgeContext): { readonly decision: Decision; readonly printed: string };
  freeTerminal(context: JudgeContext): Decision;
  /** The client of an API that is judged request by request: it may always run; `printed` is the only form that may. */
  client(input: CommandInput | null): { readonly decision: Decision; readonly printed: string | null };
  request(asked: JudgedRequest, context: JudgeContext): Decision;
  /** True where the object as it would be afterwards may change what is said of it. */
  needsResult(asked: JudgedRequest): boolean;
}

export interface SessionDeps {
  readonly targets: ReadonlyMap<string, TargetEntry>;
  readonly judge: Judge;
  readonly masking: Masking;
  readonly probing: Probing;
  readonly desk: Pick<ApprovalDesk, 'open' | 'wait' | 'useGrant'>;
  readonly leases: Pick<LeaseBook, 'issue' | 'revoke'>;
  readonly sessions: SessionStore;
  readonly archive: Archive;
  readonly audit: AuditLog;
  readonly live: LiveSessions;
  /** The gated sessions that are open, by id. */
  readonly gated: Map<string, GatedSession>;
  readonly clock: Clock;
  /** For the broker's own log: what it failed at, with the detail that no client is told. */
  readonly logError: (error: BrokerError) => void;
  /** How long a request stays open where its rule does not say, ms. */
  readonly approvalWaitMs: number;
  readonly maxRecordingBytes: number;
  /** Home folder of a uid, for `~` in policy. */
  readonly homeOf: (uid: number) => string | undefined;
}
