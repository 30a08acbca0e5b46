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
  { names: ['sqlplus', 'expdp', 'impdp', 'exp', 'imp', 'rman target'], positional: 0, sign: '/' },
];

/** Bytes after the command's name. */
export const LONGEST_LINE = 600;
const MOST_WORDS = 40;
/** What is known of a command, by the words it begins with. */
export const COMMANDS_BY_NAME: ReadonlyMap<string, Command> = new Map(
  COMMANDS.flatMap((command) => command.names.map((name) => [name, command])),
);

export class CommandLine implements Machine {
  holdFrom = Infinity;
  #at = 0;
  #word = '';
  #wordFrom = -1;
  #quote = '';
  #hasQuotes = false;
  #words = 0;
  #positional = 0;
  #options = 0;
  #isExpected: 'secret' | 'login' | undefined;
  #needs = false;
  #span: Span | undefined;
  readonly #command: Command;

  constructor(command: Command) {
    this.#command = command;
    this.#needs = command.needs === undefined || command.needs.test('');
  }

  push(byte: number): boolean {
    const c = String.fromCharCode(byte);
    const wantsMore = this.#read(c);
    this.#at += 1;
    return wantsMore && this.#span === undefined;
  }

  spans(_early: boolean): readonly Span[] {
    if (this.#span === undefined && this.#wordFrom >= 0) this.#endWord();
    return this.#span === undefined ? [] : [this.#span];
  }

  #read(c: string): boolean {
    if (this.#at === 0) return c === ' ' || c === '\t';
    if (c === '\n' || c === '\r') {
      this.#endWord();
      return false;
    }
    if (this.#quote !== '') {
      if (c === this.#quote) this.#quote = '';
      else this.#word += c;
      return true;
    }
    if (c === ' ' || c === '\t') {
      this.#endWord();
      return this.#words < MOST_WORDS;
    }
    // Within a word it may be a sign of a password that nobody quoted.
    if (this.#wordFrom < 0 && '|;&`)'.includes(c)) return false;
    if (this.#wordFrom < 0) this.#beginWord();
    if ((c === '"' || c === "'") && !this.#hasQuotes) {
      this.#quote = c;
      this.#hasQuotes = true;
      if (this.#word === '') this.#wordFrom = this.#at + 1;
    } else this.#word += c;
    if (this.#holdsBack()) this.holdFrom = Math.min(this.holdFrom, this.#at);
    return true;
  }

  #beginWord(): void {
    this.#wordFrom = this.#at;
    this.#word = '';
    this.#hasQuotes = false;
  }

  /** What follows could be secret. */
  #holdsBack(): boolean {
    const { attached = [], secret = [], login = [], positional } = this.#command;
    if (this.#isExpected !== undefined || positional === this.#positional) return true;
    return [...attached, ...secret, ...login].some(
      (option) => this.#word.startsWith(option) && this.#word.length > option.length,
    );
  }

  #endWord(): void {
    if (this.#wordFrom < 0) return;
    const [word, from] = [this.#word, this.#wordFrom];
    this.#wordFrom = -1;
    this.#words += 1;
    if (word.startsWith('-')) this.#options += 1;
    const expected = this.#isExpected;
    this.#isExpected = undefined;
    const { attached = [], secret = [], login = [], positional, needs, sign } = this.#command;
    if (expected !== undefined) {
      this.#take(word, from, expected === 'login' ? sign : undefined);
      return;
    }
    const option = [...attached, ...secret, ...login].find((name) => word.startsWith(name));
    if (option !== undefined) {
      const isLogin = login.includes(option);
      if (word === option) this.#isExpected = attached.includes(option) ? undefined : isLogin ? 'login' : 'secret';
      else if (!option.startsWith('--'))
        this.#take(
          word.slice(option.length),
          from + option.length + (this.#hasQuotes ? 1 : 0),
          isLogin ? sign : undefined,
        );
      else if (word.charAt(option.length) === '=')
        this.#take(word.slice(option.length + 1), from + option.length + 1, isLogin ? sign : undefined);
      return;
    }
    if (needs?.test(word)) this.#needs = true;
    if (/^[-/]|^[a-z_]+=/.test(word)) return;
    if (this.#positional === positional && this.#needs) this.#take(word, from, sign);
    // `-nb` prints instead of writing a file: one word fewer.
    this.#positional += this.#words === 1 && /^-[a-zA-Z]*n/.test(word) ? 2 : 1;
  }

  #take(value: string, from: number, sign: string | undefined): void {
    let begin = 0;
    let end = value.length;
    if (sign !== undefined) {
      begin = value.indexOf(sign) + 1;
      if (begin === 0) return;
      if (begin === value.length && sign === ':')
        [begin, end] = looksRandom(value.slice(0, -1)) ? [0, value.length - 1] : [0, 0];
      if (sign === '/') end = value.lastIndexOf('@') > begin ? value.lastIndexOf('@') : end;
    }
    const secret = value.slice(begin, end);
    // "the service -power": a word that only looks like an option.
    if (this.#options < 2 && /^[a-z]+$/.test(secret) && this.#command.attached !== undefined) return;
    if (
      secret.length < 3 ||
      secret.startsWith('-') ||
      isPlaceholder(secret) ||
      isWord(secret) ||
      /^(?:\/|\.\/|~\/|https?:)/.test(secret)
    )
      return;
    this.#span = { from: from + begin, to: from + end };
  }
}
