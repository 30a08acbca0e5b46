// What every room needs of the audit log: a place to say what was decided or done before it counts.
import type { AuditEntry } from './store.ts';

/** One thing that happened, before it has its place in the chain. */
export interface AuditEvent {
  /** `request.opened`, `credential.issued`, … */
  readonly type: string;
  /** Principal's or approver's name, or `broker`. */
  readonly actor: string;
  readonly session?: string;
  /** JSON; never a secret. `Secret` values redact themselves. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface AuditLog {
  /**
   * Resolves once the entry is durable in the store and with the operating system in the file.
   * Rejects with `cannot-audit` (exit 74): then what was to be done must not be done.
   */
  append(event: AuditEvent): Promise<AuditEntry>;
}
