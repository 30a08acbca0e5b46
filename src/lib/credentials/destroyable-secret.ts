// A secret that can be taken back from everybody who holds it.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { Secret } from '../core/secret.ts';

/** `what` is the noun of the message once it is gone: `ssh key`. */
export class DestroyableSecret extends Secret<string> {
  #text: string | undefined;
  readonly #what: string;

  constructor(text: string, what: string) {
    // The base class keeps its value for ever; this one must be able to let go of it.
    super('');
    this.#text = text;
    this.#what = what;
  }

  destroy(): void {
    this.#text = undefined;
  }

  /** Throws `credential-revoked` (69) once it was destroyed. */
  override reveal(): string {
    if (this.#text !== undefined) return this.#text;
    throw new BrokerError({
      code: 'credential-revoked',
      exit: EXIT.unavailable,
      message: `the ${this.#what} of this session was destroyed`,
      hint: 'open a new session',
    });
  }
}
