// An approver's public key as the config has it: `type base64 comment` and nothing else, since the line ends up in an
// allowed_signers file, where options such as cert-authority would change who can sign.
import { SshReader, SshWireError } from '../core/ssh-wire.ts';

export interface PublicKey {
  readonly type: string;
  /** Base64 of the key itself: two lines with the same one are the same key. */
  readonly blob: string;
}

/** Strings after the type's name, and which of them is an RSA modulus. */
const TYPES: Readonly<Record<string, { readonly parts: number; readonly modulus?: number }>> = {
  'ssh-ed25519': { parts: 1 },
  'ecdsa-sha2-nistp256': { parts: 2 },
  'ecdsa-sha2-nistp384': { parts: 2 },
  'ecdsa-sha2-nistp521': { parts: 2 },
  'ssh-rsa': { parts: 2, modulus: 1 },
  'sk-ssh-ed25519@openssh.com': { parts: 2 },
  'sk-ecdsa-sha2-nistp256@openssh.com': { parts: 3 },
};
/** NIST SP 800-131A: shorter RSA keys must not sign. */
const MIN_RSA_BYTES = 2048 / 8;
const LINE = /^(\S+) ([A-Za-z0-9+/]+={0,2})(?: [^\p{Cc}\p{Zl}\p{Zp}]*)?$/u;

/** The key of a line, or undefined where the line is anything but one plain, strong public key. */
export function parsePublicKey(line: string): PublicKey | undefined {
  const [, type = '', blob = ''] = LINE.exec(line) ?? [];
  const shape = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (shape === undefined) return undefined;
  const bytes = Buffer.from(blob, 'base64');
  if (bytes.toString('base64') !== blob) return undefined;
  try {
    const reader = new SshReader(bytes);
    if (reader.text() !== type) return undefined;
    const parts = Array.from({ length: shape.parts }, () => reader.mpint());
    if (!reader.done || parts.some((part) => part.length === 0)) return undefined;
    if (shape.modulus !== undefined && (parts[shape.modulus]?.length ?? 0) < MIN_RSA_BYTES) return undefined;
  } catch (error) {
    if (error instanceof SshWireError) return undefined;
    throw error;
  }
  return { type, blob };
}
