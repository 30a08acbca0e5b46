// Throw-away OS accounts for tests that need another user or another login shell. Needs root and useradd.
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './ssh-target.ts';

export interface OsAccount extends AsyncDisposable {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
  /** Writes a file of the account below its home. */
  write(path: string, text: string, mode?: number): void;
}

const PREFIX = 'sptest-';
let count = 0;

/** A new account with that login shell and an empty home; it and its processes are gone when it is disposed. */
export async function newAccount(shell: string): Promise<OsAccount> {
  await sweep();
  const name = `${PREFIX}${process.pid}-${count++}`;
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  const home = join(folder, 'home');
  mkdirSync(home);
  // "*" is no password but, unlike "!", no locked account either.
  await serialized('useradd', ['-M', '-d', home, '-s', shell, '-p', '*', name]);
  const [uid = 0, gid = 0] = idsOf(name);
  chownSync(home, uid, gid);
  // mkdtemp makes a folder for its owner alone; the account must get through it.
  await run('chmod', ['711', folder]);
  return {
    name,
    uid,
    home,
    write(path, text, mode = 0o644) {
      const file = join(home, path);
      if (!existsSync(dirname(file))) {
        mkdirSync(dirname(file), { recursive: true });
        chownSync(dirname(file), uid, gid);
      }
      writeFileSync(file, text, { mode });
      chownSync(file, uid, gid);
    },
    async [Symbol.asyncDispose]() {
      await remove(name);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function idsOf(name: string): number[] {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((text) => text.startsWith(`${name}:`));
  return line?.split(':').slice(2, 4).map(Number) ?? [];
}

async function remove(name: string): Promise<void> {
  const [uid] = idsOf(name);
  if (uid === undefined) return;
  endProcessesOf(uid);
  await serialized('userdel', ['-f', name]);
}

function endProcessesOf(uid: number): void {
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (statSync(`/proc/${entry}`).uid === uid) process.kill(Number(entry), 'SIGKILL');
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

/** Removes accounts of test processes that were killed before they could. */
async function sweep(): Promise<void> {
  const names = readFileSync('/etc/passwd', 'utf8').match(new RegExp(`^${PREFIX}\\d+-\\d+(?=:)`, 'gm')) ?? [];
  for (const name of names) {
    const pid = Number(name.slice(PREFIX.length).split('-')[0]);
    if (!existsSync(`/proc/${pid}`)) await remove(name);
  }
}

/** useradd and userdel refuse while another one holds the password file. */
async function serialized(file: string, args: readonly string[]): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const { status, stderr } = await run(file, args);
    if (status === 0) return;
    if (attempt === 50 || !/lock/.test(stderr)) throw new Error(`${file} ${args.join(' ')}: ${stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
