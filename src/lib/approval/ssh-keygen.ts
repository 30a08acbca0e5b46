// Where ssh-keygen is. Only in the system's own places: a search path belongs to whoever set it.
import { accessSync, constants } from 'node:fs';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

const PLACES = [
  '/usr/bin/ssh-keygen',
  '/bin/ssh-keygen',
  '/usr/local/bin/ssh-keygen',
  '/opt/homebrew/bin/ssh-keygen',
  '/run/current-system/sw/bin/ssh-keygen',
];

/** Absolute path of ssh-keygen. Throws `no-ssh-keygen` (exit 69). */
export function findSshKeygen(places: readonly string[] = PLACES): string {
  const found = places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      // Not there, or not for us: the next place.
      return false;
    }
  });
  if (found !== undefined) return found;
  throw new BrokerError({
    code: 'no-ssh-keygen',
    exit: EXIT.unavailable,
    message: 'ssh-keygen was not found, so no approval can be signed or verified',
    hint: 'install the OpenSSH client, 8.2 or newer',
    detail: `looked at ${places.join(', ')}`,
  });
}
