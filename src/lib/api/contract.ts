// What CLI and broker agree on. Both ends are the same package, but not always the same version of it: a private
// broker may still run from before an upgrade. `API_VERSION` changes with every change another version would misread.
import type { PublicError } from '../core/errors.ts';
import type { Invocation, Notice } from '../session/client.ts';
import type { ExecRequest, ExecResult } from '../session/gated/exec.ts';
import type { SessionResult } from '../session/result.ts';

export const API_VERSION = 3;
/** Request header with the client's API version; a broker of another version answers 426. */
export const VERSION_HEADER = 'sallyport-api';

/** Longest message on the attach socket: an environment and a command; policy's own limit for that is far lower. */
export const MAX_MESSAGE_BYTES = 2 * 1024 * 1024;
/** Longest body of a request: a batch of commands to check. */
export const MAX_REQUEST_BYTES = 2 * 1024 * 1024;

/** What `/hello` answers to clients of every version, so these fields never change their meaning. */
export interface Hello {
  readonly api: number;
  readonly version: string;
  readonly pid: number;
  readonly mode: 'private' | 'service';
  /** File the broker was configured from, or null for the built-in configuration. */
  readonly configFile: string | null;
  /** SHA-256 of that file as it was when its policy was loaded. */
  readonly configDigest: string | null;
  readonly state: string;
  readonly sessions: number;
  readonly startedAt: number;
  /** Absent where an older broker answers. */
  readonly policy?: PolicyStatus;
  readonly principal: string;
  readonly proof: { readonly method: string; readonly uid: number; readonly pid: number };
}

/** Which policy counts, and what became of the last change of its file. Times in ms since 1970. */
export interface PolicyStatus {
  /** Of all that it was loaded from, own packs included; null for the built-in one. */
  readonly digest: string | null;
  /** Of the config file alone. */
  readonly configDigest: string | null;
  readonly loadedAt: number;
  /** The change that does not count, until it is mended. Only its time where the caller is not the broker's owner. */
  readonly rejected: {
    readonly at: number;
    readonly digest: string | null;
    readonly code: string;
    readonly message: string;
    readonly hint: string;
  } | null;
  /** Sections of the file that are not as they were when the broker started; they count from its next start on. */
  readonly needsRestart: readonly string[];
}

/** Text messages on the attach socket, client to broker; stdin travels as binary messages. */
export type ClientMessage =
  | { readonly type: 'open'; readonly invocation: Invocation }
  /** A command of a gated session, in the place of `open`. */
  | { readonly type: 'exec'; readonly exec: ExecRequest }
  | { readonly type: 'end' }
  /** No more input from this client; the program's own stays open. */
  | { readonly type: 'pause' }
  | { readonly type: 'resize'; readonly cols: number; readonly rows: number }
  | { readonly type: 'signal'; readonly name: string };

/** Text messages, broker to client; output travels as binary messages whose first byte names the stream. */
export type BrokerMessage =
  | { readonly type: 'notice'; readonly notice: Notice }
  /** An ExecResult is the answer to `exec`. */
  | { readonly type: 'result'; readonly result: SessionResult | ExecResult }
  /** The client did not keep to the protocol; the socket is closed. */
  | { readonly type: 'refused'; readonly error: PublicError };
