// Commands that run code given to them: shells, interpreters, find, ssh. Each runner walks what it can read and answers
// with the code it cannot. Adding a command is one line of the table.

import type { Field } from '../facts/facts.ts';
import { isLongOption, type Option, type OptionSpec, parseOptions } from '../facts/options.ts';
import { ANY, HOME } from '../facts/unknowns.ts';
import { runText } from './builtins.ts';
import { innerScope, type Own, runCommand } from './command.ts';
import { pathsOfFound } from './found.ts';
import {
  argumentCode,
  fileCode,
  type Given,
  givenCode,
  type Interpreter,
  inputCode,
  together,
  unread,
} from './interpreters.ts';
import { perlCode, pythonCode, rubyCode } from './interpreters-classic.ts';
import { INTERPRETERS } from './interpreters-table.ts';
import { remoteScope } from './remote.ts';
import { PLACE_NAMES, runInPlace } from './runners-places.ts';
import { TERMINAL_RUNNERS } from './runners-terminals.ts';
import { fork, type Scope } from './scope.ts';
import { FOREIGN_SHELLS, SHELLS } from './shells.ts';
import { field } from './split-runs.ts';
import { TOOL_CODE } from './tools-code.ts';
import { type Call, note, type Walk } from './walk.ts';

type Runner = (walk: Walk, scope: Scope, call: Call, args: readonly Field[]) => Partial<Omit<Own, 'name' | 'args'>>;

const SHELL_LONG = ['rcfile', 'init-file'];

// `sh -c TEXT NAME ARGS…`, `sh FILE ARGS…`, or code from the standard input.
const shell: Runner = (walk, scope, call, args) => {
  const parsed = parseOptions(withoutPlus(args), { short: 'oO', long: SHELL_LONG, posix: true });
  const { options } = parsed;
  // A lone dash ends the options: `a | bash -`, `sh -c - TEXT`.
  const operands = parsed.operands[0]?.value === '-' ? parsed.operands.slice(1) : parsed.operands;
  if (args.length === 1 && /^--(version|help)$/.test(args[0]?.value ?? '')) return {};
  const reads = options.flatMap(({ name, value }) =>
    SHELL_LONG.includes(name.slice(2)) && value !== undefined ? [value] : [],
  );
  if (options.some(({ name }) => name === '-c')) {
    const [text, zero, ...positional] = operands;
    if (text === undefined || !text.exact) {
      note(walk, 'a shell with text that only the run will know', call.text);
      return { wraps: true, reads };
    }
    const inner = innerScope(scope, call, zero?.many === true ? undefined : known(positional));
    if (zero !== undefined) inner.zero = zero.many ? ANY : zero.value;
    runText(walk, inner, text.value, inside(call));
    return { wraps: true, reads };
  }
  const [file] = operands;
  if (file !== undefined && !options.some(({ name }) => name === '-s')) {
    return { code: fileCode('sh', file).code, reads: [...reads, file] };
  }
  if (call.stdin.kind === 'text') {
    runText(walk, innerScope(scope, call, known(operands)), call.stdin.text, inside(call));
    return { wraps: true, reads };
  }
  return { code: unread('sh', 'input').code, reads };
};

// Text that was known is walked where it is met.
const evaluated: Runner = (_walk, _scope, _call, args) =>
  args.every(({ exact }) => exact) ? {} : { code: unread('sh', 'stream').code };

// `+x` turns an option off, and is one like `-x` as far as the words go.
function withoutPlus(args: readonly Field[]): readonly Field[] {
  const end = args.findIndex(({ value }) => !/^[-+]./.test(value));
  return args.map((arg, index) =>
    arg.value.startsWith('+') && (end === -1 || index < end) ? { ...arg, value: `-${arg.value.slice(1)}` } : arg,
  );
}

const foreignShell: Runner = (walk, _, call, args) => {
  if (args.length > 0 || call.stdin.kind !== 'inherit') note(walk, 'code of a shell that is not read here', call.text);
  return { code: unread('shell', args.length > 0 ? 'argument' : 'input').code };
};

