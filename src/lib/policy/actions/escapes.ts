// Nested shells, and the ways in which ordinary programs run another: what is typed or read there is never judged.
import type { Field } from '../facts/facts.ts';
import { isLongOption, parseOptions } from '../facts/options.ts';
import { FOREIGN_SHELLS, SHELLS } from '../walk/shells.ts';
import { editorRuns } from './escape-editors.ts';
import { ESCAPES, type EscapeOptions } from './escape-options.ts';
import { ESCAPE_WORDS, RUNS_ITS_WORDS } from './escape-words.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const ESCAPE_ACTIONS: readonly string[] = ['escape.program', 'escape.shell', 'escape.terminal'];

/**
 * `escape.program`: an option runs a program; `escape.shell`: a shell or prompt that waits for what is typed;
 * `escape.terminal`: a terminal that goes on without its caller, with what runs in it.
 */
export function escapeActions(command: CommandFact): string[] {
  const { name, args, stdin } = command;
  const found: string[] = [];
  const plain = Object.hasOwn(ESCAPES, name) ? name : name.replace(/-?\d+(\.\d+)*$/, '');
  const options = Object.hasOwn(ESCAPES, plain) ? ESCAPES[plain] : undefined;
  if ((options !== undefined && runsProgram(options, args)) || editorRuns(name, args, stdin) || tarLetters(name, args))
    found.push('escape.program');
  if (runsWord(name, args)) found.push('escape.program');
  if (isPrompt(command)) found.push('escape.shell');
  if (keepsTerminal(name, args)) found.push('escape.terminal');
  return found;
}

function runsProgram(known: EscapeOptions, args: readonly Field[]): boolean {
  const spec = { short: known.short ?? '', long: known.long ?? [] };
  const options = known.words === true ? [] : parseOptions(args, spec).options;
  return Object.entries(known.runs).some(([option, harmless]) => {
    const isHarmful = (value: Field | undefined) => value?.exact !== true || !harmless.test(value.value);
    return (
      options.some(({ name, value }) => isNamed(known, name, option) && isHarmful(value)) ||
      ((known.words === true || /^-[^-]/.test(option)) &&
        args.some((arg, index) => gives(option, arg, args[index + 1], isHarmful)))
    );
  });
}

function isNamed({ others }: EscapeOptions, written: string, option: string): boolean {
  if (written === option) return true;
  return (
    option.startsWith('--') && written.length > 4 && others?.includes(written) !== true && isLongOption(written, option)
  );
}

// Words after one dash, `-ex CMD` and `-ex=CMD`; a letter that stands alone, whatever the bundles before it seem to be.
function gives(
  option: string,
  arg: Field,
  next: Field | undefined,
  isHarmful: (value: Field | undefined) => boolean,
): boolean {
  if (arg.value === option) return isHarmful(next);
  const isGlued = option.length > 2 && arg.value.startsWith(`${option}=`);
  return isGlued && isHarmful({ ...arg, value: arg.value.slice(option.length + 1) });
}

// `tar xIf prog a.tar`: letters without a dash.
function tarLetters(name: string, [first, second]: readonly Field[]): boolean {
  return (
    /^g?tar$/.test(name) && first !== undefined && /^[A-Za-z]*[IF][A-Za-z]*$/.test(first.value) && second !== undefined
  );
}

/** As many words as are looked at where the text of a command is matched. */
const MAX_WORDS = 60;

function textOf(words: readonly string[]): string {
  return words.slice(0, MAX_WORDS).join(' ');
}

// Programs one of whose words is a command, or a file of code.
function runsWord(name: string, args: readonly Field[]): boolean {
  const words = args.map(({ value }) => value);
  if (RUNS_ITS_WORDS.has(name)) return words.some((word) => !word.startsWith('-'));
  if (/^ld(-linux[\w.-]*|-musl[\w.-]*)?\.so/.test(name)) return words[0] !== '--verify';
  return Object.hasOwn(ESCAPE_WORDS, name) && ESCAPE_WORDS[name]?.test(textOf(words)) === true;
}

/** Languages that ask for code where no file is named. */
const PROMPTS = new Set(
  `python pypy ipython bpython ptpython node irb pry lua luajit tclsh wish ghci scala jshell julia R guile clisp sbcl racket erl iex ocaml utop gosh octave gp sage deno rhino jrunscript groovysh swipl gforth msfconsole scapy evil-winrm rpcclient newgrp sg`.split(
    /\s+/,
  ),
);
/** Debuggers: whatever is named, they ask what to do with it. */
const DEBUGGERS = new Set('pdb ipdb jdb rdb rdbg byebug dlv r2 radare2'.split(' '));
/** Languages that ask for code where an option says so. */
const ASKED: Readonly<Record<string, RegExp>> = {
  perl: /^-d/,
  php: /^(-a|--interactive)$/,
  bun: /^repl$/,
  deno: /^repl$/,
};

const CONSOLE_NAMES = new Set(
  `rails python php django-admin flask mix nix-shell nix poetry pipenv hatch guix docker docker-compose podman nerdctl virsh k9s bundle yarn composer pnpm npm npx uv pdm rye mise asdf conda`.split(
    /\s+/,
  ),
);
const CONSOLES =
  /^(rails (c|console|db|dbconsole)|python[\d.]* \S*manage\.py (shell|shell_plus|dbshell)|php \S*artisan tinker|django-admin (shell|dbshell)|flask shell|mix phx|nix-shell$|nix (shell|repl|develop)|(poetry|pipenv|hatch) shell|guix (shell|environment)|docker(-compose| compose)? attach|virsh console|k9s( -\S+( [^-]\S*)?)*$|bundle console)( |$)/;
