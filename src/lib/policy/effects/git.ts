// The files git reads outside of its own store, and the folders whose configuration it obeys. Without a repository, or
// with a file beside it, `git diff a b` compares any two files.
import type { Field } from '../facts/facts.ts';
import { hasOption, mayBeOption, parseOptions } from '../facts/options.ts';
import { STAR } from '../facts/unknowns.ts';
import { below, type Effect, type Effects, HERE, optionValues } from './effect.ts';

/** The options before the subcommand that take a value. */
export const GIT_GLOBAL = {
  short: 'Cc',
  long: ['git-dir', 'work-tree', 'namespace', 'exec-path', 'config-env', 'super-prefix', 'attr-source'],
  posix: true,
};

const GREP = {
  short: 'efmABCO',
  long: ['file', 'max-count', 'max-depth', 'after-context', 'before-context', 'context'],
};
/** What changes files of the folder it runs in. */
const CHANGES_FOLDER = new Set([
  'apply',
  'am',
  'checkout',
  'restore',
  'reset',
  'merge',
  'pull',
  'cherry-pick',
  'revert',
]);
const CLONE = { short: 'bocujl', long: ['branch', 'depth', 'origin', 'reference', 'template', 'config', 'filter'] };
const OUTPUTS = { long: ['output'] };
const DIFF = { short: 'USGOl' };

export const git: Effect = (args) => {
  const { options, operands } = parseOptions(args, GIT_GLOBAL);
  const folder = options.reduce(
    (at, { name, value }) => (name === '-C' && value !== undefined ? within(at, value) : at),
    HERE,
  );
  const [sub, ...rest] = operands;
  return {
    reads: filesOf(sub?.value, rest).map((file) => within(folder, file)),
    writes: [
      ...(sub !== undefined && CHANGES_FOLDER.has(sub.value) ? [HERE] : []),
      ...optionValues(rest, OUTPUTS, '--output', '-o'),
      ...(sub?.value === 'clone' ? parseOptions(rest, CLONE).operands.slice(1) : []),
    ].map((file) => within(folder, file)),
    mentions: rest.flatMap((arg) => {
      const at = /^--(?!output|format|pretty|grep|author|message|date)[\w-]+=/.exec(arg.value);
      return at === null ? [] : [within(folder, { ...arg, value: arg.value.slice(at[0].length) })];
    }),
    ...cleaned(folder, sub?.value, rest),
    obeys: [within(folder, { ...HERE, value: '.git/config' })],
  };
};

// What is absolute, below a named place, or not known at its beginning stands for itself.
function within(folder: Field, path: Field): Field {
  return /^[/\ue005]/.test(path.value) || mayBeOption(path) ? path : below(folder, path);
}

/** `*`: what lies in the folder, not the folder. */
const EVERYTHING: Field = { value: STAR, exact: false, many: true };

// What is in no commit is gone for good.
function cleaned(
  folder: Field,
  sub: string | undefined,
  args: readonly Field[],
): Pick<Effects, 'removes' | 'recursive'> {
  if (sub !== 'clean' || hasOption(args, '-n', '--dry-run') || !hasOption(args, '-f', '--force')) return {};
  const { operands } = parseOptions(args, { short: 'e', long: ['exclude'] });
  return {
    removes: (operands.length > 0 ? operands : [EVERYTHING]).map((file) => within(folder, file)),
    recursive: true,
  };
}

function filesOf(sub: string | undefined, args: readonly Field[]): Field[] {
  switch (sub) {
    case 'diff':
      return [...parseOptions(args, DIFF).operands];
    case 'hash-object':
      return [...parseOptions(args, { short: 't', long: ['path'] }).operands];
    case 'blame':
      return [
        ...parseOptions(args, { short: 'LSC' }).operands,
        ...optionValues(args, { long: ['contents'] }, '--contents'),
      ];
    case 'grep': {
      const { operands, options } = parseOptions(args, GREP);
      const given = options.some(({ name }) => name === '-e' || name === '-f' || /^--fi?l?e?$/.test(name));
      return [...operands.slice(given ? 0 : 1), ...optionValues(args, GREP, '-f', '--file')];
    }
    default:
      return [];
  }
}
