// E-mail addresses, and what has an "@" and is none: packages with versions, images for dense screens, units of systemd,
// names of SSH's algorithms, remotes of Git.
import { isTopLevelDomain } from './domains.ts';

/** Who defines a name `algorithm@domain` writes it like an address (RFC 4251, section 6). */
const NAMESPACES = new Set([
  'openssh.com',
  'libssh.org',
  'ssh.com',
  'lysator.liu.se',
  'projects.tartarus.org',
  'tinyssh.org',
]);

/** Addresses of machines that Google Cloud makes up. */
const SERVICE_ACCOUNT = /\.gserviceaccount\.com$/i;

/** Accounts that exist for a protocol only. */
const PROTOCOL_USERS = /^(?:git|hg|svn|aur|gitea|forgejo|gerrit)$/i;

/** True where the text, as Latin-1 of UTF-8, is the address of a mailbox on the internet. */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const labels = text.slice(at + 1).split('.');
  const last = labels.at(-1) ?? '';
  if (at < 1 || labels.length < 2 || local.startsWith('.') || local.endsWith('.') || local.includes('..')) return false;
  if (labels.some((label) => label === '' || label.startsWith('-') || label.endsWith('-') || label.length > 63))
    return false;
  if (
    !/[A-Za-z0-9\x80-\xff]/.test(local) ||
    PROTOCOL_USERS.test(local) ||
    NAMESPACES.has(labels.join('.')) ||
    SERVICE_ACCOUNT.test(text)
  )
    return false;
  const isVersion = /^v?\d+$/.test(labels[0] as string) && /^\d/.test(labels[1] as string);
  const isScale = /^\d(?:\.\d)?x$/.test(labels[labels.length - 2] as string);
  return !isVersion && !isScale && (isTopLevelDomain(last) || isForeignDomain(last));
}

/** The same for a mailbox that is named in letters beyond ASCII; in such of East Asia only where all of them are. */
export function isForeignEmail(text: string): boolean {
  const local = Buffer.from(text.slice(0, text.lastIndexOf('@')), 'latin1').toString('utf8');
  if (!/[^\0-\x7f]/.test(local) || !/^[\p{L}\p{M}\p{N}._%+-]+$/u.test(local)) return false;
  const isEastAsian = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(local);
  return !(isEastAsian && /[A-Za-z]/.test(local)) && isEmail(text);
}

/** A top-level domain in its own script: letters, at least two, of UTF-8 that is whole. */
function isForeignDomain(label: string): boolean {
  return /^[\x80-\xff]{4,}$/.test(label) && /^\p{L}[\p{L}\p{M}]+$/u.test(Buffer.from(label, 'latin1').toString('utf8'));
}
