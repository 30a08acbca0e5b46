// Finds a flag of this CLI that was written after the command, where it belongs to the command.
import { invocationFlags } from './invocation-flags.ts';

/** The last flag of a command where it is one of `shell` and `ssh`, written out; short ones are too common to tell. */
export function trailingOwnFlag(command: string): string | undefined {
  const words = command.trim().split(/\s+/);
  const [beforeLast, last] = [words.at(-2), words.at(-1)];
  if (words.length > 1 && last !== undefined && OWN.has(nameOf(last))) return last;
  return words.length > 2 && beforeLast !== undefined && TAKES_VALUE.has(beforeLast) ? beforeLast : undefined;
}

function nameOf(word: string): string {
  return word.split('=', 1)[0] ?? '';
}

const FLAGS = Object.entries(invocationFlags);
const OWN = new Set(['--json', '--no-wait', '--config', ...FLAGS.map(([name]) => `--${name}`)]);
const TAKES_VALUE = new Set([
  '--config',
  ...FLAGS.filter(([, { type }]) => type === 'option').map(([name]) => `--${name}`),
]);
