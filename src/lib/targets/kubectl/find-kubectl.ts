// Where a client's PATH has kubectl, asked before anything is minted for it.
import { join } from 'node:path';
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { isExecutable } from '../os-user.ts';

/** Absolute path of the first one; undefined for none. Relative parts of a PATH are the working folder's, and nobody's here. */
export const findKubectl = (path: string): string | undefined =>
  path
    .split(':')
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, 'kubectl'))
    .find(isExecutable);

/** Throws `no-kubectl` (69). */
export function requireKubectl(path: string): string {
  const found = findKubectl(path);
  if (found !== undefined) return found;
  throw new BrokerError({
    code: 'no-kubectl',
    exit: EXIT.unavailable,
    message: `there is no kubectl in "${path.slice(0, 300)}"`,
    hint: 'install kubectl on the machine of the broker, or correct the PATH',
  });
}