function known(fields: readonly Field[]): readonly string[] | undefined {
  return fields.some((each) => each.many) ? undefined : fields.map((each) => each.value);
}

function inside(call: Call): Call {
  return { ...call, stdin: { kind: 'inherit' } };
}

function interpreter(how: Interpreter): Runner {
  return (_walk, _scope, call, args) => together(givenCode(how, call, args));
}

function classic(read: (call: Call, args: readonly Field[]) => readonly Given[]): Runner {
  return (_walk, _scope, call, args) => together(read(call, args));
}

const FILTER_CODE = ['-e', '--expression', '--source'];
const FILTER_FILE = ['-f', '--file', '-E', '--exec', '-i', '--include', '-l', '--load'];

// The first operand is the program, unless -f or -e gave one.
function program(language: string, spec: OptionSpec, files = FILTER_FILE): Runner {
  return (_walk, _scope, _call, args) => {
    const { options, operands } = parseOptions(args, spec);
    const has = (option: Option, names: readonly string[]) =>
      names.some((name) => option.name === name || isLongOption(option.name, name));
    const given = options
      .filter((option) => has(option, FILTER_CODE))
      .map(({ value }) => argumentCode(language, value));
    const unseen = options
      .filter((option) => has(option, files))
      .map(({ value }) => unread(language, 'file', value === undefined ? [] : [value]));
    const own =
      given.length + unseen.length > 0 || operands[0] === undefined ? [] : [argumentCode(language, operands[0])];
    return { code: [...given, ...unseen, ...own].flatMap(({ code }) => code) };
  };
}

const SQL_CODE = /^(-c|-e|-q|-cmd|--command|--execute|--query|--cmd)$/;
const SQL_FILE = /^(-f|--file|--init)$/;

// A client of a database: code from options, from operands after the first few (`sqlite3 FILE SQL`), or from its input.
function sql(spec: OptionSpec, operandsBefore?: number): Runner {
  return (_walk, _scope, call, args) => {
    const { options, operands } = parseOptions(args, spec);
    const given = options.filter(({ name }) => SQL_CODE.test(name)).map(({ value }) => value);
    const files = options.flatMap(({ name, value }) => (SQL_FILE.test(name) && value !== undefined ? [value] : []));
    const trailing = operandsBefore === undefined ? [] : operands.slice(operandsBefore);
    const code = [...given, ...trailing].flatMap((value) => argumentCode('sql', value).code);
    const input = call.stdin.kind === 'text' ? inputCode('sql', call).code : [];
    const isUnread = files.length > 0 || code.length + input.length === 0;
    const rest = isUnread ? unread('sql', call.stdin.kind === 'pipe' ? 'input' : 'file').code : [];
    return { code: [...code, ...input, ...rest], reads: files };
  };
}

/** Commands in one find. Typical: one. */
const MAX_EXECS = 16;
const EXEC = /^-(exec|execdir|ok|okdir)$/;

const find: Runner = (walk, scope, call, args) => {
  const wrappers = [...call.wrappers, 'find'];
  if (args.filter(({ value }) => EXEC.test(value)).length > MAX_EXECS) {
    note(walk, 'more commands in one find than are looked at', call.text);
    return {};
  }
  for (let at = 0; at < args.length; at++) {
    if (!EXEC.test(args[at]?.value ?? '')) continue;
    const rest = args.slice(at + 1);
    const end = rest.findIndex((arg) => arg.value === ';' || (arg.value === '+' && rest.length > 0));
    const inner = end === -1 ? rest : rest.slice(0, end);
    if (end === -1) note(walk, 'find -exec without an end', call.text);
    const paths = inner.some(({ value }) => value.includes('{}')) ? pathsOfFound(args) : [''];
    for (const path of paths) {
      const fields = inner.map((arg) => (arg.value.includes('{}') ? inPlaceOf(arg, path) : arg));
      runCommand(walk, fork(scope), { ...call, fields, wrappers });
    }
    at += end === -1 ? rest.length : end + 1;
  }
  return {};
};

function inPlaceOf(arg: Field, path: string): Field {
  const filled = field(arg.value.replaceAll('{}', path), arg.many);
  return arg.value === '{}' ? { ...filled, found: true } : filled;
}

