// Names for things: branded so that a session's id cannot be passed where a request's is expected.
import { randomBytes } from 'node:crypto';

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

export type SessionId = Id<'session'>;
export type RequestId = Id<'request'>;
export type LeaseId = Id<'lease'>;

// Crockford's base 32: no i, l, o, u, so that an id read over the telephone survives.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** `length` characters of 5 random bits each, from the system's generator. */
function randomText(length: number): string {
  let text = '';
  for (const byte of randomBytes(length)) text += ALPHABET[byte & 31];
  return text;
}

/** A new session id, `s-` and 12 characters (60 bits). */
export function newSessionId(): SessionId {
  return `s-${randomText(12)}` as SessionId;
}

/** A new request id, `r-` and 8 characters (40 bits): people type it. */
export function newRequestId(): RequestId {
  return `r-${randomText(8)}` as RequestId;
}

/** A new lease id, `l-` and 12 characters. */
export function newLeaseId(): LeaseId {
  return `l-${randomText(12)}` as LeaseId;
}

const FORM = /^[srl]-[0-9a-hjkmnp-tv-z]{8,12}$/;

/** True where `text` has the form of an id; ids become file names, so nothing else may. */
export function isId(text: string): boolean {
  return FORM.test(text);
}

/** A new secret part of a local page's address: 32 characters (160 bits). Whoever holds it may read the page. */
export function newPageToken(): string {
  return randomText(32);
}
