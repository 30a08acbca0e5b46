// The form of an OpenSSH public key line (sshd(8), AUTHORIZED_KEYS FILE FORMAT). It says that a line is one, not
// that anybody should believe the key.

const TYPES = new Set([
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
]);

/** `type base64 [comment]`, where the base64 names the same type. No options before it, no certificate. */
export function isSshPublicKeyLine(line: string): boolean {
  return sshPublicKeyBlob(line) !== undefined;
}

/** The base64 part, by which two lines are the same key whatever their comments; undefined where it is no key. */
export function sshPublicKeyBlob(line: string): string | undefined {
  const match = /^(\S+) ([A-Za-z0-9+/]+={0,2})(?: [^\0-\x1f\x7f]*)?$/.exec(line);
  const [, type = '', blob = ''] = match ?? [];
  if (!TYPES.has(type)) return undefined;
  const bytes = Buffer.from(blob, 'base64');
  if (bytes.toString('base64') !== blob || bytes.length < 4) return undefined;
  const typeLength = bytes.readUInt32BE(0);
  const named = bytes.toString('latin1', 4, 4 + typeLength);
  // Whatever the type, the key itself is at least 32 bytes; a line cut short on a copy is no key.
  return named === type && bytes.length >= 4 + typeLength + 4 + 32 ? blob : undefined;
}
