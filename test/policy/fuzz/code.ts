// Puts a call that makes a file into harmless code, with odd characters around, and runs for real what is still proven
// to be harmless: no file may be there afterwards.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provePlain } from '../../../src/lib/policy/code/index.ts';
import { type Random, seeded } from './random.ts';

export interface CodeReport {
  readonly tried: number;
  /** Proven, and therefore run. */
  readonly proven: number;
  /** Code that was proven and made the file all the same. */
  readonly misses: readonly string[];
}

interface Interpreter {
  readonly program: string;
  readonly option: string;
  /** Ways to make the file MARK. */
  readonly calls: readonly string[];
}

/** The languages whose interpreters run fast enough to be asked. */
export const INTERPRETERS: Readonly<Record<string, Interpreter>> = {
  javascript: {
    program: process.execPath,
    option: '-e',
    calls: [
      'require("fs").mkdirSync("MARK")',
      'fs.mkdirSync("MARK")',
      'process.getBuiltinModule("fs").mkdirSync("MARK")',
    ],
  },
  perl: {
    program: 'perl',
    option: '-e',
    calls: ['system("touch MARK")', '`touch MARK`', 'open(F,">MARK")', 'mkdir "MARK"'],
  },
  python: {
    program: 'python3',
    option: '-c',
    calls: ['__import__("os").mkdir("MARK")', 'open("MARK","w")', `exec("open('MARK','w')")`],
  },
};

const ODD = [
  ...['"', "'", '`', '\n', ';', '#', '/', '\\', '$', '%', '@', '&', '?', ':', '|', '=', '~', '!', ',', '.', ' ', '\t'],
  ...[
    '${',
    '}',
    '{',
    '(',
    ')',
    '[',
    ']',
    '//',
    '/*',
    '*/',
    '<<',
    '=>',
    '=~',
    '..',
    '"""',
    "'''",
    'f"',
    'r"',
    '<!--',
    '-->',
  ],
  ...[
    'y/',
    's/',
    'm/',
    'tr/',
    'q(',
    'qq{',
    '__END__',
    '=pod\n',
    '=cut\n',
    'x',
    'of ',
    'return ',
    ' if ',
    ' and ',
    '1',
    '.5',
    'é',
  ],
];

/** Tries `count` pieces of code made of `harmless` ones, and runs at most `runs` of those that are proven. */
export function fuzzCode(
  language: string,
  harmless: readonly string[],
  options: { seed: number; count: number; runs: number },
): CodeReport {
  const how = INTERPRETERS[language];
  if (how === undefined) throw new RangeError(`no interpreter for ${language}`);
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-code-'));
  const misses: string[] = [];
  let proven = 0;
  try {
    for (let index = 0; index < options.count && proven < options.runs; index++) {
      const code = mixed(seeded(options.seed * 1_000_003 + index), harmless, how.calls);
      const plain = provePlain(language, code);
      // A file that the proof names is no secret.
      if (plain === undefined || plain.writes.length > 0) continue;
      proven++;
      spawnSync(how.program, [how.option, code], {
        cwd: folder,
        timeout: 1000,
        input: '{}\n',
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      if (!existsSync(join(folder, 'MARK'))) continue;
      misses.push(code);
      rmSync(join(folder, 'MARK'), { recursive: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { tried: options.count, proven, misses };
}

function mixed({ below, chance, pick }: Random, harmless: readonly string[], calls: readonly string[]): string {
  let code = pick(harmless);
  const put = (text: string) => {
    const at = below(code.length + 1);
    code = code.slice(0, at) + text + code.slice(at);
  };
  for (let round = 0; round <= below(4); round++) put(pick(ODD));
  put(chance(0.5) ? pick(calls) : `;${pick(calls)};`);
  for (let round = 0; round < below(3); round++) put(pick(ODD));
  return code;
}
