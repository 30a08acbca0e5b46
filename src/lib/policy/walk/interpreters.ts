// How interpreters are given code: in options, in a file, through their input, or by whoever types. Data and the one
// function that reads it; what the code means is for `code/` to say.
import { provePlain } from '../code/index.ts';
import type { CodeFact, Field } from '../facts/facts.ts';
import { isLongOption, type Option, type OptionSpec, parseOptions } from '../facts/options.ts';
import { field } from './split-runs.ts';
import type { Call } from './walk.ts';

/** What code or files of code an interpreter is given. */
export interface Given {
  readonly code: readonly CodeFact[];
  readonly reads: readonly Field[];
  readonly writes: readonly Field[];
}

/** Code that stands in an argument; a word that is only known later is not proven to be anything. */
export function argumentCode(language: string, value: Field | undefined): Given {
  return value?.exact === true ? textCode(language, value.value, 'argument') : unread(language, 'argument');
}

export function textCode(language: string, text: string, from: CodeFact['from']): Given {
  const plain = provePlain(language, text);
  return {
    code: [{ language, text, from, plain: plain !== undefined }],
    reads: (plain?.reads ?? []).map((path) => field(path)),
    writes: (plain?.writes ?? []).map((path) => field(path)),
  };
}

/** Code that nobody has read. */
export function unread(language: string, from: CodeFact['from'], reads: readonly Field[] = []): Given {
  return { code: [{ language, text: undefined, from, plain: false }], reads, writes: [] };
}

/** A script: a file, or a pipe under a name. */
export function fileCode(language: string, file: Field): Given {
  const isStream = /^\/(dev\/(stdin|fd\/)|proc\/(self|thread-self|\d+)\/fd\/)/.test(file.value);
  return unread(language, isStream ? 'stream' : 'file', [file]);
}

/** The standard input as code. */
export function inputCode(language: string, { stdin }: Call): Given {
  return stdin.kind === 'text' ? textCode(language, stdin.text, 'input') : unread(language, 'input');
}

export function together(all: readonly Given[]): Given {
  return {
    code: all.flatMap(({ code }) => code),
    reads: all.flatMap(({ reads }) => reads),
    writes: all.flatMap(({ writes }) => writes),
  };
}

export interface Interpreter {
  readonly language: string;
  readonly spec: OptionSpec;
  /** Options whose value is code. */
  readonly code?: readonly string[];
  /** Options whose value is a file or module that is run first. */
  readonly loads?: readonly string[];
  /** Options whose value may make it run something: judged by `isPlainValue`. */
  readonly settings?: readonly string[];
  readonly isPlainSetting?: (value: string) => boolean;
  /** Words before code or a file: `deno eval CODE`. */
  readonly verbs?: Readonly<Record<string, 'code' | 'file' | 'typed' | 'other'>>;
}

const LOOKS = /^(-V|--version|-version|--help|-h|-help|-v)$/;

/** What this call of the interpreter runs. */
export function givenCode(how: Interpreter, call: Call, args: readonly Field[]): readonly Given[] {
  const { language } = how;
  const { options, operands } = parseOptions(args, { ...how.spec, posix: true });
  const named = (option: Option, names: readonly string[] | undefined) =>
    names?.some((name) => option.name === name || isLongOption(option.name, name)) === true;
  const inOptions = options.flatMap((option): Given[] => {
    if (named(option, how.code)) return [argumentCode(language, option.value)];
    if (named(option, how.loads)) return [loaded(language, option.value)];
    const isSetting = named(option, how.settings) && !(how.isPlainSetting?.(option.value?.value ?? '') ?? false);
    return isSetting ? [unread(language, 'argument')] : [];
  });
  if (options.some((option) => named(option, how.code))) return inOptions;
  const [file, next] = operands;
  const verb = file === undefined ? undefined : how.verbs?.[file.value];
  if (verb === 'code') return [...inOptions, argumentCode(language, operands.slice(1).find(isNoOption))];
  if (verb === 'typed') return [...inOptions, unread(language, 'typed')];
  if (verb === 'file' && next !== undefined) return [...inOptions, fileCode(language, next)];
  if (verb === 'other') return inOptions;
  if (file !== undefined && file.value !== '-') return [...inOptions, fileCode(language, file)];
  if (file === undefined && options.some(({ name }) => LOOKS.test(name))) return inOptions;
  // It finds what it runs by itself.
  if (file === undefined && options.some(({ name }) => /^--(test|run|check)$/.test(name)))
    return [unread(language, 'file')];
  return [...inOptions, inputCode(language, call)];
}

function isNoOption({ value }: Field): boolean {
  return !value.startsWith('-');
}

// `node --import data:text/javascript,…` is code; anything else a file or an installed module.
function loaded(language: string, value: Field | undefined): Given {
  if (value === undefined || !value.exact || /^(data|https?|blob):/i.test(value.value))
    return unread(language, 'argument');
  return unread(language, 'file', value.value.includes('/') ? [value] : []);
}
