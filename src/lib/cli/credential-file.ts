// What opens a kept endpoint, in a file that nobody but this account can read, and the plugin that prints it. A program of ours would do
// as well, and take longer than the request that a client waits for (docs/decisions/0027).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { CredentialPlugin } from '../kubernetes/server/kubeconfig.ts';

export interface CredentialFile extends Disposable {
  readonly plugin: CredentialPlugin;
  /** Once. Throws what the file system says. */
  write(token: string): void;
}

/** A folder of its own, which goes when this is disposed. Throws `cannot-write` (64). */
export function makeCredentialFile(): CredentialFile {
  const folder = makeFolder();
  const file = join(folder, 'credential.json');
  return {
    // `cat` lies elsewhere on some systems, `env` nowhere.
    plugin: { command: '/usr/bin/env', args: ['cat', file] },
    write(token) {
      const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } };
      writeFileSync(file, JSON.stringify(credential), { mode: 0o600, flag: 'wx' });
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'sallyport-endpoint-'));
  } catch (cause) {
    throw new BrokerError({
      code: 'cannot-write',
      exit: EXIT.usage,
      message: `what opens the endpoint cannot be kept in "${tmpdir()}" (${(cause as NodeJS.ErrnoException).code})`,
      hint: 'set TMPDIR to a folder that you can write',
      cause,
    });
  }
}
