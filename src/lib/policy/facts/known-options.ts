// Whether the options of a command are all among those a rule lists. What is not listed is not known to be harmless:
// abbreviations, other programs of the same name and next year's options are asked for without anybody thinking of them.
import type { Field } from './facts.ts';
import { overlaps } from './glob.ts';
import { mayBeOption, maySplit } from './options.ts';
import { isExact } from './unknowns.ts';

/** What follows an option: nothing (or a value glued on), one value, or words up to `;` or `+`. */
type Takes = 'nothing' | 'value' | 'command';

/** A list of options as rules write it; build with `compileKnownOptions`. */
export interface KnownOptions {
  readonly letters: ReadonlyMap<string, Takes>;
  /** `--lines`, and for programs like find `-name`. */
  readonly words: ReadonlyMap<string, Takes>;
  /** Whole words after one dash, as find has them: nothing is bundled there, and `--` ends nothing. */
  readonly wholeWords: boolean;
  /** Options end at the first operand, as in awk. */
  readonly leading: boolean;
}

/**
 * `-n` and `--lines` stand alone, `-n=` and `--lines=` take a value, `-exec;` takes words up to `;` or `+`, and `+`
 * says that options end at the first operand (the sign of getopt).
 */
export function compileKnownOptions(list: readonly string[]): KnownOptions {
  const letters = new Map<string, Takes>();
  const words = new Map<string, Takes>();
  for (const written of list) {
    if (written === '+') continue;
    const takes = written.endsWith('=') ? 'value' : written.endsWith(';') ? 'command' : 'nothing';
    const name = takes === 'nothing' ? written : written.slice(0, -1);
    if (name.length === 2 && name !== '--') letters.set(name.slice(1), takes);
    else words.set(name, takes);
  }
  const wholeWords = [...words.keys()].some((name) => !name.startsWith('--'));
  return { letters, words, wholeWords, leading: list.includes('+') };
}

/** `no` where an option is there that is not listed, `maybe` where one may turn up when the command runs. */
export function hasOnly(args: readonly Field[], known: KnownOptions): 'yes' | 'maybe' | 'no' {
  let unsure = false;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index];
    if (arg === undefined) break;
    if (arg.value === '--' && !known.wholeWords) break;
    if (arg.value === '-' || !arg.value.startsWith('-')) {
      if (known.wholeWords ? mayBeWholeWord(arg) : mayBeOption(arg)) unsure = true;
      else if (known.leading) break;
      continue;
    }
    const takes = takenBy(arg, known);
    if (takes === 'unlisted') return 'no';
    if (takes === 'unknown' || maySplit(arg)) unsure = true;
    const end = endOf(takes, args, index);
    // What may become several words leaves the rest of them where options are read.
    if (args.slice(index + 1, end + 1).some((each) => moves(each, known, takes))) unsure = true;
    index = end;
  }
  return unsure ? 'maybe' : 'yes';
}

function takenBy({ value }: Field, known: KnownOptions): Takes | 'unlisted' | 'unknown' {
  const [name = ''] = value.split('=', 1);
  const word = known.words.get(name);
  if (word !== undefined) return word === 'value' && value.includes('=') ? 'nothing' : word;
  if (value.startsWith('--')) return isExact(name) ? 'unlisted' : 'unknown';
  if (known.wholeWords) {
    const letter = value.length === 2 ? known.letters.get(value.slice(1)) : undefined;
    return letter ?? (isExact(value) ? 'unlisted' : 'unknown');
  }
  for (const [at, letter] of [...value.slice(1)].entries()) {
    if (!isExact(letter)) return 'unknown';
    const takes = known.letters.get(letter);
    if (takes === undefined) return 'unlisted';
    if (takes !== 'nothing') return at + 2 < value.length ? 'nothing' : takes;
  }
  return 'nothing';
}

function endOf(takes: Takes | 'unknown', args: readonly Field[], index: number): number {
  if (takes === 'value') return index + 1;
  if (takes !== 'command') return index;
  const end = args.findIndex(({ value }, at) => at > index && (value === ';' || value === '+'));
  return end === -1 ? args.length : end;
}

function moves(value: Field, known: KnownOptions, takes: Takes | 'unknown'): boolean {
  if (takes === 'command') return maySplit(value) || (!value.exact && overlaps(value.value, ';'));
  return maySplit(value) || (value.many && (known.wholeWords ? mayBeWholeWord(value) : mayBeOption(value)));
}

// `*.ts` is no option where those are whole words of letters; `*` and `?delete` may be.
function mayBeWholeWord(arg: Field): boolean {
  return mayBeOption(arg) && (maySplit(arg) || ![...arg.value].some((char) => isExact(char) && /[^\w-]/.test(char)));
}
