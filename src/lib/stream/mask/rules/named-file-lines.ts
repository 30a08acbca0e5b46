// Lines of `.pgpass` and entries of `.netrc`, read field by field.
import { isPlaceholder, looksRandom } from '../checks/index.ts';
import type { Machine, Span } from '../rule.ts';
import { LinePrefix } from './line-prefix.ts';
import { isWord } from './urls-user-part.ts';

/** In a text within a text, what ends it or its line: `\\n`, `\\"`, `"`. */
const INNER_END = /\\[nrt"]|"/;

/** Where a value ends that stands in a record of JSON. */
function withoutRest(value: string): string {
  const end = value.search(INNER_END);
  return end > 0 ? value.slice(0, end) : value;
}

/** A directive of a configuration, `password …` alone on its line or after a user's: what a program writes before lines may precede it. */
export const isOwnLine = (before: string): boolean =>
  /^(?:[\w.:[\]-]{0,40} {0,12}\| |[+>-] ?|\d+[:-])?[ \t]*(?:user [\w.-]+ )?(?:insecure-)?password[ \t]+"?$/.test(
    before,
  );

/** No word of a sentence: letters and digits or signs, and no path. */
export const looksChosen = (value: string): boolean =>
  !isPlaceholder(value) &&
  !isWord(value) &&
  !/^[/.~$<-]|^[a-z]+[-_.]?\d$/.test(value) &&
  (looksRandom(value) || (/[A-Za-z]/.test(value) && /[^A-Za-z.,:;]/.test(value)));

const LONGEST_FIELD = 64;
export const LONGEST_PGPASS = 2 * LONGEST_FIELD + 260;

/** After `host:port:` come the database, the user and the password, to the end of the line. */
export class PgpassLine implements Machine {
  holdFrom = Infinity;
  #text = '';
  #colons = 0;
  #isOpen = true;

  constructor(before: string) {
    this.#isOpen = /(?:^|[\s"'|>+])[\w.*-]{1,100}$/.test(before);
  }

  push(byte: number): boolean {
    if (!this.#isOpen) return false;
    const c = String.fromCharCode(byte);
    const isSpace = c === ' ' || c === '\n' || c === '\t' || c === '\r';
    if (isSpace) {
      // A password may have blanks in it, but then nothing tells it from a message.
      if (c === ' ' || this.#colons < 2) this.#isOpen = c === '\n' && this.#colons === 2;
      return false;
    }
    this.#text += c;
    if (c === ':' && this.#colons < 2) {
      this.#colons += 1;
      if (this.#colons === 2) this.holdFrom = this.#text.length;
    }
    return this.#colons === 2 || this.#text.length <= 2 * LONGEST_FIELD;
  }

  spans(early: boolean): readonly Span[] {
    if (!this.#isOpen || this.holdFrom === Infinity) return [];
    const [database = '', user = ''] = this.#text.split(':');
    const password = withoutRest(this.#text.slice(this.holdFrom));
    const isDigits = /^[\d:]*$/.test(password) || /^\d+$/.test(user);
    if (database === '' || user === '' || isDigits || password.length < 3) return [];
    if (!early && (isPlaceholder(password) || isWord(password) || /^\/|^[a-z]$/.test(password))) return [];
    return [{ from: this.holdFrom, to: this.holdFrom + password.length }];
  }
}

const KEYWORDS = new Set(['login', 'user', 'account', 'password', 'passwd', 'port', 'protocol']);
export const LONGEST_NETRC = 1024;

/** Before lines, by programs that show many: longer ones are text. */
const LONGEST_PREFIX = 60;

/** After `machine `: a host, then pairs of a word and a value, on one line or many, which all begin alike. */
export class NetrcEntry implements Machine {
  holdFrom = Infinity;
  #at = 0;
  #word = '';
  #keyword: string;
  #host = '';
  #hasLogin: boolean;
  #span: Span | undefined;
  readonly #prefix: LinePrefix;
  #isInPrefix = false;

  constructor(before: string, anchor: string) {
    const line = before.slice(before.lastIndexOf('\r') + 1);
    this.#prefix = new LinePrefix(line.length <= LONGEST_PREFIX ? line : '');
    this.#hasLogin = anchor.startsWith('default');
    this.#keyword = this.#hasLogin ? 'login' : 'machine';
  }

  push(byte: number): boolean {
    const c = String.fromCharCode(byte);
    if (this.#isInPrefix) {
      this.#isInPrefix = this.#prefix.takes(byte);
      if (this.#isInPrefix) {
        this.#at += 1;
        return true;
      }
    }
    const isSpace = c === ' ' || c === '\n' || c === '\t' || c === '\r';
    if (c === '\n') {
      this.#prefix.beginLine();
      this.#isInPrefix = true;
    }
    if (!isSpace) {
      if (this.#word === '' && this.#isSecretNext()) this.holdFrom = this.#at;
      this.#word += c;
    }
    this.#at += 1;
    return !isSpace || this.#word === '' || this.#endWord(c);
  }

  spans(early: boolean): readonly Span[] {
    const span = this.#span ?? (this.#isSecretNext() ? this.#spanOf(this.#word, this.#at, early) : undefined);
    return span === undefined ? [] : [span];
  }

  /** Of a word that ends at `wordEnd`. */
  #spanOf(whole: string, wordEnd: number, early: boolean): Span | undefined {
    const word = whole.startsWith('"') ? whole : withoutRest(whole);
    const end = wordEnd - whole.length + word.length;
    if (word === '') return undefined;
    const isEntry = this.#hasLogin || /[.\d]/.test(this.#host);
    const isValue =
      word.length > 2 && !isPlaceholder(word) && !isWord(word) && (this.#hasLogin || !/^[a-z]+$/.test(word));
    const quotes = /^".+"$/.test(word) ? 1 : 0;
    return early || (isEntry && isValue) ? { from: end - word.length + quotes, to: end - quotes } : undefined;
  }

  #isSecretNext(): boolean {
    return this.#keyword === 'password' || this.#keyword === 'passwd';
  }

  #endWord(space: string): boolean {
    const word = this.#word;
    this.#word = '';
    // A progress line that was written over.
    if (space === '\r' && this.#keyword === '') return true;
    if (this.#keyword === '') {
      this.#keyword = KEYWORDS.has(word) ? word : '';
      return this.#keyword !== '';
    }
    if (this.#isSecretNext()) {
      this.#span = this.#spanOf(word, this.#at - 1, false);
      return false;
    }
    if (this.#keyword === 'machine') this.#host = word;
    if (this.#keyword === 'login' || this.#keyword === 'user') this.#hasLogin = true;
    this.#keyword = '';
    return true;
  }
}
