// SSH targets against a real sshd: a CA of the test's own, credentials as the lease book would order them, and OpenSSH's
// own client holding the same key and certificate, as a thief would.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Clock } from '../../src/lib/core/clock.ts';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { newSessionId } from '../../src/lib/core/ids.ts';
import { openSshCa, type SshCa, sshCaProvider } from '../../src/lib/credentials/index.ts';
import type {
  CredentialProvider,
  SshCertificateCredential,
  SshCertificateRequest,
} from '../../src/lib/ports/provider.ts';
import type { Program, ProgramSpec } from '../../src/lib/ports/target.ts';
import { type SshHop, type SshTarget, type SshTargetOptions, sshTarget } from '../../src/lib/targets/ssh.ts';
import { type Ended, liveClock, readToEnd } from './local-program.ts';
import type { Sshd } from './sshd.ts';

export type SshCredentialProvider = CredentialProvider<SshCertificateRequest, SshCertificateCredential>;

export interface TestCa {
  readonly ca: SshCa;
  readonly line: string;
  readonly provider: SshCredentialProvider;
}

/** A CA in memory: its folder is gone when this returns. */
export async function newCa(clock: Clock = liveClock): Promise<TestCa> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-ca-'));
  try {
    const ca = await openSshCa(folder);
    return { ca, line: ca.publicKeyLine(), provider: sshCaProvider({ ca, clock }) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The target `web` on that server, its host key pinned unless told otherwise. */
export function targetOn(
  sshd: Pick<Sshd, 'host' | 'port' | 'user' | 'hostKeyFingerprint'>,
  options: Partial<SshTargetOptions> = {},
  via?: SshHop,
  name = 'web',
): SshTarget {
  const { host, port, user, hostKeyFingerprint } = sshd;
  const pinned = options.hostCa === undefined ? { hostKey: [hostKeyFingerprint] } : {};
  return sshTarget(name, { host, port, user, ...pinned, ...options }, { via, clock: liveClock });
}

export interface SpecOptions {
  readonly pty?: ProgramSpec['pty'];
  readonly task?: string;
}

/** What to ask of a target: bash source, or a free terminal where `text` is null. */
export function specOf(text: string | null, { pty = null, task }: SpecOptions = {}): ProgramSpec {
  return {
    session: newSessionId(),
    task,
    work: text === null ? { kind: 'free-terminal' } : { kind: 'command', text },
    pty,
    cwd: undefined,
    env: {},
    callerUid: process.getuid?.() ?? 0,
    place: undefined,
  };
}

export const TERMINAL = { size: { cols: 80, rows: 24 }, term: 'xterm-256color' } as const;

/** Mints one credential for each request. */
export async function issue(
  provider: SshCredentialProvider,
  requests: readonly SshCertificateRequest[],
): Promise<SshCertificateCredential[]> {
  const credentials: SshCertificateCredential[] = [];
  for (const request of requests) credentials.push(await provider.issue(request, provider.plan(request)));
  return credentials;
}

/** Mints and opens, as a session does. */
export async function openOn(
  target: SshTarget,
  provider: SshCredentialProvider,
  spec: ProgramSpec,
  signal: AbortSignal = new AbortController().signal,
): Promise<Program> {
  return target.open(spec, await issue(provider, target.credentialsFor(spec)), signal);
}

/** Runs bash source to its end, with `input` as its whole standard input. */
export async function runOn(
  target: SshTarget,
  provider: SshCredentialProvider,
  text: string,
  { input, ...options }: SpecOptions & { readonly input?: string | Uint8Array } = {},
): Promise<Ended> {
  const program = await openOn(target, provider, specOf(text, options));
  if (input !== undefined) await program.write(Buffer.from(input));
  if (options.pty === undefined) program.endInput();
  return readToEnd(program);
}

/** Awaits a rejection with a BrokerError of that code and returns it. */
export async function refusalOf(code: string, promise: Promise<unknown>): Promise<BrokerError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (thrown: unknown) => ({ thrown }),
  );
  if (!('thrown' in outcome)) throw new Error(`it succeeded instead of failing with ${code}`);
  const { thrown } = outcome;
  if (!(thrown instanceof BrokerError)) throw thrown;
  assert.is(thrown.code, code, `${thrown.code}: ${thrown.publicMessage} (${thrown.detail})`);
  assert.match(thrown.publicMessage, /^["a-z].*[^.]$/s);
  assert.ok(thrown.hint.length > 0);
  return thrown;
}

export interface RawResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** OpenSSH's client with that key and certificate, and nothing else: `ssh OPTIONS… HOST REST…`. */
export async function stolenSsh(
  sshd: Sshd,
  credential: SshCertificateCredential,
  options: readonly string[],
  rest: readonly string[] = [],
  { input = '', program = 'ssh', limitMs = 10_000, env = {} as Readonly<Record<string, string>> } = {},
): Promise<RawResult> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-stolen-'));
  try {
    const key = join(folder, 'key');
    writeFileSync(key, credential.privateKey.reveal(), { mode: 0o600 });
    writeFileSync(`${key}-cert.pub`, `${credential.certificate}\n`);
    const fixed = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentitiesOnly=yes', 'BatchMode=yes'];
    const args = [
      ...['-F', 'none', '-i', key],
      ...fixed.flatMap((option) => ['-o', option]),
      ...['-o', 'LogLevel=VERBOSE', '-o', `Port=${sshd.port}`],
      ...options,
      ...(program === 'ssh' ? [`${credential.username}@${sshd.host}`] : []),
      ...rest,
    ];
    return await run(program, args, { input, limitMs, env });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a local program to its end; `status` is null where it had to be ended after `limitMs`. */
export function run(
  file: string,
  args: readonly string[],
  { input = '', limitMs = 10_000, env = {} as Readonly<Record<string, string>> } = {},
): Promise<RawResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'pipe', env: { ...process.env, ...env } });
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (bytes) => {
      stdout += bytes;
    });
    child.stderr.on('data', (bytes) => {
      stderr += bytes;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(timer);
      resolve({ status, stdout, stderr });
    });
  });
}
