// The first part of a JSON Web Token, signed or encrypted (RFC 7515, RFC 7516).

/** True where the base64url text holds a JSON object that names an algorithm. */
export function isJwtHeader(part: string): boolean {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return false;
  try {
    const header: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof header === 'object' && header !== null && 'alg' in header && typeof header.alg === 'string';
  } catch {
    return false;
  }
}
