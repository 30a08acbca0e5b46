// git: what is lost for others when it is pushed, what is lost here, and what makes git run programs.
import { GIT_GLOBAL } from '../effects/git.ts';
import type { Field } from '../facts/facts.ts';
import { hasOption, parseOptions } from '../facts/options.ts';
import { isPlainGlobal, onlyLooks } from './git-look.ts';
import { pushActions } from './git-push.ts';
import { isProgramSetting, settingActions } from './git-settings.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const GIT_ACTIONS: readonly string[] = [
  'git.credentials',
  'git.delete-remote',
  'git.discard',
  'git.elsewhere',
  'git.force-push',
  'git.look',
  'git.run-config',
  'git.runs',
  'git.set-program',
];

/** What git does, with `git-push` for `git push`; `gh` and `glab` where they delete. */
export function gitActions(command: CommandFact): string[] {
  const { name, args, env } = command;
  if (name === 'gh' || name === 'glab') return hostingActions(args);
  if (name === 'hg' || name === 'svn' || name === 'bzr') return otherActions(name, args);
  const own = /^git-([a-z-]+)$/.exec(name)?.[1];
  if (own === undefined && name !== 'git' && name !== 'hub') return [];
  const { options, operands } =
    own === undefined ? parseOptions(args, GIT_GLOBAL) : { options: [], operands: [{ ...HERE, value: own }, ...args] };
  const [sub, ...rest] = operands;
  const found = new Set<string>();
  for (const { name: option, value } of options) {
    if (option === '-c' && (value === undefined || isProgramSetting(value))) found.add('git.run-config');
    if (/^--(exec-path|config-env)/.test(option) && value !== undefined) found.add('git.run-config');
    if (option === '-p' || option === '--paginate') found.add('git.runs');
    if (/^--(git-dir|work-tree)/.test(option) && value !== undefined && isElsewhere(value.value))
      found.add('git.elsewhere');
  }
  if (env.some((each) => /^GIT_(DIR|WORK_TREE|COMMON_DIR)$/.test(each.name) && isElsewhere(each.value)))
    found.add('git.elsewhere');
  if (args.some(({ value }) => ADDRESS_RUNS.test(value))) found.add('git.run-config');
  if (sub?.exact !== true) return [...found];
  for (const action of subcommandActions(name, sub.value, rest)) found.add(action);
  if (options.every(({ name: option }) => isPlainGlobal(option)) && found.size === 0 && onlyLooks(sub.value, rest))
    found.add('git.look');
  return [...found];
}

const HERE: Field = { value: '', exact: true, many: false };

/** Remote helpers that are commands, and hosts that ssh would take for options. */
const ADDRESS_RUNS = /(^|=)(ext|fd)::|^[a-z+]+:\/\/([^/@]*@)?-/;

function isElsewhere(folder: string): boolean {
  return !/^(\.\/)?(\.git|\.)?\/?$/.test(folder);
}

/** Options that name a program to run, and subcommands that are nothing but one. */
const RUNS: Readonly<Record<string, readonly string[]>> = {
  rebase: ['-x', '--exec'],
  difftool: ['-x', '--extcmd'],
  grep: ['-O', '--open-files-in-pager'],
  'send-email': ['--sendmail-cmd', '--to-cmd', '--cc-cmd', '--header-cmd', '--smtp-server'],
  apply: ['--unsafe-paths'],
  log: ['--ext-diff'],
  show: ['--ext-diff'],
  diff: ['--ext-diff'],
  help: ['-w', '--web'],
};
const RUN_ALWAYS = new Set(
  'filter-branch filter-repo instaweb daemon http-backend shell web--browse send-email hook citool remote-ext'.split(
    ' ',
  ),
);
/** Options whose program is started by the transport, before anything is shown. */
const TRANSPORT: Readonly<Record<string, readonly string[]>> = {
  clone: ['-u', '--upload-pack', '--template'],
  init: ['--template'],
  fetch: ['--upload-pack', '--exec'],
  pull: ['--upload-pack', '--exec'],
  'fetch-pack': ['--upload-pack', '--exec'],
  'ls-remote': ['--upload-pack', '--exec'],
  push: ['--receive-pack', '--exec'],
  'send-pack': ['--receive-pack', '--exec'],
  archive: ['--exec'],
};

