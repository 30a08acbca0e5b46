// Interpreters and the options by which they are given code. Data only.
import type { Interpreter } from './interpreters.ts';

const PHP_SETTINGS =
  /^(memory_limit|display_errors|error_reporting|max_execution_time|xdebug\.mode|date\.timezone)(=\S*)?$/;

const NODE: Interpreter = {
  language: 'javascript',
  spec: {
    short: 'eprC',
    long: [
      'eval',
      'print',
      'require',
      'import',
      'loader',
      'experimental-loader',
      'env-file',
      'conditions',
      'test-reporter',
    ],
  },
  code: ['-e', '-p', '--eval', '--print'],
  loads: ['-r', '--require', '--import', '--loader', '--experimental-loader'],
  verbs: { inspect: 'typed' },
};

const LUA: Interpreter = { language: 'lua', spec: { short: 'el' }, code: ['-e'], loads: ['-l'] };
const JULIA: Interpreter = {
  language: 'julia',
  spec: { short: 'eELJ', long: ['eval', 'print', 'load', 'project', 'threads'] },
  code: ['-e', '-E', '--eval', '--print'],
  loads: ['-L', '--load'],
};

function simple(language: string, short: string, long: readonly string[] = [], letters = 'e'): Interpreter {
  const code = [...letters].map((letter) => `-${letter}`);
  return { language, spec: { short, long }, code: [...code, ...long.map((name) => `--${name}`)] };
}

/** By name; versioned names count as well. Python, Perl and Ruby have readers of their own. */
export const INTERPRETERS: Readonly<Record<string, Interpreter>> = {
  node: NODE,
  nodejs: NODE,
  'ts-node': NODE,
  tsx: NODE,
  bun: {
    language: 'javascript',
    spec: { short: 'epr', long: ['eval', 'print', 'preload', 'require'] },
    code: ['-e', '-p', '--eval', '--print'],
    loads: ['-r', '--preload', '--require'],
    verbs: {
      run: 'file',
      repl: 'typed',
      ...Object.fromEntries(
        'install i add remove update link build test x pm create init upgrade outdated audit'
          .split(' ')
          .map((verb) => [verb, 'other'] as const),
      ),
    },
  },
  deno: {
    language: 'javascript',
    spec: {},
    verbs: {
      eval: 'code',
      run: 'file',
      repl: 'typed',
      ...Object.fromEntries(
        'fmt lint check test cache info types task compile bench doc install add init upgrade'
          .split(' ')
          .map((verb) => [verb, 'other'] as const),
      ),
    },
  },
  qjs: simple('javascript', 'eI', ['eval']),
  php: {
    language: 'php',
    spec: { short: 'rRBEcdfztS' },
    code: ['-r', '-R', '-B', '-E'],
    loads: ['-f', '-F', '-z'],
    settings: ['-d'],
    isPlainSetting: (value) => PHP_SETTINGS.test(value),
  },
  lua: LUA,
  luajit: LUA,
  Rscript: simple('r', 'e'),
  R: simple('r', 'ef', []),
  julia: JULIA,
  tclsh: simple('tcl', '', [], ''),
  wish: simple('tcl', '', [], ''),
  expect: simple('tcl', 'cf', [], 'c'),
  osascript: simple('applescript', 'els'),
  ghc: simple('haskell', 'e'),
  runghc: simple('haskell', ''),
  groovy: simple('groovy', 'e'),
  scala: simple('scala', 'e'),
  elixir: simple('elixir', 'er', ['eval', 'rpc-eval']),
  iex: simple('elixir', 'er', ['eval']),
  guile: simple('scheme', 'celsL', [], 'ce'),
  racket: simple('scheme', 'eftlpr', ['eval']),
  sbcl: simple('lisp', '', ['eval', 'load']),
  clisp: simple('lisp', 'xi', [], 'x'),
  clojure: simple('clojure', 'eim', ['eval']),
  clj: simple('clojure', 'eim', ['eval']),
  bb: simple('clojure', 'efm', ['eval']),
  swift: simple('swift', 'e'),
  octave: simple('octave', '', ['eval']),
  gnuplot: simple('gnuplot', 'e'),
  ocaml: simple('ocaml', 'eI'),
  irb: simple('ruby', 'rI', [], ''),
  pry: simple('ruby', 'erI', ['exec']),
  ipython: simple('python', 'cm', [], 'c'),
  hy: simple('hy', 'cm', [], 'c'),
  jshell: simple('java', 'R', [], ''),
  ghci: simple('haskell', 'e'),
  m4: simple('m4', 'DUI', [], ''),
  dc: {
    language: 'dc',
    spec: { short: 'ef', long: ['expression', 'file'] },
    code: ['-e', '--expression'],
    loads: ['-f', '--file'],
  },
};
