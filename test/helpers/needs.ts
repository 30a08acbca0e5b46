// Skips a test where this machine lacks a part, and says which. CI turns every skip into a failure.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Test } from 'uvu';

export type Part =
  | 'sshd'
  | 'asciinema'
  | 'bwrap'
  | 'chromium'
  | 'root'
  | 'ssh-keygen'
  | 'ssh-agent'
  | 'bash'
  | 'runuser'
  | 'useradd';

const PATHS: Partial<Record<Part, string>> = { sshd: '/usr/sbin/sshd' };

/** True where the part can be used here. */
export function has(part: Part): boolean {
  if (part === 'root') return process.getuid?.() === 0;
  const path = PATHS[part];
  if (path !== undefined) return existsSync(path);
  return spawnSync('sh', ['-c', `command -v ${part}`]).status === 0;
}

/** `needs(test, 'sshd')('title', …)`: the test, or a skip with its reason. */
export function needs<T>(test: Test<T>, ...parts: Part[]): Test<T> | Test<T>['skip'] {
  const missing = parts.filter((part) => !has(part));
  if (missing.length === 0) return test;
  process.stdout.write(`# skipped: needs ${missing.join(', ')}\n`);
  return test.skip;
}
