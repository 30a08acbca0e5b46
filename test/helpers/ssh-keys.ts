// SSH keys and signatures as people make them: by ssh-keygen, on disk or in an agent. Generated anew for every test.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type KeyType = 'ed25519' | 'ecdsa' | 'ecdsa-384' | 'ecdsa-521' | 'rsa' | 'rsa-1024';

export interface TestKey {
  /** The private key. */
  readonly file: string;
  /** The `.pub` line. */
  readonly line: string;
}

const OPTIONS: Readonly<Record<KeyType, readonly string[]>> = {
  ed25519: ['-t', 'ed25519'],
  ecdsa: ['-t', 'ecdsa'],
  'ecdsa-384': ['-t', 'ecdsa', '-b', '384'],
  'ecdsa-521': ['-t', 'ecdsa', '-b', '521'],
  rsa: ['-t', 'rsa', '-b', '2048'],
  'rsa-1024': ['-t', 'rsa', '-b', '1024'],
};

export function newKey(folder: string, name: string, type: KeyType = 'ed25519', passphrase = ''): TestKey {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', ...OPTIONS[type], '-N', passphrase, '-C', `${name}@test`, '-f', file]);
  return { file, line: readFileSync(`${file}.pub`, 'utf8').trim() };
}

/** What `ssh-keygen -Y sign` makes of it; throws where it refuses. */
export function signWith(key: TestKey, namespace: string, message: string, env: Record<string, string> = {}): string {
  return execFileSync('ssh-keygen', ['-Y', 'sign', '-f', key.file, '-n', namespace], {
    input: message,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, SSH_ASKPASS: '/bin/false', SSH_ASKPASS_REQUIRE: 'force', ...env },
  });
}

export interface TestAgent {
  readonly socket: string;
  /** Adds a key, its passphrase typed by an askpass program of the test's. */
  add(key: TestKey, askpass: string): void;
  stop(): Promise<void>;
}

/** A real ssh-agent in the foreground, on a socket in `folder`. */
export async function startAgent(folder: string): Promise<TestAgent> {
  const socket = join(folder, 'agent.sock');
  const agent: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => agent.on('close', () => resolve()));
  while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 10));
  return {
    socket,
    add(key, askpass) {
      const env = { PATH: process.env.PATH, SSH_AUTH_SOCK: socket, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' };
      execFileSync('ssh-add', ['-q', key.file], { env, stdio: 'ignore' });
    },
    stop() {
      agent.kill();
      return ended;
    },
  };
}
