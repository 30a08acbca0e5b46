// The user part of a URL: `scheme://user:PASSWORD@host`. Only the "@" shows that what stands before it was no host, and a
// password may have "@", ":" and "/" in it, so the last "@" before the host's end counts.
import { isTemplate, looksRandom } from '../checks/index.ts';
import type { Machine, Span } from '../rule.ts';

const LONGEST_USER = 300;
const LONGEST_PASSWORD = 400;
/** Enough of a host to see that no further "@" comes. */
const LONGEST_HOST = 260;
export const LONGEST_USER_PART = LONGEST_USER + LONGEST_PASSWORD + LONGEST_HOST;

type Phase = 'user' | 'password' | 'host' | 'done';

const OUTSIDE = new Set([' ', '\t', '\n', '\r', '"', '`', '<', '>', '\\']);
/** Ends a host, and a port. A password may have them, where an "@" comes behind it. */
const AFTER_HOST = new Set(['/', '?', '#', ',', ';', ')', ']', '}', '(', '[', '{', '^', "'", '|']);
/** What stands before a URL, and what ends it then. */
const ENDS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', "'": "'", '|': '|' };
/** Documentation writes these where a password stands. */
const WORDS =
  /^(?:pass(?:word|wd)?|pwd|pw|secret|token|user(?:name)?|your[-_]?\w*|my[-_]?(?:pass(?:word)?|secret|token)|p|x+|\*+|\.{2,}|x-oauth-basic|placeholder|redacted|masked|hidden|changeme|null|undefined|%s|%v|[A-Z]+(?:_[A-Z]+)+|PASSWORD|PASS|TOKEN|SECRET)$/;
/** A word, a variable or a template instead of a password. */
export const isWord = (text: string) => WORDS.test(text) || isTemplate(text);

/** What begins like a path, a query or a list has to show that it is none. */
const standsAlone = (password: string): boolean =>
  looksRandom(password.slice(1)) || /^[^/].*(?:\d.*[A-Za-z]|[A-Za-z].*\d)/.test(password);

export class UserPart implements Machine {
  holdFrom = Infinity;
  #phase: Phase = 'user';
  #text = '';
  #colon = -1;
  #lastAt = -1;
  /** What stands before the URL, where it ends it, too. */
  readonly #end: string;

  constructor(before: string) {
    const scheme = /[A-Za-z][A-Za-z0-9+.-]*$/.exec(before)?.[0] ?? '';
    this.#end = ENDS[before.charAt(before.length - scheme.length - 1)] ?? '';
    if (scheme === '') this.#phase = 'done';
  }

  push(byte: number): boolean {
    const c = String.fromCharCode(byte);
    const at = this.#text.length;
    this.#text += c;
    if (OUTSIDE.has(c) || c === this.#end) this.#phase = 'done';
    else if (this.#phase === 'user') this.#user(c, at);
    else if (this.#phase === 'password') this.#password(c, at);
    else if (this.#phase === 'host') this.#host(c, at);
    return this.#phase !== 'done';
  }

  spans(early: boolean): readonly Span[] {
    const end = this.#lastAt >= 0 ? this.#lastAt : early && this.#phase === 'password' ? this.#text.length : -1;
    if (end < 0) return [];
    if (this.#colon < 0) return this.#userSpan(end);
    const password = this.#text.slice(this.#colon + 1, end);
    if (this.#lastAt < 0 && /^\d{0,5}$/.test(password)) return [];
    if (password === '' || password === 'x-oauth-basic' || password === 'x' || password === 'api_token')
      return this.#userSpan(this.#colon);
    if (isWord(password) || /^(?:[a-z]{1,3}|\d{1,3})$/i.test(password)) return [];
    if (AFTER_HOST.has(password.charAt(0)) && !standsAlone(password)) return [];
    return [{ from: this.#colon + 1, to: end }];
  }

  /** A token where a user's name stands: `https://TOKEN@host`. */
  #userSpan(end: number): readonly Span[] {
    const user = this.#text.slice(0, end);
    const isToken = user.length >= 16 && looksRandom(user) && !isWord(user) && !/^[\w.-]+@|%40/.test(user);
    const host = this.#text.slice(this.#lastAt + 1);
    // The key in a DSN of Sentry's is meant to be published.
    return isToken && !/\bsentry\b/i.test(host) ? [{ from: 0, to: end }] : [];
  }

  #user(c: string, at: number): void {
    if (c === ':') {
      this.#colon = at;
      this.#phase = 'password';
      if (at >= 16 || this.holdFrom === Infinity) this.holdFrom = at >= 16 ? 0 : at + 1;
    } else if (c === '@') this.#foundAt(at);
    else if (AFTER_HOST.has(c) || at > LONGEST_USER) this.#phase = 'done';
    else if (at === 0) this.holdFrom = 0;
  }

  #password(c: string, at: number): void {
    if (c === '@') this.#foundAt(at);
    else if (at - this.#colon > LONGEST_PASSWORD) this.#phase = 'done';
    else if (AFTER_HOST.has(c) && /^\d{2,5}$/.test(this.#text.slice(this.#colon + 1, at))) this.#phase = 'done';
  }

  #host(c: string, at: number): void {
    if (c === '@') this.#foundAt(at);
    else if (AFTER_HOST.has(c) || at - this.#lastAt > LONGEST_HOST) this.#phase = 'done';
  }

  #foundAt(at: number): void {
    this.#lastAt = at;
    this.#phase = 'host';
  }
}
