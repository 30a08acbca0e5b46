// The programs a sandbox is made with, by absolute paths that root alone can change; never looked up in a PATH.
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { findBash } from '../interpreter.ts';
import { isExecutable } from '../os-user.ts';

import { isKnownArchitecture } from './seccomp.ts';
import type { Architecture } from './syscalls.ts';

export interface SandboxTools {
  readonly bash: string;
  readonly bwrap: string;
  readonly env: string;
  readonly sleep: string;
  readonly architecture: Architecture;
}

/** Throws `no-sandbox` (69) where one is missing, `no-bash` (69). */
export function findSandboxTools(target: string): SandboxTools {
  if (!isKnownArchitecture(process.arch)) {
    throw noSandbox(target, `there is no seccomp filter for "${process.arch}"`, 'run it on x86_64 or aarch64');
  }
  return {
    bash: findBash(),
    bwrap: require(target, 'bwrap', 'install bubblewrap (Debian, Fedora: the package "bubblewrap")'),
    env: require(target, 'env', INSTALL_COREUTILS),
    sleep: require(target, 'sleep', INSTALL_COREUTILS),
    architecture: process.arch,
  };
}

/** Absolute path of a program of the system, or undefined. */
export function findTool(name: string): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${name}`).find(isExecutable);
}

/** What a session is told where its target's sandbox cannot be had: nothing runs without it. */
export function noSandbox(target: string, why: string, hint: string, detail?: string): BrokerError {
  return new BrokerError({
    code: 'no-sandbox',
    exit: EXIT.unavailable,
    message: `the sandbox of target "${target}" cannot be had here: ${why}`,
    hint,
    ...(detail === undefined ? {} : { detail }),
  });
}

const FOLDERS = ['/usr/bin', '/bin', '/usr/local/bin', '/run/current-system/sw/bin'];
const INSTALL_COREUTILS = 'install coreutils';

function require(target: string, name: string, hint: string): string {
  const found = findTool(name);
  if (found !== undefined) return found;
  throw noSandbox(target, `there is no ${name} in ${FOLDERS.join(', ')}`, hint);
}
