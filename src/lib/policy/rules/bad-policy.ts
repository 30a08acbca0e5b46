// The error for a policy that cannot be used.
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';

export function badPolicy(message: string, hint: string, cause?: unknown): BrokerError {
  return new BrokerError({ code: 'bad-policy', exit: EXIT.configuration, message, hint, cause });
}