const SSH: OptionSpec = { short: 'BbcDEeFIiJLlmOoPpQRSWw', posix: true };

// The remote side runs its words as shell text; what it reads and writes is not here. Options may follow the host.
const ssh: Runner = (walk, scope, call, args) => {
  const { operands: words } = parseOptions(parseOptions(args, SSH).operands.slice(1), SSH);
  if (words.length === 0) return {};
  if (!words.every((word) => word.exact)) {
    note(walk, 'a remote command that only the run will know', call.text);
    return {};
  }
  runText(walk, remoteScope(scope, call, HOME), words.map((word) => word.value).join(' '), {
    ...inside(call),
    wrappers: [...call.wrappers, 'ssh'],
  });
  return {};
};

const AWK = program('awk', {
  short: 'FfveiEl',
  long: ['file', 'field-separator', 'assign', 'source', 'include', 'load', 'exec'],
  posix: true,
});
const SED = program('sed', { short: 'efl', long: ['expression', 'file', 'line-length'] }, ['-f', '--file']);
const MYSQL: OptionSpec = { short: 'ehPuD', long: ['execute', 'host', 'port', 'user', 'database'] };

// `--arg NAME VALUE` and its like take two words.
const jq: Runner = (_walk, _scope, _call, args) => {
  const takesTwo = (index: number) => /^--(arg|argjson|slurpfile|rawfile)$/.test(args[index]?.value ?? '');
  const rest = args.filter((_, index) => !takesTwo(index - 1) && !takesTwo(index - 2));
  const { options, operands } = parseOptions(rest, { short: 'fL', long: ['from-file', 'library-path', 'indent'] });
  if (options.some(({ name }) => name === '-f' || name === '-L' || /^--(from|lib)/.test(name)))
    return { code: unread('jq', 'file').code };
  const [text] = operands;
  return text === undefined ? {} : { code: argumentCode('jq', text).code };
};

const TABLE: Readonly<Record<string, Runner>> = {
  ...Object.fromEntries([...SHELLS].map((name) => [name, shell])),
  ...Object.fromEntries([...FOREIGN_SHELLS].map((name) => [name, foreignShell])),
  ...Object.fromEntries(Object.entries(INTERPRETERS).map(([name, how]) => [name, interpreter(how)])),
  ...Object.fromEntries(
    'python python2 python3 pypy pypy3 pythonw'.split(' ').map((name) => [name, classic(pythonCode)]),
  ),
  perl: classic(perlCode),
  ruby: classic(rubyCode),
  jruby: classic(rubyCode),
  ...Object.fromEntries(Object.entries(TOOL_CODE).map(([name, read]) => [name, classic(read)])),
  awk: AWK,
  gawk: AWK,
  mawk: AWK,
  nawk: AWK,
  sed: SED,
  gsed: SED,
  psql: sql({ short: 'cdfhopUvPRFT', long: ['command', 'dbname', 'file', 'host', 'port', 'username', 'set'] }),
  mysql: sql(MYSQL),
  mariadb: sql(MYSQL),
  'clickhouse-client': sql({ short: 'qhu', long: ['query', 'host', 'user', 'password', 'database', 'port'] }),
  sqlite3: sql({ long: ['cmd', 'init'] }, 1),
  duckdb: sql({ short: 'cs' }, 1),
  jq,
  eval: evaluated,
  find,
  gfind: find,
  ssh,
  autossh: ssh,
  slogin: ssh,
  mosh: ssh,
  ...TERMINAL_RUNNERS,
  ...Object.fromEntries(PLACE_NAMES.map((name) => [name, runInPlace])),
};

/** How that command runs what it is given; undefined where it runs nothing. Versioned names (`python3.11`) count. */
export function runnerOf(name: string): Runner | undefined {
  if (Object.hasOwn(TABLE, name)) return TABLE[name];
  if (!/\d$/.test(name)) return undefined;
  const plain = name.replace(/-?\d+(\.\d+)*$/, '');
  return plain !== name && Object.hasOwn(TABLE, plain) ? TABLE[plain] : undefined;
}
