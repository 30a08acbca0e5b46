// A real OpenSSH server on a free loopback port with a folder of its own, for tests, the demo and the bench. Runs as
// root and as a normal user; needs nothing but node, sshd and ssh-keygen.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

export interface SshdOptions {
  /** The line for TrustedUserCAKeys; without one no certificate is trusted. */
  readonly trustedUserCa?: string;
  /** A public key line for authorized_keys, for a plain `ssh -i`. */
  readonly authorizedKey?: string;
  /** Which host keys it has, first offered first; ed25519 where absent. */
  readonly hostKeys?: readonly ('ed25519' | 'rsa' | 'ecdsa')[];
  /** Signs the first host key: the principals of its host certificate, and the validity as ssh-keygen -V takes it. */
  readonly hostCertificate?: { readonly principals: string; readonly validity?: string };
  /** More lines of sshd_config; the first value of a keyword wins, so these come first. */
  readonly config?: readonly string[];
  readonly port?: number;
  /**
   * True for the account's own home. Otherwise HOME is an empty folder: what a person's ~/.bashrc does would slow, stall
   * and change what is tested.
   */
  readonly ownHome?: boolean;
}

export interface Sshd extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Of the listener. */
  readonly pid: number;
  /** The account to log in as: the one that runs the test. */
  readonly user: string;
  /** Of the first host key: `SHA256:…`. */
  readonly hostKeyFingerprint: string;
  /** Of the first host key: `ssh-ed25519 AAAA…`. */
  readonly hostPublicKey: string;
  readonly fingerprints: Readonly<Record<string, string>>;
  /** The public key line of the CA that signed the host certificate; empty where there is none. */
  readonly hostCa: string;
  /** Everything it logged so far (LogLevel VERBOSE). */
  log(): string;
  /** Kills the listener and every process serving a connection, at once, as a crash would. */
  kill(): void;
  readonly folder: string;
}

/** Where it is; undefined where none is installed. */
export const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/opt/homebrew/sbin/sshd'].find(existsSync);

/** Starts the server and resolves once it accepts connections; rejects with its log where it does not within 10 s. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  if (SSHD === undefined) throw new Error('sshd is not installed');
  // sshd wants its privilege separation folder to exist when root runs it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-sshd-'));
  const inFolder = (name: string) => join(folder, name);
  const types = options.hostKeys ?? ['ed25519'];
  const fingerprints: Record<string, string> = {};
  for (const type of types) {
    keygen('-q', '-t', type, ...(type === 'rsa' ? ['-b', '2048'] : []), '-N', '', '-f', inFolder(`host_${type}`));
    fingerprints[type] = keygen('-l', '-f', inFolder(`host_${type}.pub`)).split(' ')[1] ?? '';
  }
  const first = types[0] ?? 'ed25519';
  let hostCa = '';
  if (options.hostCertificate !== undefined) {
    const { principals, validity } = options.hostCertificate;
    keygen('-q', '-t', 'ed25519', '-N', '', '-f', inFolder('host_ca'));
    const period = validity === undefined ? [] : ['-V', validity];
    keygen(
      '-q',
      '-s',
      inFolder('host_ca'),
      '-I',
      'host',
      '-h',
      '-n',
      principals,
      ...period,
      inFolder(`host_${first}.pub`),
    );
    hostCa = readFileSync(inFolder('host_ca.pub'), 'utf8').trim();
  }
  mkdirSync(inFolder('home'));
  writeFileSync(inFolder('ca.pub'), `${options.trustedUserCa ?? ''}\n`);
  writeFileSync(inFolder('authorized_keys'), `${options.authorizedKey ?? ''}\n`, { mode: 0o600 });
  const port = options.port ?? (await freePort());
  writeFileSync(
    inFolder('config'),
    [
      ...(options.config ?? []),
      ...(options.ownHome === true ? [] : [`SetEnv HOME=${inFolder('home')}`]),
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      ...types.map((type) => `HostKey ${inFolder(`host_${type}`)}`),
      ...(hostCa === '' ? [] : [`HostCertificate ${inFolder(`host_${first}-cert.pub`)}`]),
      ...(options.trustedUserCa === undefined ? [] : [`TrustedUserCAKeys ${inFolder('ca.pub')}`]),
      `AuthorizedKeysFile ${options.authorizedKey === undefined ? 'none' : inFolder('authorized_keys')}`,
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'StrictModes no',
      'UsePAM no',
      'UseDNS no',
      'PidFile none',
      'PrintMotd no',
      'PrintLastLog no',
      'LogLevel VERBOSE',
      'MaxStartups 100',
      '',
    ].join('\n'),
  );
  const child = spawn(SSHD, ['-D', '-f', inFolder('config'), '-E', inFolder('log')], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const log = () => (existsSync(inFolder('log')) ? readFileSync(inFolder('log'), 'utf8') : '');
  const kill = () => {
    // Stopped first: a process that outlives its children for a moment would still tell the client how they ended.
    for (const name of ['SIGSTOP', 'SIGKILL'] as const) {
      for (const pid of descendants(child.pid)) signal(pid, name);
    }
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  };
  const dispose = async () => {
    kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilListening(port, () => child.exitCode !== null);
  } catch (thrown) {
    const text = log();
    await dispose();
    throw new Error(`sshd did not start: ${text}`, { cause: thrown });
  }
  return {
    host: '127.0.0.1',
    port,
    pid: child.pid ?? 0,
    user: userInfo().username,
    hostKeyFingerprint: fingerprints[first] ?? '',
    hostPublicKey: readFileSync(inFolder(`host_${first}.pub`), 'utf8').trim(),
    fingerprints,
    hostCa,
    log,
    kill,
    folder,
    [Symbol.asyncDispose]: dispose,
  };
}

function keygen(...args: string[]): string {
  return execFileSync('ssh-keygen', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

/** A port nobody listens on right now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function untilListening(port: number, died: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (died()) throw new Error('it ended');
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => socket.destroy());
      socket.setTimeout(1000, () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('no answer within 10 s');
}

/** Children, grandchildren … of a process, deepest first. */
function descendants(pid: number | undefined): number[] {
  if (pid === undefined) return [];
  const table = execFileSync('ps', ['-A', '-o', 'pid=', '-o', 'ppid='], { encoding: 'utf8' });
  const pairs = table.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    pairs.flatMap(([child = 0, ppid]) => (ppid === parent ? [...below(child), child] : []));
  return below(pid);
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (thrown) {
    // It ended by itself between the listing and now.
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown;
  }
}
