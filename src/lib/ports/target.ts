// A target is a named place a program can run. An adapter turns "run this text there" into a Program and
// knows nothing of policy, recording or approval.
import type { ExitStatus, OutputStream } from '../core/events.ts';
import type { SessionId } from '../core/ids.ts';
import type { TargetKind } from '../core/policy-document.ts';
import type { TerminalSize } from '../core/terminal.ts';
import type { ApiSession } from './api-gate.ts';
import type { Credential, CredentialRequest } from './provider.ts';

/**
 * What to run. `text` is the printed form policy judged: bash source, executed as it stands by bash. `prelude` is the
 * broker's own bash source that the same interpreter reads first. `gated` is a line: its commands come later, one by one.
 * `endpoint` runs nothing: a target that is an API answers clients of the caller's until the session ends.
 */
export type Work =
  | { readonly kind: 'command'; readonly text: string; readonly prelude?: string }
  | { readonly kind: 'gated' }
  | { readonly kind: 'free-terminal' }
  | { readonly kind: 'endpoint' };

/** What earlier commands of a gated session left to the next one. */
export interface Carried {
  /** Absolute real path; undefined where the session is still in the folder it began in. */
  readonly folder: string | undefined;
  /** Exported variables that differ from those of the session's beginning; null for one that was taken away. */
  readonly env: ReadonlyMap<string, string | null>;
}

export interface ProgramSpec {
  readonly session: SessionId;
  /** The task the client claims, for the credential's key id; printable, at most 64 characters. */
  readonly task: string | undefined;
  readonly work: Work;
  /** A terminal of that size and TERM, or null for plain pipes with stdout and stderr apart. */
  readonly pty: { readonly size: TerminalSize; readonly term: string } | null;
  /** The client's working folder; a target with a `cwd` of its own ignores it. */
  readonly cwd: string | undefined;
  /** The client's environment, already reduced by nobody: the target applies its own allow-list. */
  readonly env: Readonly<Record<string, string>>;
  /** In a gated session; goes before `cwd`, `env` and what the target sets itself. */
  readonly carried?: Carried;
  /** Uid of the caller as proven, for targets that run "as the caller". */
  readonly callerUid: number;
  /** Digest of the place this was judged for; where that is another one by now, nothing runs. Undefined for probes. */
  readonly place: string | undefined;
  /** For a target that is an API, and only there. */
  readonly api?: ApiSession;
}

/** Where clients of an API find it; what opens it is the session's token. */
export interface ApiEndpoint {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** PEM of the session's own CA. */
  readonly ca: string;
  /** The namespace clients begin in, where the target has one. */
  readonly namespace: string | undefined;
}

/** Where and as whom a target runs something: what an approver is shown, and what an approval is bound to. No secret. */
export interface Place {
  /** One line for people: `deploy@web-1.internal:22 via ops@bastion:22`, `agent in /srv/app`. */
  readonly summary: string;
  /** Over everything that decides it: jump hosts, pinned keys, folder and environment included. */
  readonly digest: string;
  /** Absolute; where the program starts, and the home of its account. Undefined where that is not known from here. */
  readonly startFolder?: string | undefined;
  readonly home?: string | undefined;
}

/** A process that cannot be taken for another: pids are used again, a pid with its start time in one boot is not. */
export interface ProcessMark {
  readonly pid: number;
  /** Clock ticks after boot (proc(5), `stat`, field 22). */
  readonly startTime: string;
  /** The kernel's id of the boot. */
  readonly boot: string;
}

export interface OutputChunk {
  readonly stream: OutputStream;
  readonly bytes: Uint8Array;
}

export interface InputLook {
  /**
   * `waiting`: blocked until there is input; `maybe`: would take input, but may be busy with something else; `unknown`
   * where that cannot be seen from here.
   */
  readonly state: 'waiting' | 'maybe' | 'busy' | 'unknown';
  /** True where its terminal reads lines and does not echo them: it asks for a password. */
  readonly hidden: boolean;
}

