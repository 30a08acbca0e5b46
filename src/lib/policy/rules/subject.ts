// A simple command as rules look at it: whole, and without what it does inside a workspace.
import type { PathFact, SimpleCommand } from '../facts/facts.ts';
import type { Glob } from '../facts/glob.ts';
import { allFiles } from './match-files.ts';

/** A simple command, and what is known of its surroundings. */
export interface Subject {
  readonly command: SimpleCommand;
  /** The same without what it writes and removes in a workspace; the command itself where that is nothing. */
  readonly outside: SimpleCommand;
  /** The account's home folder where it is known. */
  readonly home: string | undefined;
}

export function subjectOf(
  command: SimpleCommand,
  { workspace }: { readonly workspace: readonly Glob[] },
  { home }: { readonly home?: string },
): Subject {
  const { writes, removes } = command;
  if (workspace.length === 0 || writes.length + removes.length === 0) return { command, outside: command, home };
  const outsideOf = (files: readonly PathFact[]) => files.filter((file) => !allFiles(workspace, [file], home));
  const left = { writes: outsideOf(writes), removes: outsideOf(removes) };
  const isSame = left.writes.length === writes.length && left.removes.length === removes.length;
  return { command, outside: isSame ? command : { ...command, ...left }, home };
}
