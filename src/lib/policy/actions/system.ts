// Everything about the machine and its system, from the files that know one part of it each.
import { ACCOUNT_ACTIONS, accountActions } from './accounts.ts';
import { BULK_ACTIONS, bulkActions } from './bulk.ts';
import { DISK_ACTIONS, diskActions } from './disks.ts';
import { EVIDENCE_ACTIONS, evidenceActions } from './evidence.ts';
import type { CommandFact } from './index.ts';
import { LINK_ACTIONS, linkActions } from './links.ts';
import { MACHINE_ACTIONS, machineActions } from './machine.ts';
import { PRIVILEGE_ACTIONS, privilegeActions } from './privilege.ts';
import { PROCESS_ACTIONS, processActions } from './processes.ts';
import { RIGHTS_ACTIONS, rightsActions } from './rights.ts';
import { SERVICE_ACTIONS, serviceActions } from './services.ts';

/** Every action these files name. */
export const SYSTEM_ACTIONS: readonly string[] = [
  ...new Set([
    ...ACCOUNT_ACTIONS,
    ...BULK_ACTIONS,
    ...DISK_ACTIONS,
    ...EVIDENCE_ACTIONS,
    ...LINK_ACTIONS,
    ...MACHINE_ACTIONS,
    ...PRIVILEGE_ACTIONS,
    ...PROCESS_ACTIONS,
    ...RIGHTS_ACTIONS,
    ...SERVICE_ACTIONS,
  ]),
];

const PARTS = [
  accountActions,
  bulkActions,
  diskActions,
  evidenceActions,
  linkActions,
  machineActions,
  privilegeActions,
  processActions,
  rightsActions,
  serviceActions,
];

/** `system.*`, `disk.*`, `process.*`, `files.*`, `accounts.*`, `persistence.*`, `history.*`, `logs.*`, `firewall.*`. */
export function systemActions(command: CommandFact): readonly string[] {
  let found: readonly string[] = [];
  // No copies: hardly any command does anything here.
  for (const part of PARTS) {
    const named = part(command);
    if (named.length > 0) found = found.length === 0 ? named : [...new Set([...found, ...named])];
  }
  return found;
}
