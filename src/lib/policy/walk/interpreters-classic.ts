// Python, Perl and Ruby: interpreters whose options are written in ways of their own (`-lane CODE`, `-i.bak`, `-m MODULE`).
import { isPlainPerlModule } from '../code/perl.ts';
import type { Field } from '../facts/facts.ts';
import { parseOptions } from '../facts/options.ts';
import { ANY, isExact, SOME } from '../facts/unknowns.ts';
import { argumentCode, fileCode, type Given, inputCode, unread } from './interpreters.ts';
import { field } from './split-runs.ts';
import type { Call } from './walk.ts';

/** Modules of Python that serve, or run what they are given. */
const SERVES =
  /^(http\.server|SimpleHTTPServer|BaseHTTPServer|CGIHTTPServer|smtpd|ftplib|telnetlib|imaplib|webbrowser|xmlrpc\.server|wsgiref\.simple_server|antigravity|pty|pydoc|idlelib(\..*)?|turtledemo|test(\..*)?|runpy)$/;
const TYPED = /^(code|asyncio|IPython|ptpython|bpython)$/;
const RUNS = /^(cProfile|profile|trace|pdb|coverage|memory_profiler|viztracer)$/;
const READS = /^(json\.tool|base64|gzip|zipfile|tarfile|tokenize|ast|dis|quopri|uu|encodings\.rot_13)$/;

/** `python -c CODE`, `python -m MODULE`, `python FILE`. */
export function pythonCode(call: Call, args: readonly Field[]): readonly Given[] {
  const end = args.findIndex((arg) => /^-[bBdEhiIOPqsSuvVx]*[cm]/.test(arg.value));
  const { options, operands } = parseOptions(end === -1 ? args : args.slice(0, end + 2), {
    short: 'cmQWX',
    long: ['check-hash-based-pycs'],
    posix: true,
  });
  const code = options.find(({ name }) => name === '-c');
  // With -i somebody types when the code has ended.
  const typed = options.some(({ name }) => name === '-i') ? [unread('python', 'typed')] : [];
  if (code !== undefined) return [argumentCode('python', code.value), ...typed];
  const module = options.find(({ name }) => name === '-m');
  if (module !== undefined) {
    const glued = /^-[a-zA-Z]*m(.+)$/.test(args[end]?.value ?? '');
    return [...moduleCode(call, module.value, args.slice(end + (glued ? 1 : 2))), ...typed];
  }
  const [file] = operands;
  if (file !== undefined && file.value !== '-') return [fileCode('python', file), ...typed];
  if (file === undefined && options.some(({ name }) => /^(-V|--version|--help|-h)$/.test(name))) return [];
  return [inputCode('python', call)];
}

function moduleCode(call: Call, module: Field | undefined, rest: readonly Field[]): readonly Given[] {
  if (module === undefined || !module.exact || SERVES.test(module.value)) return [unread('python', 'argument')];
  const { value } = module;
  if (TYPED.test(value)) return [inputCode('python', call)];
  if (value === 'timeit') {
    const { options, operands } = parseOptions(rest, {
      short: 'nrsu',
      long: ['number', 'repeat', 'setup', 'unit'],
      posix: true,
    });
    const setup = options.filter(({ name }) => name === '-s' || name.startsWith('--s')).map((option) => option.value);
    const lines = [...setup, ...operands].filter((line) => line !== undefined);
    const text = field(lines.map((line) => line.value).join('\n'));
    return [lines.every((line) => line.exact) ? argumentCode('python', text) : unread('python', 'argument')];
  }
  if (RUNS.test(value)) {
    // A debugger waits for commands.
    if (value === 'pdb')
      return [unread('python', rest.some((arg) => /^(-c|--com)/.test(arg.value)) ? 'argument' : 'typed')];
    const script = parseOptions(rest, { short: 'osmc', posix: true }).operands[0];
    return [unread('python', 'file', script === undefined ? [] : [script])];
  }
  return [unread('python', 'file', READS.test(value) ? parseOptions(rest, {}).operands : [])];
}

interface Letters {
  readonly language: 'perl' | 'ruby';
  /** Letters whose value is the rest of the word or, where that is empty, the next one. */
  readonly values: string;
  /** Letters whose value is the rest of the word. */
  readonly glued: string;
  /** Letters that make more of it than the code says. */
  readonly risky: string;
}

const PERL: Letters = { language: 'perl', values: 'eEI', glued: 'MmFiDdCxV', risky: 'DdxsSuU' };
const RUBY: Letters = { language: 'ruby', values: 'eIrEC', glued: 'Fix', risky: 'CdsSx' };

