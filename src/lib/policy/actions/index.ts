// What commands do, in words that rules can name. One file a field; each answers from the facts of one command.
import type { SimpleCommand } from '../facts.ts';
import { codeActions } from './code.ts';
import { environmentActions } from './environment.ts';
import { gitActions } from './git.ts';
import { kubernetesActions } from './kubernetes.ts';
import { networkActions } from './network.ts';
import { revealActions } from './reveal.ts';
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
  revealActions,
  sqlActions,
  systemActions,
];

/** Every action of the command, `area.action`; none for what nobody gave a name. */
export function actionsOf(command: CommandFact): string[] {
  return FIELDS.flatMap((actions) => actions(command));
}

/** Every name that `does` of a rule may hold. */
export const ACTIONS: readonly string[] = [
  'code.file',
  'code.from-input',
  'code.inline',
  'environment.history',
  'environment.inject',
  'files.setuid',
  'files.world-writable',
  'filter.runs',
  'firewall.off',
  'git.delete-remote',
  'git.discard',
  'git.force-push',
  'git.look',
  'git.run-config',
  'git.set-program',
  'history.clear',
  'kubernetes.delete-critical',
  'kubernetes.delete-many',
  'kubernetes.exec',
  'kubernetes.identity',
  'kubernetes.look',
  'kubernetes.secrets',
  'kubernetes.write',
  'network.listen',
  'network.raw-socket',
  'network.shell',
  'network.tunnel',
  'network.upload',
  'process.kill-all',
  'sql.change',
  'sql.drop',
  'sql.look',
  'sql.shell',
  'sql.unbounded-change',
  'sql.unread',
  'system.stop',
];
