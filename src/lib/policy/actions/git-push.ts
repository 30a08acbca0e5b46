// What a push overwrites or removes on the other side.
import type { Field } from '../facts/facts.ts';
import { hasOption, mayGive, parseOptions } from '../facts/options.ts';

/** `git.force-push`, `git.delete-remote`. `--force-with-lease` refuses to overwrite what one has not seen. */
export function pushActions(args: readonly Field[]): string[] {
  const { operands, options } = parseOptions(args, {
    short: 'o',
    long: ['push-option', 'repo', 'receive-pack', 'exec', 'recurse-submodules', 'signed'],
  });
  const refs = operands.slice(1);
  const forced =
    options.some(({ name }) => name === '-f' || /^--f(orce|orc|or|o)?$/.test(name)) ||
    mayGive(args, '-f') ||
    mayGive(args, '--force');
  const deletes =
    hasOption(args, '-d', '--delete', '--mirror', '--prune') ||
    refs.some(({ value }) => /^\+?:./.test(value) || value === '+:');
  return [
    ...(forced || operands.some(({ value }) => value.startsWith('+')) ? ['git.force-push'] : []),
    ...(deletes ? ['git.delete-remote'] : []),
  ];
}
