// The shipped packs, in the order they are explained. A pack is data: its rules are like those people write.
import type { PolicyDocument, Rule } from '../../core/policy-document.ts';
import { DESTRUCTIVE } from './destructive.ts';
import { DOWNLOADS } from './downloads.ts';
import { ENVIRONMENT } from './environment.ts';
import { EXFILTRATION } from './exfiltration.ts';
import { GIT } from './git.ts';
import { KUBERNETES } from './kubernetes.ts';
import { PRIVILEGE } from './privilege.ts';
import { READ_ONLY } from './read-only.ts';
import { REVERSE_SHELLS } from './reverse-shells.ts';
import { SECRETS } from './secrets.ts';
import { SQL } from './sql.ts';
import { SSH } from './ssh.ts';

export interface Pack {
  readonly name: string;
  /** One line, for people who choose packs. */
  readonly description: string;
  readonly rules: readonly Rule[];
  /**
   * Inputs that this pack alone must deny or ask about, where everything else is allowed; for a pack that allows,
   * inputs that it must not allow.
   */
  readonly attacks: readonly string[];
  /** Inputs that look like those, and that it must leave alone (or allow). */
  readonly lookAlikes: readonly string[];
}

export const PACKS: readonly Pack[] = [
  READ_ONLY,
  DESTRUCTIVE,
  SECRETS,
  PRIVILEGE,
  DOWNLOADS,
  REVERSE_SHELLS,
  EXFILTRATION,
  ENVIRONMENT,
  GIT,
  SSH,
  KUBERNETES,
  SQL,
];

export const PACK_NAMES: readonly string[] = PACKS.map(({ name }) => name);

/** The pack of that name, if there is one. */
export function packNamed(name: string): Pack | undefined {
  return PACKS.find((pack) => pack.name === name);
}

/** The policy where nobody wrote one: looking is allowed, the rest is asked, what every pack denies is denied. */
export const BUILT_IN_POLICY: PolicyDocument = { packs: PACK_NAMES, rules: [], default: 'ask', opaque: 'deny' };