function subcommandActions(name: string, sub: string, args: readonly Field[]): string[] {
  const found: string[] = [];
  if (has(args, RUNS[sub]) || RUN_ALWAYS.has(sub)) found.push('git.runs');
  if (has(args, TRANSPORT[sub]) || (sub === 'clone' && clonesWithSettings(args))) found.push('git.run-config');
  const [verb] = parseOptions(args, {}).operands.map(({ value }) => value);
  if (name === 'hub' && sub === 'delete') found.push('git.delete-remote');
  switch (sub) {
    case 'push':
    case 'send-pack':
      return [...found, ...pushActions(args)];
    case 'config':
      return [...found, ...settingActions(args)];
    case 'remote':
      return args.some(({ value }) => /^--mirror(=push)?$/.test(value)) ? [...found, 'git.delete-remote'] : found;
    case 'bisect':
      return verb === 'run' ? [...found, 'git.runs'] : found;
    case 'submodule':
      return verb === 'foreach' ? [...found, 'git.runs'] : found;
    case 'maintenance':
      return verb === 'start' || verb === 'register' ? [...found, 'git.runs'] : found;
    case 'credential':
    case 'credential-store':
    case 'credential-cache':
      return [...found, 'git.credentials'];
    default:
      return discards(sub, verb, args) ? [...found, 'git.discard'] : found;
  }
}

function has(args: readonly Field[], names: readonly string[] | undefined): boolean {
  return names !== undefined && hasOption(args, ...names);
}

function clonesWithSettings(args: readonly Field[]): boolean {
  const { options } = parseOptions(args, { short: 'cbojuO', long: ['config', 'branch', 'origin', 'jobs', 'depth'] });
  return options.some(
    ({ name, value }) => (name === '-c' || /^--conf/.test(name)) && value !== undefined && isProgramSetting(value),
  );
}

// What no reflog brings back.
function discards(sub: string, verb: string | undefined, args: readonly Field[]): boolean {
  switch (sub) {
    case 'reset':
      return hasOption(args, '--hard');
    case 'clean':
      return hasOption(args, '-f', '--force') && !hasOption(args, '-n', '--dry-run');
    case 'checkout':
    case 'restore':
      return (
        args.some(({ value }) => /^(\.\/?|:\/|\*)$/.test(value)) &&
        (!hasOption(args, '-S', '--staged') || hasOption(args, '-W', '--worktree'))
      );
    case 'reflog':
      return verb === 'expire' || verb === 'delete';
    case 'gc':
      return args.some(({ value }) => /^--prune=(now|all)/.test(value));
    case 'stash':
      return verb === 'clear';
    case 'prune':
      return !hasOption(args, '-n', '--dry-run');
    case 'update-ref':
      return hasOption(args, '-d', '--stdin');
    default:
      return false;
  }
}

// The command lines of hosting services: what is deleted there is gone for everybody.
function hostingActions(args: readonly Field[]): string[] {
  const words = parseOptions(args, { short: 'RXfFH', long: ['repo', 'method', 'field', 'header', 'hostname'] });
  const [noun, verb] = words.operands.map(({ value }) => value);
  const deletes = /^(repo|release|variable|secret|project|label|environment|ssh-key|gpg-key|ruleset|codespace)$/;
  if (verb === 'delete' && deletes.test(noun ?? '')) return ['git.delete-remote'];
  const method = words.options.find(({ name }) => name === '-X' || /^--me/.test(name))?.value?.value ?? '';
  if (noun === 'api' && /^delete$/i.test(method)) return ['git.delete-remote'];
  return noun === 'alias' && (verb === 'set' || verb === 'import') ? ['git.set-program'] : [];
}

function otherActions(name: string, args: readonly Field[]): string[] {
  const [verb, ...rest] = parseOptions(args, { short: 'Rm', long: ['message', 'repository', 'config'] }).operands.map(
    ({ value }) => value,
  );
  if (name === 'svn')
    return /^(delete|del|remove|rm|move|mv)$/.test(verb ?? '') && rest.some((word) => /:\/\//.test(word))
      ? ['git.delete-remote']
      : [];
  return verb === 'push' && hasOption(args, '-f', '--force', '--overwrite') ? ['git.force-push'] : [];
}
