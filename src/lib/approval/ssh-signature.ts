// Reads the envelope of an SSH signature (OpenSSH PROTOCOL.sshsig): which key made it, and whether a hand was at the token.
// It verifies nothing; what it says counts only after ssh-keygen verified the very bytes that `armoured` holds.
import { SshReader, SshWireError } from '../core/ssh-wire.ts';

export interface SshSignature {
  /** Base64 of the public key inside. */
  readonly publicKey: string;
  /** For FIDO keys: whether the token was touched (the flag is part of what the token signs); null for other keys. */
  readonly userPresent: boolean | null;
  /** The same signature, armoured anew: nothing before it, after it or between its lines. */
  readonly armoured: string;
}

const BEGIN = '-----BEGIN SSH SIGNATURE-----';
const END = '-----END SSH SIGNATURE-----';
const MAX_LENGTH = 16 * 1024;
const USER_PRESENT = 0x01;

/** The signature, or undefined where the text is not exactly one. */
export function readSshSignature(text: string): SshSignature | undefined {
  const trimmed = text.length > MAX_LENGTH ? '' : text.trim();
  if (!trimmed.startsWith(BEGIN) || !trimmed.endsWith(END)) return undefined;
  const base64 = trimmed.slice(BEGIN.length, -END.length).replace(/\s/g, '');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) return undefined;
  try {
    const reader = new SshReader(bytes);
    if (reader.raw(6).toString('latin1') !== 'SSHSIG' || reader.uint32() !== 1) return undefined;
    const publicKey = reader.string();
    reader.string(); // namespace
    reader.string(); // reserved
    reader.string(); // hash algorithm
    const userPresent = readPresence(reader.string());
    if (!reader.done) return undefined;
    const lines = base64.match(/.{1,70}/g) ?? [];
    return { publicKey: publicKey.toString('base64'), userPresent, armoured: `${[BEGIN, ...lines, END].join('\n')}\n` };
  } catch (error) {
    if (error instanceof SshWireError) return undefined;
    throw error;
  }
}

function readPresence(signature: Buffer): boolean | null {
  const reader = new SshReader(signature);
  const isToken = reader.text().startsWith('sk-');
  reader.string();
  const presence = isToken ? ((reader.raw(1)[0] ?? 0) & USER_PRESENT) !== 0 : null;
  if (isToken) reader.uint32(); // counter
  if (!reader.done) throw new SshWireError('the signature goes on');
  return presence;
}
