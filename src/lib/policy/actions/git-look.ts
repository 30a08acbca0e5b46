// Which uses of git only look at what is here. What is not listed is not known to.
import type { Field } from '../facts/facts.ts';
import { beforeEndMark, mayBeOption } from '../facts/options.ts';
import { ANY, SOME } from '../facts/unknowns.ts';

/** Options before the subcommand that only say where it looks and how it shows it. */
const PLAIN_GLOBAL =
  /^(-C|-P|--no-pager|--no-optional-locks|--no-replace-objects|--no-lazy-fetch|--(literal|glob|noglob|icase)-pathspecs)$/;

/** Subcommands that only look at what is here (those that run or write something, or ask a server, are left out). */
const LOOKS = new Set(
  'status log show diff blame shortlog describe rev-parse rev-list ls-files ls-tree cat-file grep name-rev merge-base cherry whatchanged count-objects version for-each-ref show-ref diff-tree diff-index diff-files check-ignore'.split(
    ' ',
  ),
);
/** Subcommands that look or change, by their arguments. */
const LISTS = new Set(['branch', 'tag', 'remote', 'stash', 'config']);
/** With these they run a program, write a file or read one outside the repository. */
const RISKY = [
  '--show-signature',
  '--ext-diff',
  '--textconv',
  '--open-files-in-pager',
  '--output',
  '--upload-pack',
  '--receive-pack',
  '--exec',
  '--contents',
  '--no-index',
  '--filters',
  '--batch-command',
  '--git-dir-file',
  '--ignore-revs-file',
  '--exclude-from',
  '--exclude-per-directory',
  '--help',
];
/** Options of their own that begin like one of those. */
const OWN = new Set(['--text', '--filter', '--batch', '--batch-check', '--show-stash', '--show-notes', '--show-pulls']);
/** Formats that have a signature checked, by a program of the repository's choice. */
const CHECKS_SIGNATURE = /%G|%\([^)]*signature|^--show-sig|^--sort=.*signature/;
/** True where the subcommand only looks. */
export function onlyLooks(sub: string, args: readonly Field[]): boolean {
  return LISTS.has(sub) ? isListing(sub, args) : LOOKS.has(sub) && looks(sub, args);
}

/** True for an option before the subcommand that any look may have. */
export function isPlainGlobal(option: string): boolean {
  return PLAIN_GLOBAL.test(option);
}

function looks(sub: string, args: readonly Field[]): boolean {
  if (sub === 'diff' && args.some(mayBeOutside)) return false;
  return beforeEndMark(args).every((arg) => {
    const { value, exact } = arg;
    if (mayBeOption(arg)) return false;
    if (CHECKS_SIGNATURE.test(value)) return false;
    // Its formats and keys stand alone as well.
    if (sub === 'for-each-ref' && (!exact || /^[-*]*signature/.test(value))) return false;
    if (!exact) return !value.startsWith('-') || /^--(?!format|pretty)[a-z-]+=/.test(value);
    if (sub === 'grep' && /^-[a-zA-Z]*O/.test(value)) return false;
    // Files of options and patterns.
    if (/^-[a-zA-Z]*(X|f$|f[./])/.test(value) && (sub === 'ls-files' || sub === 'grep')) return false;
    if (sub === 'grep' && /^--fi?l?e?(=|$)/.test(value)) return false;
    if (sub === 'blame' && value.startsWith('-S')) return false;
    return !isRisky(value);
  });
}

// Beside a repository `git diff` compares any two files, after `--` as well.
function mayBeOutside({ value }: Field): boolean {
  return /^[/\ue005]/.test(value) || value.split('/').includes('..') || value.includes(ANY) || value.includes(SOME);
}

function isRisky(value: string): boolean {
  const name = value.split('=', 1)[0] ?? value;
  if (!name.startsWith('--') || name.length < 4 || OWN.has(name)) return /^-O/.test(value);
  return RISKY.some((risky) => risky.startsWith(name) || name.startsWith(risky));
}

const TAG_LISTING =
  /^([^-].*|-n\d*|-i|--ignore-case|--(sort|format|contains|no-contains|merged|no-merged|points-at|column|color)=.*|--(contains|no-contains|merged|no-merged|column))$/;

function isListing(sub: string, args: readonly Field[]): boolean {
  const words = args.map(({ value }) => value);
  if (!args.every(({ exact }) => exact) || words.some((word) => CHECKS_SIGNATURE.test(word))) return false;
  switch (sub) {
    case 'branch':
      return words.every(
        (word) =>
          (words[0] === '--list' && !word.startsWith('-')) ||
          /^(-a|-r|-v|-vv|--all|--remotes|--list|--verbose|--show-current|--merged|--no-merged|--sort=.*|--format=.*)$/.test(
            word,
          ),
      );
    case 'tag':
      return (
        words.length === 0 ||
        ((words[0] === '-l' || words[0] === '--list') && words.slice(1).every((word) => TAG_LISTING.test(word)))
      );
    case 'remote':
      return words.every((word) => word === '-v' || word === '--verbose') || ['get-url'].includes(words[0] ?? '');
    case 'stash':
      return (words[0] === 'list' || words[0] === 'show') && !words.some(isRisky);
    default:
      return isPlainSetting(words.filter((word) => !/^--(global|local|system)$/.test(word)));
  }
}

// One setting by its name, and none that may hold a token.
function isPlainSetting([option, key, ...more]: readonly string[]): boolean {
  return (
    (option === '--get' || option === '--get-all') &&
    more.length === 0 &&
    /^(user|core|init|branch|pull|push)\./.test(key ?? '')
  );
}