export function perlCode(call: Call, args: readonly Field[]): readonly Given[] {
  return classicCode(PERL, call, args);
}

export function rubyCode(call: Call, args: readonly Field[]): readonly Given[] {
  return classicCode(RUBY, call, args);
}

function classicCode(how: Letters, call: Call, args: readonly Field[]): readonly Given[] {
  const { language } = how;
  const { letters, operands, looks } = readLetters(how, args);
  const given = letters.flatMap(({ letter, value }) => letterCode(how, letter, value));
  if (!letters.some(({ letter }) => letter === 'e' || letter === 'E')) {
    const [file] = operands;
    if (file !== undefined && file.value !== '-') return [...given, fileCode(language, file)];
    return looks ? given : [...given, inputCode(language, call)];
  }
  // Both open a file whose name begins or ends with a bar as a program.
  const opens = operands.some(({ value }) => /^\s*[|<>+&]|\|\s*$|^-$/.test(value) || mayEnd(value));
  const inPlace = letters.some(({ letter }) => letter === 'i');
  return [
    ...given,
    ...(opens ? [unread(language, 'argument')] : []),
    { code: [], reads: operands, writes: inPlace ? operands : [] },
  ];
}

function mayEnd(value: string): boolean {
  return !isExact(value) && (/[^\w.]$/.test(value) || value.startsWith(ANY) || value.startsWith(SOME));
}

interface Read {
  readonly letters: readonly { readonly letter: string; readonly value: Field | undefined }[];
  readonly operands: readonly Field[];
  /** It only says what it is. */
  readonly looks: boolean;
}

/** Letters that numbers may follow, and then further letters. */
const DIGITS: Readonly<Record<string, RegExp>> = {
  '0': /^(x[\da-fA-F]+|[0-7]*)/,
  l: /^[0-7]*/,
  W: /^(:.*|\d?)/,
  K: /^\w?/,
  T: /^\d*/,
};

function readLetters(how: Letters, args: readonly Field[]): Read {
  const letters: { letter: string; value: Field | undefined }[] = [];
  let looks = false;
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? field('');
    if (arg.value === '--') {
      at++;
      break;
    }
    if (!arg.value.startsWith('-') || arg.value === '-') break;
    if (arg.value.startsWith('--')) {
      if (/^--(version|help|copyright)$/.test(arg.value)) looks = true;
      else if (!/^--(disable|enable|encoding|external-encoding|yjit|jit|verbose)/.test(arg.value))
        letters.push({ letter: '?', value: arg });
      continue;
    }
    for (let place = 1; place < arg.value.length; place++) {
      const letter = arg.value[place] ?? '';
      const rest = arg.value.slice(place + 1);
      if (letter === 'v' || letter === 'h') looks = true;
      if (DIGITS[letter] !== undefined) {
        place += DIGITS[letter].exec(rest)?.[0].length ?? 0;
      } else if (how.values.includes(letter) || how.glued.includes(letter)) {
        const takesNext = rest === '' && how.values.includes(letter);
        letters.push({ letter, value: takesNext ? args[++at] : { ...arg, value: rest } });
        break;
      } else letters.push({ letter, value: arg });
    }
  }
  return { letters, operands: args.slice(at), looks };
}

/** Separators that are nothing but text to split at. */
const SEPARATOR = /^[-\w,:;|.\\+ =_#&@\t]{1,8}$/;
const LIBRARY = /^(json|set|date|time|digest|securerandom|base64|bigdecimal|pp|csv)$/;

function letterCode({ language, risky }: Letters, letter: string, value: Field | undefined): Given[] {
  const text = value?.exact === true ? value.value : undefined;
  if (letter === 'e' || letter === 'E') {
    if (language === 'ruby' && letter === 'E') return [];
    return [argumentCode(language, value)];
  }
  // A folder of modules, a module: files that are run.
  if (letter === 'I' || (letter === 'r' && language === 'ruby')) {
    return LIBRARY.test(text ?? '') ? [] : [unread(language, 'file', value?.value.includes('/') ? [value] : [])];
  }
  const isKnown =
    (/^[Mm]$/.test(letter) && language === 'perl' && isPlainPerlModule(text ?? '')) ||
    (letter === 'F' && SEPARATOR.test(text ?? '/')) ||
    (letter === 'i' && /^[\w.~-]*$/.test(text ?? '/'));
  if (isKnown) return [];
  const asks = /^[MmFi?]$/.test(letter) || risky.includes(letter);
  return asks ? [unread(language, 'argument')] : [];
}
