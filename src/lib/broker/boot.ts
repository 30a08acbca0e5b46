// What a broker process is told when it starts, and what it answers: the contract between the CLI that starts one
// and `main`. Types only.
import type { PublicError } from '../core/errors.ts';

export interface BootOptions {
  /** Absolute paths. */
  readonly state: string;
  readonly socket: string;
  readonly log: string;
  readonly recordings: string;
  /** null: the built-in configuration. */
  readonly configFile: string | null;
  /** What the CLI read; the broker refuses a file that has changed since. */
  readonly configDigest: string | null;
  /** For a project's file: where a person's trust in its content is noted. null: whoever owns it is trusted. */
  readonly trustFolder: string | null;
  readonly version: string;
  /** PATH of who started it. */
  readonly path: string;
  /** Where the API of the cluster is in whose pod this runs (KUBERNETES_SERVICE_HOST and …_PORT); null elsewhere. */
  readonly kubernetesService: { readonly host: string; readonly port: string } | null;
}

/** One JSON line on descriptor 3, then the descriptor is closed. */
export type BootAnswer =
  | { readonly kind: 'ready'; readonly pid: number }
  /** Another broker holds the lock of this state folder. */
  | { readonly kind: 'already-running' }
  | { readonly kind: 'failed'; readonly error: PublicError };
