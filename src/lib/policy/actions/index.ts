// What commands do, in words that rules can name. One file a field; each answers from the facts of one command.
import type { SimpleCommand } from '../facts.ts';
import { codeActions } from './code.ts';
import { environmentActions } from './environment.ts';
import { gitActions } from './git.ts';
import { kubernetesActions } from './kubernetes.ts';
import { networkActions } from './network.ts';
import { sqlActions } from './sql.ts';
import { systemActions } from './system.ts';

/** The facts of a command, before it is known what it does. */
export type CommandFact = Omit<SimpleCommand, 'does'>;

const FIELDS = [
  codeActions,
  environmentActions,
  gitActions,
  kubernetesActions,
  networkActions,
  sqlActions,
  systemActions,
];

/** Every action of the command, `area.action`; none for what nobody gave a name. */
export function actionsOf(command: CommandFact): string[] {
  return FIELDS.flatMap((actions) => actions(command));
}
