// The operating system's groups, by name.
import { execFileSync } from 'node:child_process';

/** The group's id, from getent(1) (files and directories alike); undefined where there is no such group. */
export function findGroup(name: string): number | undefined {
  try {
    const line = execFileSync('/usr/bin/getent', ['group', '--', name], {
      env: {},
      timeout: 5000,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [found, , gid] = line.trim().split(':');
    return found === name ? Number(gid) : undefined;
  } catch {
    // Exit 2 is "no such key".
    return undefined;
  }
}
