// Why a request goes to no server: its form alone is reason enough, whatever policy says. The client is told as Kubernetes tells it.

/** HTTP status codes a request may be refused with before policy is asked. */
export type RefusalStatus = 400 | 403 | 404 | 405 | 413 | 415 | 429 | 501;

export interface RefusalFields {
  readonly status: RefusalStatus;
  /** Stable, kebab-case: programs and the audit log match on it. */
  readonly code: string;
  /** Lower-case, no full stop, the value quoted. */
  readonly message: string;
  /** What to do instead. */
  readonly hint: string;
}

/** A request whose form is not let through. */
export class RefusedRequest extends Error {
  readonly status: RefusalStatus;
  readonly code: string;
  readonly hint: string;

  constructor({ status, code, message, hint }: RefusalFields) {
    super(message);
    this.name = 'RefusedRequest';
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}
