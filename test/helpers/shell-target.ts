// What a session asks of a shell target, and throw-away OS users to run programs as.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { newSessionId } from '../../src/lib/core/ids.ts';
import { type Account, findAccount } from '../../src/lib/os/accounts.ts';
import type { ProgramSpec } from '../../src/lib/ports/target.ts';
import { type ShellTargetOptions, shellTarget } from '../../src/lib/targets/shell.ts';
import { type Ended, liveClock, readToEnd } from './local-program.ts';

export const TERMINAL = { size: { cols: 80, rows: 24 }, term: 'xterm-256color' } as const;
export const OWN_UID = process.getuid?.() ?? -1;

/** Bash source on pipes, asked for by this process's user from `/tmp`; a free terminal where `text` is null. */
export function shellSpec(text: string | null, changes: Partial<ProgramSpec> = {}): ProgramSpec {
  return {
    session: newSessionId(),
    task: undefined,
    work: text === null ? { kind: 'free-terminal' } : { kind: 'command', text },
    pty: null,
    cwd: '/tmp',
    env: {},
    callerUid: OWN_UID,
    place: undefined,
    ...changes,
  };
}

/** Runs bash source to its end on a shell target with those options. */
export async function runShell(
  options: Partial<ShellTargetOptions>,
  text: string,
  changes: Partial<ProgramSpec> & { readonly brokerUid?: number } = {},
): Promise<Ended> {
  const { brokerUid = OWN_UID, ...spec } = changes;
  const target = shellTarget('local', { env: [], ...options }, { clock: liveClock, brokerUid });
  return readToEnd(await target.open(shellSpec(text, spec), [], new AbortController().signal));
}

export interface ThrowAwayUser extends Disposable {
  readonly account: Account;
  /** A group it belongs to beside its own. */
  readonly extraGid: number;
}

/** An OS user with a group of its own, one more, and a home; root creates and removes it. */
export function createUser(shell = '/bin/bash'): ThrowAwayUser {
  const name = `sp-${randomBytes(4).toString('hex')}`;
  const extra = `${name}-x`;
  run('groupadd', extra);
  run('useradd', '--create-home', '--user-group', '--groups', extra, '--shell', shell, name);
  const account = findAccount({ name });
  if (account === undefined) throw new Error(`useradd made no "${name}"`);
  const extraGid = Number(run('getent', 'group', extra).split(':')[2]);
  return {
    account,
    extraGid,
    [Symbol.dispose]() {
      run('userdel', '--remove', '--force', name);
      run('groupdel', extra);
    },
  };
}

function run(file: string, ...args: readonly string[]): string {
  return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}