/** A running program. Everything it wrote is delivered before `output` ends, also with a slow reader. */
export interface Program {
  /**
   * Output in order (per stream). Pulling is the backpressure: an adapter keeps at most a few hundred KiB
   * unread, then stops reading. Iterated once. Ends after the last byte.
   */
  readonly output: AsyncIterable<OutputChunk>;
  /** Its first process, where it runs on this machine: what a broker that crashed left running is ended by it. */
  readonly leader: ProcessMark | null;
  /** Of work that is an endpoint. */
  readonly endpoint?: ApiEndpoint;
  /** How it ended; rejects with a BrokerError (`connection-lost`, …) where that cannot be known. */
  readonly exited: Promise<ExitStatus>;
  /** Resolves once the program's side can take more; rejects after exit or a lost connection. */
  write(bytes: Uint8Array): Promise<void>;
  /** End of input: closes the pipe, or types ^D on a terminal. */
  endInput(): void;
  resize(size: TerminalSize): void;
  /** A name such as `SIGINT`; goes to the program's process group. */
  signal(name: string): void;
  /**
   * True while what is typed must not be recorded: the terminal does not echo (a password prompt), or the
   * adapter cannot know. Always false without a terminal.
   */
  inputIsHidden(): boolean;
  /** Whether it waits for input right now. A look takes about a millisecond: not for every chunk. */
  lookAtInput(): InputLook;
  /** Ends the program and everything it holds, connections included; safe to call again. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A way to a target that stays open: commands of one gated session run over it, one after the other. Disposing it ends
 * what still runs, and every connection.
 */
export interface Line extends AsyncDisposable {
  /** Starts a command; as `Target.open` otherwise. Disposing the program leaves the line as it is. */
  start(spec: ProgramSpec, signal: AbortSignal): Promise<Program>;
  /** Aborted once nothing can be started any more; the reason is a BrokerError (`connection-lost`). */
  readonly lost: AbortSignal;
}

/** One line of `targets check`. */
export interface CheckStep {
  readonly name: string;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  readonly detail: string;
  /** What to change, exactly: a line of a file, a command. */
  readonly fix?: string;
}

/** What an administrator of a cluster must know to give the broker its rights there. */
export interface ClusterRights {
  /** Of the service accounts whose tokens the broker asks for. */
  readonly namespace: string;
  readonly serviceAccounts: readonly string[];
  /** As the cluster knows the broker. Rejects with what the cluster's API does. */
  brokerName(signal: AbortSignal): Promise<string>;
}

export interface Target {
  readonly name: string;
  readonly kind: TargetKind;
  /** Of a cluster; nothing of it is looked at before `brokerName` is called. */
  readonly rbac?: ClusterRights;
  /** Where the program would run now. Throws what `open` would reject with where nothing could ever run there. */
  placeOf(spec: Pick<ProgramSpec, 'cwd' | 'callerUid' | 'carried'>): Place;
  /**
   * What must be issued before `open`, one per hop, nearest hop first; empty where none is needed.
   * Pure: nothing is minted here.
   */
  credentialsFor(spec: ProgramSpec): readonly CredentialRequest[];
  /**
   * Starts the work. `credentials` answers `credentialsFor` one for one. Rejects with BrokerError:
   * `target-unreachable`, `target-timeout`, `host-key-mismatch`, `credential-refused`, `cannot-switch-user`, …
   * (exit 69 unless said otherwise), `place-changed` (77). After a rejection nothing is left running.
   */
  open(spec: ProgramSpec, credentials: readonly Credential[], signal: AbortSignal): Promise<Program>;
  /**
   * Opens a line for the commands of a gated session; nothing runs yet. `spec.work` is `gated`; credentials and
   * rejections are those of `open`.
   */
  connect(spec: ProgramSpec, credentials: readonly Credential[], signal: AbortSignal): Promise<Line>;
  /**
   * Walks from the outside in and stops at the first failure. `issue` mints and books a credential for the
   * probe. Changes nothing on the target.
   */
  check(issue: (request: CredentialRequest) => Promise<Credential>, signal: AbortSignal): AsyncIterable<CheckStep>;
}
