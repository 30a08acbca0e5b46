// The folder of one session's kubeconfig: nobody but its client's account reads the file, and nothing of it is left when the session
// has ended.
import { chmodSync, chownSync, lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import type { Secret } from '../../core/secret.ts';

export interface KubeconfigFolder extends Disposable {
  readonly file: string;
}

/**
 * `owner`: the account of the client where that is not the broker's. It cannot write the folder then: what removes it later is root, and
 * must not be led elsewhere by a link. Throws `no-kubeconfig-folder` (69).
 */
export function makeKubeconfigFolder(
  session: string,
  kubeconfig: Secret<string>,
  owner: { readonly uid: number; readonly gid: number } | null,
): KubeconfigFolder {
  try {
    const folder = mkdtempSync(join(tmpdir(), prefixOf(session)));
    const file = join(folder, 'config');
    writeFileSync(file, kubeconfig.reveal(), { mode: owner === null ? 0o600 : 0o400, flag: 'wx' });
    if (owner !== null) {
      chownSync(file, owner.uid, owner.gid);
      // To go through, and no more.
      chownSync(folder, 0, owner.gid);
      chmodSync(folder, 0o710);
    }
    return { file, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
  } catch (cause) {
    throw new BrokerError({
      code: 'no-kubeconfig-folder',
      exit: EXIT.unavailable,
      message: 'the broker cannot write the kubeconfig of the session',
      hint: `check the space and permissions of "${tmpdir()}"`,
      cause,
    });
  }
}

/** Removes what a broker that died left of a session. Only the broker's own: whoever may write in a temporary folder may use its names. */
export function removeLostKubeconfig(session: string, brokerUid: number): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(prefixOf(session))) continue;
    const folder = join(tmpdir(), name);
    const found = lstatSync(folder, { throwIfNoEntry: false });
    if (found?.isDirectory() && found.uid === brokerUid) rmSync(folder, { recursive: true, force: true });
  }
}

const prefixOf = (session: string): string => `sallyport-kube-${session}-`;
