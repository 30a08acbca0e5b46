// git: what is lost for others when it is pushed, and what makes git run programs.
import { GIT_GLOBAL } from '../effects/git.ts';
import { beforeEndMark, hasOption, mayBeOption, mayGive, parseOptions } from '../options.ts';
import { ANY, SOME } from '../unknowns.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const GIT_ACTIONS: readonly string[] = [
  'git.delete-remote',
  'git.discard',
  'git.force-push',
  'git.look',
  'git.run-config',
  'git.set-program',
];

/** Options before the subcommand that only say where it looks and how it shows it. */
const PLAIN_GLOBAL =
  /^(-C|-P|--no-pager|--no-optional-locks|--no-replace-objects|--no-lazy-fetch|--(literal|glob|noglob|icase)-pathspecs)$/;

/** Subcommands that only look at what is here (those that run or write something, or ask a server, are left out). */
const LOOKS = new Set(
  'status log show diff blame shortlog describe rev-parse rev-list ls-files ls-tree cat-file grep name-rev merge-base cherry whatchanged count-objects version for-each-ref show-ref diff-tree diff-index diff-files check-ignore'.split(
    ' ',
  ),
);
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
const CONFIG_RUNS =
  /^(alias\.|core\.(pager|editor|sshcommand|fsmonitor|hookspath|gitproxy|askpass)|pager\.|diff\..*|filter\..*|credential\..*|gpg\..*|uploadpack\..*|protocol\..*|sequence\.editor|merge\..*|include.*|browser\..*|man\..*|url\..*|remote\..*|submodule\..*|http\..*|init\.templatedir|interactive\..*)/i;

/** `git.look`, `git.force-push`, `git.delete-remote`, `git.run-config`, `git.set-program`, `git.discard`. */
export function gitActions({ name, args }: CommandFact): string[] {
  if (name !== 'git') return [];
  const { options, operands } = parseOptions(args, GIT_GLOBAL);
  const [sub, ...rest] = operands;
  const runs = options.some(
    ({ name: option, value }) =>
      (option === '-c' && (value?.exact !== true || CONFIG_RUNS.test(value.value))) ||
      /^--(exec-path|config-env|git-dir|work-tree)/.test(option),
  );
  const found = runs ? ['git.run-config'] : [];
  if (sub?.exact !== true) return found;
  // Any setting may mean more to the next git than it does to this list; a pager may be asked for by name.
  const plain = options.every(({ name: option }) => PLAIN_GLOBAL.test(option));
  switch (sub.value) {
    case 'push':
      return [...found, ...pushActions(rest)];
    case 'reset':
      return hasOption(rest, '--hard') ? [...found, 'git.discard'] : found;
    case 'clean':
      return hasOption(rest, '-f', '--force') ? [...found, 'git.discard'] : found;
    case 'branch':
    case 'tag':
    case 'remote':
    case 'stash':
    case 'config':
      return isListing(sub.value, rest) && plain
        ? [...found, 'git.look']
        : [...found, ...(sub.value === 'config' ? settingActions(rest) : [])];
    default:
      return LOOKS.has(sub.value) && plain && looks(sub.value, rest) ? [...found, 'git.look'] : found;
  }
}

function pushActions(args: CommandFact['args']): string[] {
  const { operands } = parseOptions(args, {
    short: 'o',
    long: ['push-option', 'repo', 'receive-pack', 'exec', 'recurse-submodules', 'signed'],
  });
  const refs = operands.slice(1);
  // `--force-with-lease` is another option: it refuses to overwrite what one has not seen.
  const forced =
    args.some(({ value }) => /^--f(orce|orc|or|o)?$/.test(value) || /^-[a-z]*f[a-z]*$/.test(value)) ||
    mayGive(args, '-f') ||
    mayGive(args, '--force');
  return [
    ...(forced || refs.some(({ value }) => value.startsWith('+')) ? ['git.force-push'] : []),
    ...(hasOption(args, '-d', '--delete', '--mirror', '--prune') ||
    refs.some(({ value }) => value.startsWith(':') && value.length > 1)
      ? ['git.delete-remote']
      : []),
  ];
}

function looks(sub: string, args: CommandFact['args']): boolean {
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
function mayBeOutside({ value }: CommandFact['args'][number]): boolean {
  return /^[/\ue005]/.test(value) || value.split('/').includes('..') || value.includes(ANY) || value.includes(SOME);
}

function isRisky(value: string): boolean {
  const name = value.split('=', 1)[0] ?? value;
  if (!name.startsWith('--') || name.length < 4 || OWN.has(name)) return /^-O/.test(value);
  return RISKY.some((risky) => risky.startsWith(name) || name.startsWith(risky));
}

const TAG_LISTING =
  /^([^-].*|-n\d*|-i|--ignore-case|--(sort|format|contains|no-contains|merged|no-merged|points-at|column|color)=.*|--(contains|no-contains|merged|no-merged|column))$/;

function isListing(sub: string, args: CommandFact['args']): boolean {
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

/** Settings whose value is a program, or brings one in. */
const RUNS =
  /^(core\.(pager|editor|sshcommand|fsmonitor|hookspath|gitproxy|askpass|worktree)|pager\..*|diff\.external|diff\..+\.(command|textconv)|filter\..*|credential\.(.+\.)?helper|gpg\.(.+\.)?program|gpg\.ssh\.defaultkeycommand|uploadpack\.packobjectshook|merge\..+\.driver|include\.path|includeif\..*|init\.templatedir|interactive\.difffilter|sequence\.editor|(browser|man|mergetool|difftool|guitool)\..+\.(cmd|path)|protocol\..*|url\..*|submodule\..+\.update|remote\..+\.(uploadpack|receivepack|vcs)|trailer\..+\.(cmd|command)|sendemail\..*|web\.browser|ssh\.variant)$/i;
const USUAL = /^(cat|less( -\S+)?|more|delta|vim?|nvim|nano|emacs|code --wait|true|false|store|cache|osxkeychain|)$/;

// `git config`: what will run, the next time that git is.
function settingActions(args: CommandFact['args']): string[] {
  const words = args.map(({ value }) => value);
  if (words.some((word) => /^(--get|--list|-l$|--unset|get$|list$|unset$|--name-only)/.test(word))) return [];
  if (words.some((word) => /^(-e|--edit|edit)$/.test(word))) return ['git.set-program'];
  const sets = words.some((word, index) => {
    const value = words[index + 1];
    if (value === undefined) return false;
    if (/^alias\./i.test(word)) return value.startsWith('!') || args[index + 1]?.exact !== true;
    return (RUNS.test(word) && !USUAL.test(value)) || (/^[\ue000-\ue004]/.test(word) && args[index]?.exact !== true);
  });
  return sets ? ['git.set-program'] : [];
}

// One setting by its name, and none that may hold a token.
function isPlainSetting([option, key, ...more]: readonly string[]): boolean {
  return (
    (option === '--get' || option === '--get-all') &&
    more.length === 0 &&
    /^(user|core|init|branch|pull|push)\./.test(key ?? '')
  );
}