/** A shell through a runner of another language's programs, or in a container. */
const RUNS_SHELL = / (exec|run|x|start)( \S+)* (\/(usr\/)?bin\/)?(sh|bash|zsh|dash|ash|fish|ksh)( -[il]+)*$/;
/** Debuggers and clients of databases that ask, with a way to a shell, unless one of these says what to do. */
const CLIENTS: Readonly<Record<string, RegExp>> = {
  gdb: /^[^-]|^--?(batch|version|help|ex|eval-command|x|command)/,
  lldb: /^[^-]|^--?(batch|version|help|o|one-line|s|source)/,
  psql: /^-[XqAtnwW1]*[cflV]|^--(command|file|list|version|help)/,
  mysql: /^-[BNstrnvA]*[eV]|^--(execute|version|help)/,
  mongosh: /^--(eval|file|version|help)|\.js$/,
  sftp: /^-[46aCfNpqrv]*[bV]/,
  sqlite3: /^-{1,2}(cmd|version|help)|^[^-]/,
};
const SAME_CLIENT: Readonly<Record<string, string>> = {
  mariadb: 'mysql',
  pgcli: 'psql',
  mycli: 'mysql',
  mongo: 'mongosh',
};
const clientOf = (name: string) => (Object.hasOwn(SAME_CLIENT, name) ? (SAME_CLIENT[name] ?? name) : name);

const MAY_ASK = new Set([
  ...[...PROMPTS, ...DEBUGGERS, ...CONSOLE_NAMES, 'script'],
  ...[ASKED, CLIENTS, SAME_CLIENT].flatMap((table) => Object.keys(table)),
]);

// A shell that waits for what is typed; `bash --version` and the like do not.
function isPrompt({ name, args, stdin, wraps, code }: CommandFact): boolean {
  const plain = name.replace(/[\d.]+$/, '');
  if (!SHELLS.has(name) && !FOREIGN_SHELLS.has(name) && !MAY_ASK.has(plain)) return false;
  const words = args.map(({ value }) => value);
  const end = words.findIndex((word) => !word.startsWith('-'));
  const isAsked = (end === -1 ? words : words.slice(0, end)).some((word) => /^-[a-zA-Z]*i[a-zA-Z]*$/.test(word));
  if (SHELLS.has(name) || FOREIGN_SHELLS.has(name)) {
    if (wraps || stdin.kind !== 'inherit') return isAsked;
    const { operands, options } = parseOptions(args, { short: 'oO', long: ['rcfile', 'init-file'], posix: true });
    if (options.some(({ name: option }) => /^--(version|help|dump)/.test(option) || option === '-c')) return false;
    return operands.length === 0 || isAsked || options.some(({ name: option }) => option === '-s');
  }
  const client = clientOf(plain);
  const isTold = Object.hasOwn(CLIENTS, client) ? CLIENTS[client] : undefined;
  if (isTold !== undefined) return stdin.kind === 'inherit' && !words.some((word) => isTold.test(word));
  if (isConsole(name, words) || (DEBUGGERS.has(plain) && stdin.kind === 'inherit')) return true;
  if (name === 'script') return !words.some((word) => /^(-[a-zA-Z]*c|--command|--version|--help)/.test(word));
  const asks = Object.hasOwn(ASKED, name) ? ASKED[name] : undefined;
  if (asks !== undefined && words.some((word) => asks.test(word))) return true;
  if (!PROMPTS.has(plain)) return false;
  if (isAsked) return true;
  if (code.some(({ text }) => text !== undefined)) return false;
  return (
    stdin.kind === 'inherit' &&
    words.every((word) => /^(-[qlBsSE]+|--interactive|--no-banner|--vanilla|--quiet)$/.test(word))
  );
}

function isConsole(name: string, words: readonly string[]): boolean {
  if (!CONSOLE_NAMES.has(name.replace(/[\d.]+$/, ''))) return false;
  const text = `${name} ${textOf(words)}`.trim();
  return CONSOLES.test(text) || RUNS_SHELL.test(text);
}

const TERMINALS = new Set(
  `xterm uxterm urxvt rxvt lxterminal gnome-terminal konsole alacritty kitty foot st x-terminal-emulator xfce4-terminal terminator wezterm`.split(
    /\s+/,
  ),
);
const MULTIPLEXERS = new Set('tmux screen byobu zellij dvtm mtm tmuxinator tmuxp twin'.split(' '));
const LISTS =
  /^(ls|list-\S+|lsp|lsw|lsc|has|has-session|display|display-message|capture-pane|capturep|show\S*|info|kill-session|kill-server|kill-window|kill-pane|-V|-ls|-list|--version|-h|--help|-v|detach\S*|rename\S*|list-sessions|wipe|-wipe|attach|delete-\S+|ka|d)$/;

// A multiplexer opens shells, and types into those that are open.
function keepsTerminal(name: string, args: readonly Field[]): boolean {
  if (TERMINALS.has(name)) return true;
  if (!MULTIPLEXERS.has(name)) return false;
  const { operands } = parseOptions(args, { short: name === 'tmux' ? 'cfLST' : 'ceEhprSTtX', posix: true });
  const first = operands[0]?.value ?? '';
  if (args.some(({ value }) => /^-(ls|list|wipe|v|V|-version|h|-help)$/.test(value))) return false;
  return name === 'screen' ? true : !LISTS.test(first);
}
