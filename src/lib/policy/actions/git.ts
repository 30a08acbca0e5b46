// git: what is lost for others when it is pushed, and what makes git run programs.
import { hasOption, parseOptions } from '../options.ts';
import type { CommandFact } from './index.ts';

const GLOBAL = {
  short: 'Cc',
  long: ['git-dir', 'work-tree', 'namespace', 'exec-path', 'config-env', 'super-prefix'],
  posix: true,
};

/** Subcommands that only look, whatever their options (those that run or write something are left out). */
const LOOKS = new Set(
  'status log show diff blame shortlog describe rev-parse rev-list ls-files ls-tree ls-remote cat-file grep name-rev merge-base cherry whatchanged count-objects version for-each-ref show-ref diff-tree diff-index diff-files check-ignore'.split(
    ' ',
  ),
);
/** With these they run a program, write a file or read one outside the repository. */
const RISKY = [
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
];
/** Options of their own that begin like one of those. */
const OWN = new Set(['--text', '--filter', '--batch', '--batch-check', '--no-i-still-use-this']);
const CONFIG_RUNS =
  /^(alias\.|core\.(pager|editor|sshcommand|fsmonitor|hookspath|gitproxy|askpass)|pager\.|diff\..*|filter\..*|credential\..*|gpg\..*|uploadpack\..*|protocol\..*|sequence\.editor|merge\..*|include.*|browser\..*|man\..*|url\..*|remote\..*|submodule\..*|http\..*|init\.templatedir|interactive\..*)/i;

/** `git.look`, `git.force-push`, `git.delete-remote`, `git.run-config`, `git.discard`. */
export function gitActions({ name, args }: CommandFact): string[] {
  if (name !== 'git') return [];
  const { options, operands } = parseOptions(args, GLOBAL);
  const [sub, ...rest] = operands;
  const runs = options.some(
    ({ name: option, value }) =>
      (option === '-c' && (value?.exact !== true || CONFIG_RUNS.test(value.value))) ||
      /^--(exec-path|config-env|git-dir|work-tree)/.test(option),
  );
  const found = runs ? ['git.run-config'] : [];
  if (sub?.exact !== true) return found;
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
      return isListing(sub.value, rest) && !runs ? [...found, 'git.look'] : found;
    default:
      return LOOKS.has(sub.value) && !runs && looks(sub.value, rest) ? [...found, 'git.look'] : found;
  }
}

function pushActions(args: CommandFact['args']): string[] {
  const { operands } = parseOptions(args, {
    short: 'o',
    long: ['push-option', 'repo', 'receive-pack', 'exec', 'recurse-submodules', 'signed'],
  });
  const refs = operands.slice(1);
  // `--force-with-lease` is another option: it refuses to overwrite what one has not seen.
  const forced = args.some(({ value }) => /^--f(orce|orc|or|o)?$/.test(value) || /^-[a-z]*f[a-z]*$/.test(value));
  return [
    ...(forced || refs.some(({ value }) => value.startsWith('+')) ? ['git.force-push'] : []),
    ...(hasOption(args, '-d', '--delete', '--mirror', '--prune') ||
    refs.some(({ value }) => value.startsWith(':') && value.length > 1)
      ? ['git.delete-remote']
      : []),
  ];
}

function looks(sub: string, args: CommandFact['args']): boolean {
  return args.every(({ value, exact }) => {
    if (!exact) return sub !== 'ls-remote' && !/^[\ue000-\ue004]/.test(value);
    if (sub === 'grep' && /^-[a-zA-Z]*O/.test(value)) return false;
    // Other remotes than those by name may be anybody's, and name a program: `ext::sh -c …`.
    if (sub === 'ls-remote' && !/^[\w-]+$/.test(value)) return false;
    // Outside of a repository, or beside one, it compares any two files.
    if (sub === 'diff' && /^(\/|\.\.(\/|$)|\ue005)/.test(value)) return false;
    return !isRisky(value);
  });
}

function isRisky(value: string): boolean {
  const name = value.split('=', 1)[0] ?? value;
  if (!name.startsWith('--') || name.length < 4 || OWN.has(name)) return /^-O/.test(value);
  return RISKY.some((risky) => risky.startsWith(name) || name.startsWith(risky));
}

function isListing(sub: string, args: CommandFact['args']): boolean {
  const words = args.map(({ value }) => value);
  if (!args.every(({ exact }) => exact)) return false;
  switch (sub) {
    case 'branch':
      return words.every((word) =>
        /^(-a|-r|-v|-vv|--all|--remotes|--list|--verbose|--show-current|--merged|--no-merged|--sort=.*|--format=.*)$/.test(
          word,
        ),
      );
    case 'tag':
      return (
        words.length === 0 ||
        ((words[0] === '-l' || words[0] === '--list') && !words.slice(1).some((word) => /^-[a-zA-Z]/.test(word)))
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
