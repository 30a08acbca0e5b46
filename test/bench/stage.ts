// What the measurements run on: a broker and an sshd of their own in a temporary folder, and the ways to run commands.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { has } from '../helpers/needs.ts';
import { SSHD, type Sshd, startSshd } from '../helpers/sshd.ts';
import { runProgram } from './turns.ts';

export const CLI = fileURLToPath(new URL('../../bin/run.cjs', import.meta.url));

export interface Stage extends AsyncDisposable {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly brokerPid: number;
  /** Null where sshd or ssh-keygen is missing. */
  readonly server: { readonly sshd: Sshd; readonly keyFile: string } | null;
  /** Runs the built CLI to its end. */
  sallyport(...args: string[]): Promise<void>;
  /** Removes recordings, which would fill the disk. */
  dropRecordings(): void;
}

export async function openStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const state = join(folder, 'state');
  const { PATH, LANG, TERM = 'xterm' } = process.env;
  const env: NodeJS.ProcessEnv = { PATH, LANG, TERM, HOME: folder, SALLYPORT_STATE: state };
  const json = <T>(...args: string[]): T =>
    JSON.parse(execFileSync(process.execPath, [CLI, ...args, '--json'], { env, encoding: 'utf8' }));
  const { config, sshCa } = json<{ config: string; sshCa: string }>('init');
  const server = SSHD !== undefined && has('ssh-keygen') ? await startServer(folder, sshCa) : null;
  writeFileSync(config, configText(server?.sshd), { mode: 0o600 });
  json('broker', 'start');
  const { pid } = json<{ pid: number }>('broker', 'status');
  return {
    folder,
    env,
    brokerPid: pid,
    server,
    sallyport: (...args) => runProgram(process.execPath, [CLI, ...args], env),
    dropRecordings: () => {
      rmSync(join(state, 'recordings'), { recursive: true, force: true });
      mkdirSync(join(state, 'recordings'), { mode: 0o700 });
    },
    async [Symbol.asyncDispose]() {
      json('broker', 'stop', '--force');
      await server?.sshd[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startServer(folder: string, trustedUserCa: string): Promise<NonNullable<Stage['server']>> {
  const keyFile = join(folder, 'plain_key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
  const authorizedKey = readFileSync(`${keyFile}.pub`, 'utf8').trim();
  return { keyFile, sshd: await startSshd({ trustedUserCa, authorizedKey }) };
}

function configText(sshd: Sshd | undefined): string {
  const web = sshd && {
    kind: 'ssh',
    host: sshd.host,
    port: sshd.port,
    user: sshd.user,
    hostKey: sshd.hostKeyFingerprint,
  };
  return JSON.stringify({
    version: 1,
    targets: { here: { kind: 'shell' }, box: { kind: 'shell', cwd: '/', sandbox: 'read-only' }, ...(web && { web }) },
    policy: { packs: ['read-only', 'destructive', 'secrets', 'privilege', 'exfiltration'] },
  });
}

export function plainSsh(server: NonNullable<Stage['server']>, command: string): Promise<void> {
  return runProgram('ssh', [...plainSshArguments(server, '-n', '-T'), command]);
}

/** As somebody would type it without sallyport: a key file, no agent, no config, no known hosts. */
export function plainSshArguments(
  { sshd, keyFile }: NonNullable<Stage['server']>,
  ...flags: readonly string[]
): readonly string[] {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentitiesOnly=yes', 'LogLevel=ERROR'];
  return [
    ...['-F', 'none', '-i', keyFile, '-p', `${sshd.port}`, ...flags],
    ...options.flatMap((option) => ['-o', option]),
    `${sshd.user}@${sshd.host}`,
  ];
}
