// What a broker needs before its first start: the state folder and the SSH CA's key. Made by `sallyport init`, else by the
// first start.
import { openSshCa } from '../credentials/index.ts';
import { prepareStateFolder } from './state-folder.ts';

/** Creates what is not there yet; returns the CA's public key line. Throws as a broker's start does (78). */
export async function initState(state: string, uid: number): Promise<{ readonly caPublicKeyLine: string }> {
  prepareStateFolder(state, uid);
  const ca = await openSshCa(state);
  return { caPublicKeyLine: ca.publicKeyLine() };
}
