// Tools that take commands of a language of their own, some of which run programs: editors, debuggers, make, bc, rpm.
import type { Field } from '../facts/facts.ts';
import { isLongOption, parseOptions } from '../facts/options.ts';
import { argumentCode, fileCode, type Given, inputCode, unread } from './interpreters.ts';
import { field } from './split-runs.ts';
import type { Call } from './walk.ts';

type Reader = (call: Call, args: readonly Field[]) => readonly Given[];

// `vim -c CMD +CMD --cmd CMD -S FILE`; ex, and vim with -e, read commands from their input.
function vim(isEx: boolean): Reader {
  return (call, args) => {
    const readsInput = isEx || args.some(({ value }) => /^-[a-zA-Z]*[eE][a-zA-Z]*$/.test(value));
    // Beside -e, -s takes no script: it is silent.
    const short = readsInput ? 'cSuUiwWTtq' : 'cSsuUiwWTtq';
    const { options, operands } = parseOptions(args, { short, long: ['cmd', 'startuptime', 'listen', 'server'] });
    const given = options.flatMap(({ name, value }): Given[] => {
      if (name === '-c' || isLongOption(name, '--cmd')) return [argumentCode('vim', value)];
      if (name === '-l') return [unread('lua', 'file')];
      const isFile = /^-[SsuU]$/.test(name) && !/^(NONE|NORC|DEFAULTS)$/.test(value?.value ?? 'NONE');
      return isFile && !(readsInput && name === '-s')
        ? [unread('vim', 'file', value === undefined ? [] : [value])]
        : [];
    });
    const plus = operands.filter(({ value }) => /^\+./.test(value));
    const commands = plus.map((arg) => argumentCode('vim', { ...arg, value: arg.value.slice(1) }));
    const isGiven = readsInput && call.stdin.kind !== 'inherit';
    return [...given, ...commands, ...(isGiven ? [inputCode('vim', call)] : [])];
  };
}

const emacs: Reader = (_, args) =>
  args.flatMap(({ value }, index): Given[] => {
    const next = args[index + 1];
    if (/^--?(eval|execute)$/.test(value)) return [argumentCode('elisp', next)];
    if (/^--(eval|execute|funcall)=/.test(value)) return [argumentCode('elisp', field(value.replace(/^[^=]*=/, '')))];
    if (/^(-f|--?funcall)$/.test(value)) return [argumentCode('elisp', next)];
    if (/^(-l|--?load|--?script|-x)$/.test(value)) return [unread('elisp', 'file', next === undefined ? [] : [next])];
    return [];
  });

const ed: Reader = (call) => (call.stdin.kind === 'inherit' ? [] : [inputCode('ed', call)]);

const gdb: Reader = (call, args) => {
  const given = args.flatMap(({ value }, index): Given[] => {
    const next = args[index + 1];
    if (/^--?(ex|iex|eval-command|init-eval-command|o|one-line|source-quietly)$/.test(value))
      return [argumentCode('gdb', next)];
    if (/^--?(ex|iex|eval-command|init-eval-command|one-line)=/.test(value))
      return [argumentCode('gdb', field(value.replace(/^[^=]*=/, '')))];
    if (/^--?(x|ix|command|init-command|s|source)$/.test(value))
      return next === undefined ? [] : [fileCode('gdb', next)];
    return [];
  });
  return [...given, ...(call.stdin.kind === 'inherit' ? [] : [inputCode('gdb', call)])];
};

/** Marks of shell code or of make's own functions in a variable given to make. */
const MAKE_CODE = /[`;|&$<>#\n]/;

const make: Reader = (call, args) => {
  const { options, operands } = parseOptions(args, {
    short: 'CfIjloWE',
    long: [
      'directory',
      'file',
      'makefile',
      'include-dir',
      'eval',
      'old-file',
      'what-if',
      'new-file',
      'assume-new',
      'assume-old',
    ],
  });
  const given = options.flatMap(({ name, value }): Given[] => {
    if (name === '-E' || isLongOption(name, '--eval')) return [argumentCode('make', value)];
    if (name !== '-f' && !isLongOption(name, '--file') && !isLongOption(name, '--makefile')) return [];
    return value === undefined || value.value === '-' ? [inputCode('make', call)] : [fileCode('make', value)];
  });
  const isRisky = operands.some(
    ({ value }) =>
      /^(SHELL|MAKEFLAGS|\.SHELLFLAGS|GNUMAKEFLAGS|MAKEFILES)[:?+!]*=/.test(value) ||
      (value.includes('=') && MAKE_CODE.test(value)),
  );
  return [...given, ...(isRisky ? [unread('make', 'argument')] : [])];
};

const bc: Reader = (call, args) => {
  const { options, operands } = parseOptions(args, { short: 'ef', long: ['expression', 'file'] });
  const given = options.flatMap(({ name, value }) =>
    name === '-e' || isLongOption(name, '--expression') ? [argumentCode('bc', value)] : [],
  );
  const files = operands.map((file) => fileCode('bc', file));
  return [...given, ...files, ...(call.stdin.kind === 'text' ? [inputCode('bc', call)] : [])];
};

// `%(…)` and `%{lua:…}` run code.
const rpm: Reader = (_, args) =>
  args.flatMap((arg, index): Given[] => {
    const value = /^(-E|--eval)$/.test(arg.value) ? args[index + 1] : /^--eval=/.test(arg.value) ? arg : undefined;
    return value === undefined || (value.exact && !/%[({!?]*(\(|lua|uncompress|load)/.test(value.value))
      ? []
      : [unread('rpm', 'argument')];
  });

const LLDB = { short: 'oOsSKkfpn', long: ['one-line', 'source', 'one-line-before-file'] };
const lldb: Reader = (_, args) =>
  parseOptions(args, LLDB).options.flatMap(({ name, value }): Given[] => {
    if (/^-[oOkK]$/.test(name) || isLongOption(name, '--one-line')) return [argumentCode('gdb', value)];
    return /^-[sS]$/.test(name) && value !== undefined ? [fileCode('gdb', value)] : [];
  });

/** Which commands each of them is given. */
export const TOOL_CODE: Readonly<Record<string, Reader>> = {
  ...Object.fromEntries(
    'vi vim nvim gvim view rvim rview vimdiff gview nvi elvis'.split(' ').map((name) => [name, vim(false)]),
  ),
  ex: vim(true),
  emacs,
  emacsclient: emacs,
  ed,
  red: ed,
  gdb,
  lldb,
  make,
  gmake: make,
  bmake: make,
  bc,
  rpm,
};
