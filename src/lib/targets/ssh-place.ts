// Where and as whom an ssh target runs things, jump hosts included. Names of targets do not count: what they stand for does.
import { isIPv6 } from 'node:net';
import { digestOf } from '../core/digest.ts';
import type { Place } from '../ports/target.ts';

export interface SshPlace extends Place {
  readonly definition: Readonly<Record<string, unknown>>;
}

/** The place of a target whose last jump host is at `via`. */
export function sshPlace(
  target: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly hostKey: readonly string[];
    readonly hostCa: readonly string[];
    readonly cwd: string | undefined;
  },
  via: SshPlace | undefined,
): SshPlace {
  const { host, port, user, hostKey, hostCa, cwd } = target;
  const definition = {
    kind: 'ssh',
    host,
    port,
    user,
    hostKey: [...hostKey].sort(),
    hostCa: [...hostCa].sort(),
    cwd: cwd ?? null,
    via: via?.definition ?? null,
  };
  const folder = cwd === undefined ? '' : ` in ${cwd}`;
  const hop = via === undefined ? '' : ` via ${via.summary}`;
  const address = `${user}@${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return { summary: `${address}${folder}${hop}`, digest: digestOf(definition), definition };
}
