// The client that a session of a cluster runs: it may ask for anything, because every request of its is judged; but what is run must be
// what was read.
import type { CommandInput } from '../../core/command-input.ts';
import { refuse } from '../language/limits.ts';
import { parseCommand } from '../language/parse.ts';

/** The printed form. Throws what the parser refuses, and `unreadable-command` (64) where it cannot know what would run. */
export function printClient(input: CommandInput): string {
  const { printed, opaque } = parseCommand(input);
  const [first] = opaque;
  if (first === undefined) return printed;
  const { reason, span } = first;
  const what = span === '' ? reason : `${reason}: ${span}`;
  throw refuse('unreadable-command', `the command cannot be read: ${what}`, {
    hint: 'write it plainly: kubectl and its arguments, spelled out',
  });
}
