// Reads the words of a command line after a command that takes secrets in options without a telling name.
import { isPlaceholder, looksRandom } from '../checks/index.ts';
import type { Machine, Span } from '../rule.ts';
import { isWord } from './urls-user-part.ts';

export interface Command {
  readonly names: readonly string[];
  /** Options whose value, attached or the next word, is secret as a whole. */
  readonly secret?: readonly string[];
  /** Options to which the secret is attached, only: alone they mean "ask me". */
  readonly attached?: readonly string[];
  /** Options whose value is a user, a sign and the secret. */
  readonly login?: readonly string[];
  readonly sign?: string;
  /** Which of the words that are no options is secret, counted from 0. */
  readonly positional?: number;
  /** What must be among the options before a positional counts. */
  readonly needs?: RegExp;
  /** What the positional itself must have in it. */
  readonly isOnlyWith?: RegExp;
}

const COMMANDS: readonly Command[] = [
  {
    names: [
      'mysql',
      'mysqldump',
      'mysqladmin',
      'mysqlimport',
      'mysqlcheck',
      'mysqlsh',
      'mariadb',
      'mariadb-dump',
      'mariadb-admin',
      'mydumper',
      'mycli',
    ],
    attached: ['-p'],
  },
  { names: ['sshpass'], secret: ['-p'] },
  { names: ['gh secret set', 'glab variable set'], secret: ['--body', '-b', '--value', '-v'] },
  {
    names: [
      'docker',
      'podman',
      'nerdctl',
      'buildah',
      'skopeo',
      'crane',
      'oras',
      'regctl',
      'helm registry',
      'oc',
      'az',
      'argocd',
      'cf',
      'heroku',
      'kubelogin',
      'ibmcloud',
    ].map((name) => `${name} login`),
    secret: ['-p'],
  },
  { names: ['curl', 'https', 'http', 'xh'], login: ['-u', '--user', '-U', '--proxy-user', '-a', '--auth'], sign: ':' },
  { names: ['htpasswd'], positional: 2, needs: /^-[a-zA-Z]*b/ },
  { names: ['redis-cli', 'valkey-cli'], secret: ['-a'] },
  {
    names: ['ldapsearch', 'ldapmodify', 'ldapadd', 'ldapdelete', 'ldapwhoami', 'ldappasswd', 'ldapcompare'],
    secret: ['-w', '-s'],
  },
  { names: ['mongo', 'mongosh', 'mongodump', 'mongorestore', 'mongoexport', 'mongoimport', 'cqlsh'], secret: ['-p'] },
  { names: ['smbclient', 'rpcclient', 'smbmap', 'winexe'], login: ['-U', '--user'], sign: '%' },
  { names: ['lftp'], login: ['-u', '--user'], sign: ',' },
  { names: ['unzip', 'zip', 'sqlcmd', 'bcp', 'isql', 'ipmitool'], secret: ['-P'] },
  { names: ['7z', '7za', '7zz', 'rar', 'unrar'], attached: ['-p'] },
  { names: ['xfreerdp', 'wfreerdp'], attached: ['/p:'] },
  { names: ['snmpwalk', 'snmpget', 'snmpset', 'snmpbulkwalk'], secret: ['-A', '-X'] },
  { names: ['rabbitmqctl add_user', 'rabbitmqctl change_password', 'net user'], positional: 1 },
  { names: ['wpa_passphrase'], positional: 1 },
  { names: ['vault login', 'consul login'], positional: 0, needs: /^$/ },
  { names: ['mc alias set', 'mc config host add'], positional: 3 },
  { names: ['sqlplus', 'expdp', 'impdp', 'rman target'], positional: 0, sign: '/' },
  // Dates of cards are written `exp 12/28`.
  { names: ['exp', 'imp'], positional: 0, sign: '/', isOnlyWith: /@/ },
];

/** Bytes after the command's name. */
export const LONGEST_LINE = 600;
const MOST_WORDS = 40;
/** What is known of a command, by the words it begins with. */
export const COMMANDS_BY_NAME: ReadonlyMap<string, Command> = new Map(
  COMMANDS.flatMap((command) => command.names.map((name) => [name, command])),
);

/** The options of each that a secret may be attached to. */
const ATTACHABLE: ReadonlyMap<Command, readonly string[]> = new Map(
  COMMANDS.map((command) => {
    const { attached = [], secret = [], login = [] } = command;
    return [command, [...attached, ...secret, ...login]];
  }),
);

export class CommandLine implements Machine {
  holdFrom = Infinity;
  #at = 0;
  /** As it stands, with its quotes. */
  #word = '';
  #quote = '';
  #words = 0;
  #positional = 0;
  #options = 0;
  #expected: 'secret' | 'login' | undefined;
  #isReady: boolean;
  #span: Span | undefined;
  readonly #command: Command;

