// Facts as people and programs read them: plain JSON, unknown parts shown as `…`, nothing that is empty.
import type { CommandFacts, PathFact, SimpleCommand } from './facts.ts';
import { showValue } from './unknowns.ts';

export interface CommandReport {
  readonly command: string;
  readonly through?: readonly string[];
  readonly sets?: readonly string[];
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
  readonly removes?: readonly string[];
  readonly does?: readonly string[];
}

export interface FactsReport {
  readonly commands: readonly CommandReport[];
  readonly opaque: readonly { readonly reason: string; readonly span: string }[];
}

/** What was found out about a command, for `policy check`. */
export function reportFacts({ commands, opaque }: CommandFacts): FactsReport {
  return { commands: commands.map(reportCommand), opaque };
}

function reportCommand(command: SimpleCommand): CommandReport {
  const { wrappers, env, reads, writes, removes, does } = command;
  return {
    command: command.text,
    ...some('through', wrappers),
    ...some(
      'sets',
      env.map(({ name }) => name),
    ),
    ...some('reads', paths(reads)),
    ...some('writes', paths(writes)),
    ...some('removes', paths(removes)),
    ...some('does', does),
  };
}

function some<Key extends string>(key: Key, values: readonly string[]): Partial<Record<Key, readonly string[]>> {
  return values.length === 0 ? {} : ({ [key]: values } as Record<Key, readonly string[]>);
}

function paths(facts: readonly PathFact[]): string[] {
  return facts.map(({ forms, recursive }) => {
    const shown = showValue(forms[0] ?? '');
    return recursive ? `${shown === '/' ? '' : shown}/**` : shown;
  });
}
