// The shipped packs, in the order they are explained. A pack is data: its rules are like those people write.
import type { Pack, PolicyDocument } from '../../core/policy-document.ts';
import { CODE } from './code.ts';
import { CONTAINERS } from './containers.ts';
import { DESTRUCTIVE } from './destructive.ts';
import { DISKS } from './disks.ts';
import { DOWNLOADS } from './downloads.ts';
import { ENVIRONMENT } from './environment.ts';
import { ESCAPES } from './escapes.ts';
import { EVIDENCE } from './evidence.ts';
import { EXFILTRATION } from './exfiltration.ts';
import { FIREWALL } from './firewall.ts';
import { GIT } from './git.ts';
import { INFRASTRUCTURE } from './infrastructure.ts';
import { KUBERNETES } from './kubernetes.ts';
import { MACHINE } from './machine.ts';
import { PERMISSIONS } from './permissions.ts';
import { PERSISTENCE } from './persistence.ts';
import { PRIVILEGE } from './privilege.ts';
import { READ_ONLY } from './read-only.ts';
import { REVERSE_SHELLS } from './reverse-shells.ts';
import { SECRETS } from './secrets.ts';
import { SQL } from './sql.ts';
import { SSH } from './ssh.ts';

export type { Pack };

export const PACKS: readonly Pack[] = [
  READ_ONLY,
  DESTRUCTIVE,
  DISKS,
  MACHINE,
  SECRETS,
  PERMISSIONS,
  PERSISTENCE,
  EVIDENCE,
  FIREWALL,
  PRIVILEGE,
  CODE,
  DOWNLOADS,
  REVERSE_SHELLS,
  EXFILTRATION,
  ENVIRONMENT,
  GIT,
  SSH,
  ESCAPES,
  CONTAINERS,
  INFRASTRUCTURE,
  KUBERNETES,
  SQL,
];

export const PACK_NAMES: readonly string[] = PACKS.map(({ name }) => name);

/** The pack of that name, if there is one. */
export function packNamed(name: string): Pack | undefined {
  return PACKS.find((pack) => pack.name === name);
}

/** The policy where nobody wrote one: looking is allowed, the rest is asked, what every pack denies is denied. */
export const BUILT_IN_POLICY: PolicyDocument = { packs: ['all'], rules: [], default: 'ask', opaque: 'deny' };