  constructor(command: Command) {
    this.#command = command;
    this.#isReady = command.needs === undefined || command.needs.test('');
  }

  push(byte: number): boolean {
    const wantsMore = this.#read(String.fromCharCode(byte));
    this.#at += 1;
    return wantsMore && this.#span === undefined;
  }

  spans(_early: boolean): readonly Span[] {
    const span = this.#span ?? this.#spanOf(this.#word, this.#at);
    return span === undefined ? [] : [span];
  }

  #read(c: string): boolean {
    if (this.#at === 0) return c === ' ' || c === '\t';
    const isBlank = c === ' ' || c === '\t';
    const isEnd = c === '\n' || c === '\r';
    if (isEnd || (isBlank && this.#quote === '')) {
      if (this.#word !== '') this.#endWord();
      return isBlank && this.#words < MOST_WORDS;
    }
    // Within a word it may be a sign of a password that nobody quoted.
    if (this.#word === '' && '|;&`)'.includes(c)) return false;
    if (c === this.#quote) this.#quote = '';
    else if (this.#quote === '' && (c === '"' || c === "'")) this.#quote = c;
    this.#word += c;
    if (this.holdFrom === Infinity && this.#mayBeSecret()) this.holdFrom = this.#at;
    return true;
  }

  #mayBeSecret(): boolean {
    if (this.#expected !== undefined || this.#command.positional === this.#positional) return true;
    return this.#attachedTo(this.#word) !== undefined;
  }

  #attachedTo(word: string): string | undefined {
    return ATTACHABLE.get(this.#command)?.find((name) => word.length > name.length && word.startsWith(name));
  }

  #endWord(): void {
    const word = this.#word;
    this.#span = this.#spanOf(word, this.#at);
    this.#word = '';
    this.#words += 1;
    const wasExpected = this.#expected !== undefined;
    this.#expected = undefined;
    if (wasExpected) return;
    if (word.startsWith('-')) this.#options += 1;
    const { secret = [], login = [], needs } = this.#command;
    if (secret.includes(word)) this.#expected = 'secret';
    else if (login.includes(word)) this.#expected = 'login';
    if (needs?.test(word)) this.#isReady = true;
    // `-nb` prints instead of writing a file: one word fewer.
    if (this.#words === 1 && /^-[a-zA-Z]*n/.test(word) && needs !== undefined) this.#positional += 1;
    if (!/^[-/]|^[a-z_]+=/.test(word)) this.#positional += 1;
  }

  /** What is secret of a word that ends at `end`, given the words before it. */
  #spanOf(word: string, end: number): Span | undefined {
    if (word === '') return undefined;
    const { attached = [], login = [], positional, sign, isOnlyWith } = this.#command;
    const from = end - word.length;
    if (this.#expected !== undefined) return secretIn(word, from, this.#expected === 'login' ? sign : undefined);
    const option = this.#attachedTo(word);
    if (option !== undefined) {
      const isLong = option.startsWith('--');
      if (isLong && word.charAt(option.length) !== '=') return undefined;
      const value = word.slice(option.length + (isLong ? 1 : 0));
      // "the service -power": a word that only looks like an option.
      if (attached.includes(option) && this.#options === 0 && /^[a-z]+$/.test(value)) return undefined;
      return secretIn(value, end - value.length, login.includes(option) ? sign : undefined);
    }
    if (/^[-/]|^[a-z_]+=/.test(word) || this.#positional !== positional || !this.#isReady) return undefined;
    if (isOnlyWith?.test(word) === false) return undefined;
    return secretIn(word, from, sign);
  }
}

/** Of a value, in quotes or not, that begins at `from`; behind `sign`, where there is one. */
function secretIn(raw: string, from: number, sign: string | undefined): Span | undefined {
  const isQuoted = raw.length > 1 && (raw.startsWith('"') || raw.startsWith("'")) && raw.endsWith(raw.charAt(0));
  const value = isQuoted ? raw.slice(1, -1) : raw;
  const start = from + (isQuoted ? 1 : 0);
  let begin = 0;
  let end = value.length;
  if (sign !== undefined) {
    begin = value.indexOf(sign) + 1;
    if (begin === 0) return undefined;
    if (begin === end && sign === ':') [begin, end] = looksRandom(value.slice(0, -1)) ? [0, end - 1] : [0, 0];
    if (sign === '/' && value.lastIndexOf('@') > begin) end = value.lastIndexOf('@');
  }
  const secret = value.slice(begin, end);
  const isNone = secret.length < 3 || secret.startsWith('-') || isPlaceholder(secret) || isWord(secret);
  const isVariable = /^["']?\$|^(?:\/|\.\/|~\/|https?:)/.test(secret);
  return isNone || isVariable ? undefined : { from: start + begin, to: start + end };
}
