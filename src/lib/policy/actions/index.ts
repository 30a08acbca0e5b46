// What commands do, in words that rules can name. One file a field; each answers from the facts of one command.
import type { SimpleCommand } from '../facts/facts.ts';
import { CODE_ACTIONS, codeActions } from './code.ts';
import { CONTAINER_ACTIONS, containerActions } from './containers.ts';
import { DOWNLOAD_ACTIONS, downloadActions } from './downloads.ts';
import { ENVIRONMENT_ACTIONS, environmentActions } from './environment.ts';
import { ESCAPE_ACTIONS, escapeActions } from './escapes.ts';
import { GIT_ACTIONS, gitActions } from './git.ts';
import { INFRASTRUCTURE_ACTIONS, infrastructureActions } from './infrastructure.ts';
import { KUBERNETES_ACTIONS, kubernetesActions } from './kubernetes.ts';
import { NETWORK_ACTIONS, networkActions } from './network.ts';
import { RELATED_ACTIONS } from './relate.ts';
import { REVEAL_ACTIONS, revealActions } from './reveal.ts';
import { SECRET_ACTIONS, secretActions } from './secrets.ts';
import { SQL_ACTIONS, sqlActions } from './sql.ts';
import { SSH_ACTIONS, sshActions } from './ssh.ts';
import { STORE_ACTIONS, storeActions } from './stores.ts';
import { SYSTEM_ACTIONS, systemActions } from './system.ts';
import { UPLOAD_ACTIONS, uploadActions } from './uploads.ts';

/** The facts of a command, before it is known what it does. */
export type CommandFact = Omit<SimpleCommand, 'does'>;

const FIELDS = [
  codeActions,
  containerActions,
  downloadActions,
  environmentActions,
  escapeActions,
  gitActions,
  infrastructureActions,
  kubernetesActions,
  networkActions,
  revealActions,
  secretActions,
  sqlActions,
  sshActions,
  storeActions,
  systemActions,
  uploadActions,
];

/** Every action of the command, `area.action`; none for what nobody gave a name. */
export function actionsOf(command: CommandFact): string[] {
  return (onlyTells(command) ? [environmentActions] : FIELDS).flatMap((actions) => actions(command));
}

// Asked for its help or version, and for nothing else, every program answers and does nothing.
function onlyTells({ args }: CommandFact): boolean {
  return args.length === 1 && /^--(help|version)$/.test(args[0]?.value ?? '');
}

/** Every name that `does` of a rule may hold. */
export const ACTIONS: readonly string[] = [
  ...CODE_ACTIONS,
  ...CONTAINER_ACTIONS,
  ...DOWNLOAD_ACTIONS,
  ...ENVIRONMENT_ACTIONS,
  ...ESCAPE_ACTIONS,
  ...GIT_ACTIONS,
  ...INFRASTRUCTURE_ACTIONS,
  ...KUBERNETES_ACTIONS,
  ...NETWORK_ACTIONS,
  ...RELATED_ACTIONS,
  ...REVEAL_ACTIONS,
  ...SECRET_ACTIONS,
  ...SQL_ACTIONS,
  ...SSH_ACTIONS,
  ...STORE_ACTIONS,
  ...SYSTEM_ACTIONS,
  ...UPLOAD_ACTIONS,
].sort();
