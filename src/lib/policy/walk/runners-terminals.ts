// Commands that run others later or in a terminal of their own: tmux, screen, at, parallel, concurrently.

import type { CodeFact, Field } from '../facts/facts.ts';
import { parseOptions } from '../facts/options.ts';
import { ANY, isExact, SOME } from '../facts/unknowns.ts';
import { quote } from '../language/print.ts';
import { runText } from './builtins.ts';
import { innerScope, runCommand } from './command.ts';
import { fileCode, unread } from './interpreters.ts';
import { fork, type Scope } from './scope.ts';
import { field } from './split-runs.ts';
import { type Call, note, type Walk } from './walk.ts';

interface Ran {
  readonly code?: readonly CodeFact[];
  readonly reads?: readonly Field[];
}

type Runner = (walk: Walk, scope: Scope, call: Call, args: readonly Field[]) => Ran;

function text(walk: Walk, scope: Scope, call: Call, name: string, words: readonly Field[]): void {
  if (!words.every((word) => word.exact)) note(walk, `${name} runs text that only the run will know`, call.text);
  else
    runText(walk, innerScope(scope, call, []), words.map((word) => word.value).join(' '), {
      ...call,
      stdin: { kind: 'inherit' },
      wrappers: [...call.wrappers, name],
    });
}

const TMUX_RUNS =
  /^(new|new-session|neww|new-window|splitw|split-window|respawn-pane|respawnp|respawn-window|respawnw|popup|display-popup|run|run-shell)$/;
const TMUX_TYPES =
  /^(send|send-keys|pipe-pane|pipep|if|if-shell|bind|bind-key|source|source-file|set-hook|command-prompt|confirm|confirm-before|paste-buffer|pasteb|load-buffer|loadb)$/;
const TMUX_LOOKS =
  /^(ls|list-[a-z]+|lsw|lsp|lsc|has|has-session|kill-[a-z]+|info|display|display-message|capture-pane|capturep|show|show-[a-z]+|rename-[a-z]+|detach|detach-client|select-[a-z]+|resize-[a-z]+|-V)$/;

const tmux: Runner = (walk, scope, call, args) => {
  // `#(…)` in a format runs a program, `\;` begins another command of tmux.
  if (args.some(({ value }) => value.includes('#(') || value === ';')) return unread('tmux', 'argument');
  const { operands } = parseOptions(args, { short: 'cfLS', posix: true });
  const [verb, ...rest] = operands;
  if (verb === undefined) return args.some(({ value }) => value === '-V') ? {} : unread('tmux', 'typed');
  if (TMUX_TYPES.test(verb.value)) return unread('tmux', 'argument');
  if (TMUX_LOOKS.test(verb.value)) return {};
  if (!TMUX_RUNS.test(verb.value)) return unread('tmux', 'typed');
  const words = parseOptions(rest, { short: 'ceFfnstxylTdbhSw', posix: true }).operands;
  // A letter may take a word for one command of tmux, and not for another.
  const flagged = parseOptions(rest, { short: 'ceFfnstxyl', posix: true }).operands;
  for (const each of words.length === flagged.length ? [words] : [words, flagged])
    if (each.length > 0) text(walk, scope, call, 'tmux', each);
  return words.length === 0 && flagged.length === 0 ? unread('tmux', 'typed') : {};
};

const screen: Runner = (walk, scope, call, args) => {
  if (args.some(({ value }) => /^-(ls|list|wipe|v|version|help)$/.test(value))) return {};
  const { options, operands } = parseOptions(args, { short: 'SstcehpTXQ', posix: true });
  if (options.some(({ name }) => name === '-X' || name === '-Q')) return unread('screen', 'argument');
  if (operands.length === 0) return unread('screen', 'typed');
  runCommand(walk, fork(scope), { ...call, fields: operands, wrappers: [...call.wrappers, 'screen'] });
  return {};
};

// Its input is shell code, run later.
const at: Runner = (walk, scope, call, args) => {
  const { options } = parseOptions(args, { short: 'fqt' });
  if (options.some(({ name }) => /^-[lrdcV]$/.test(name))) return {};
  const file = options.find(({ name }) => name === '-f')?.value;
  if (file !== undefined) return fileCode('sh', file);
  if (call.stdin.kind !== 'text') return unread('sh', 'input');
  text(walk, scope, call, 'at', [field(call.stdin.text)]);
  return {};
};

const PARALLEL = {
  short: 'jaINnLdSCPsT',
  long: (
    'jobs arg-file colsep delay timeout results joblog tmpdir workdir wd env retries halt load memfree sshlogin max-args ' +
    'max-procs block tagstring delimiter basefile return recend recstart'
  ).split(' '),
  posix: true,
};
/** Inputs that are looked at one by one; of more, one stands for all. */
const MAX_INPUTS = 8;

// `parallel CMD {} ::: a b`: the words are shell text; what is put in is quoted, and is one word.
const parallel: Runner = (walk, scope, call, args) => {
  const { operands } = parseOptions(args, PARALLEL);
  const first = operands.findIndex(({ value }) => /^:::/.test(value));
  const command = first === -1 ? operands : operands.slice(0, first);
  const given = first === -1 ? [] : operands.slice(first).filter(({ value }) => !/^:::[:+]*$/.test(value));
  const isPlain =
    first !== -1 &&
    operands.slice(first + 1).every(({ value }) => !/^:::/.test(value)) &&
    operands[first]?.value === ':::';
  if (command.length === 0) {
    if (isPlain) for (const input of given.slice(0, MAX_INPUTS)) text(walk, scope, call, 'parallel', [input]);
    if (isPlain && given.length <= MAX_INPUTS) return {};
    if (call.stdin.kind === 'text' && first === -1) {
      text(walk, scope, call, 'parallel', [field(call.stdin.text)]);
      return {};
    }
    return unread('sh', 'stream');
  }
  if (!command.every((word) => word.exact)) {
    note(walk, 'parallel gives its words to a shell, and not all are known', call.text);
    return {};
  }
  const template = command.map((word) => word.value).join(' ');
  const inputs = isPlain && given.length <= MAX_INPUTS && given.every((each) => each.exact) ? given : [inputLine(call)];
  for (const input of inputs) {
    const word = input.exact ? quote(input.value) : input.value;
    const filled = /\{[^{}\s]*\}/.test(template)
      ? template.replace(/\{([^{}\s]*)\}/g, (_, how: string) => (how === '' ? word : ANY))
      : `${template} ${word}`;
    runText(walk, innerScope(scope, call, []), filled, {
      ...call,
      stdin: { kind: 'inherit' },
      wrappers: [...call.wrappers, 'parallel'],
    });
  }
  return {};
};

// A line of its input, as far as it can stand unquoted in a word.
function inputLine({ stdin }: Call): Field {
  const line = stdin.kind === 'pipe' ? (stdin.line ?? ANY) : ANY;
  return field(!isExact(line) && new RegExp(`^[\\w./${SOME}-]+$`).test(line) ? line : ANY);
}

const concurrently: Runner = (walk, scope, call, args) => {
  const { operands } = parseOptions(args, {
    short: 'nclptm',
    long: ['names', 'prefix-colors', 'prefix', 'max-processes', 'restart-tries', 'success'],
  });
  for (const each of operands) text(walk, scope, call, 'concurrently', [each]);
  return {};
};

/** By name. */
export const TERMINAL_RUNNERS: Readonly<Record<string, Runner>> = {
  tmux,
  screen,
  at,
  batch: at,
  parallel,
  sem: parallel,
  concurrently,
};
