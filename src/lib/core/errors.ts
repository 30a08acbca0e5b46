// The one error type that may cross a room's border. `publicMessage` and `hint` may reach the agent;
// `detail` and `cause` only the broker's log. Never put a credential or a child's output in the public part.
import type { ExitCode } from './exit-codes.ts';
import { EXIT } from './exit-codes.ts';

export interface BrokerErrorFields {
  /** Stable, kebab-case, part of the CLI contract: scripts match on it. */
  readonly code: string;
  readonly exit: ExitCode;
  /** Lower-case, no full stop, the value quoted. */
  readonly message: string;
  /** What to do next, as a sentence fragment or a command. */
  readonly hint: string;
  /** For the broker's log only. */
  readonly detail?: string;
  readonly cause?: unknown;
  /** The id of an approval request this error is about. */
  readonly request?: string;
}

/** What a client sees of an error: the same words in text and JSON. */
export interface PublicError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly exit: ExitCode;
  readonly request?: string;
}

/** An expected failure with a code, a sentence and the next step. */
export class BrokerError extends Error {
  readonly code: string;
  readonly exit: ExitCode;
  readonly publicMessage: string;
  readonly hint: string;
  readonly detail: string | undefined;
  readonly request: string | undefined;

  constructor(fields: BrokerErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'BrokerError';
    this.code = fields.code;
    this.exit = fields.exit;
    this.publicMessage = fields.message;
    this.hint = fields.hint;
    this.detail = fields.detail;
    this.request = fields.request;
  }

  /** The part that may leave the broker. */
  toPublic(): PublicError {
    return {
      code: this.code,
      message: this.publicMessage,
      hint: this.hint,
      exit: this.exit,
      ...(this.request === undefined ? {} : { request: this.request }),
    };
  }
}

/** A programmer's mistake: it says that the code is wrong, never that the input is. */
export class Bug extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Bug';
  }
}

/** Turns anything thrown into a BrokerError; what nobody expected becomes `internal` (exit 70). */
export function asBrokerError(thrown: unknown): BrokerError {
  if (thrown instanceof BrokerError) return thrown;
  const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return new BrokerError({
    code: 'internal',
    exit: EXIT.bug,
    message: 'the broker failed in a way it did not expect',
    hint: 'see broker.log in the state folder, and report it',
    detail,
    cause: thrown,
  });
}
