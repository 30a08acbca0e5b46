// Makes the recordings in recordings/ anew: the demo in asciinema, and two sessions of the demo's stage as the broker
// records them. Everything runs in a bubblewrap sandbox with a neutral user, host name and paths, so that nothing of the
// machine it was made on is in them. Run: node --import tsx scripts/record-samples.ts, after npm run build.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const OUT = join(ROOT, 'recordings');
const SIZE = { cols: 100, rows: 30 };

const folder = mkdtempSync(join(tmpdir(), 'record-samples-'));
try {
  for (const name of readdirSync(OUT))
    if (/\.cast$|\.manifest\.json$/.test(name)) rmSync(join(OUT, name), { force: true });
  const demo = 'node --import tsx test/demo/demo.ts';
  const size = ['--cols', `${SIZE.cols}`, '--rows', `${SIZE.rows}`];
  const title = 'sallyport demo: allowed, denied, approved, over ssh';
  inSandbox(
    'script',
    '-qec',
    shellText('asciinema', 'rec', '-q', ...size, '-t', title, '-c', demo, '/mnt/out/demo.cast'),
    '/dev/null',
  );
  inSandbox('node', '--import', 'tsx', 'scripts/record-sessions.ts', '/mnt/out');
} finally {
  rmSync(folder, { recursive: true });
}

function inSandbox(...command: string[]): void {
  const passwd = file('passwd', 'agent:x:1000:1000::/home/agent:/bin/bash\n');
  const group = file('group', 'agent:x:1000:\n');
  const args = [
    ...['--unshare-user', '--uid', '1000', '--gid', '1000', '--unshare-pid', '--unshare-uts', '--hostname', 'devbox'],
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp', '--tmpfs', '/run'],
    ...['--tmpfs', '/home', '--dir', '/home/agent', '--tmpfs', '/srv', '--ro-bind', ROOT, '/srv/sallyport'],
    // An /etc of its own: a file bound over one of the machine's is lost when the machine replaces that file.
    ...[
      '--tmpfs',
      '/etc',
      '--ro-bind',
      passwd,
      '/etc/passwd',
      '--ro-bind',
      group,
      '/etc/group',
      '--tmpfs',
      '/mnt',
      '--bind',
      OUT,
      '/mnt/out',
    ],
    ...['--chdir', '/srv/sallyport', '--die-with-parent', '--clearenv'],
    ...Object.entries({
      PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
      HOME: '/home/agent',
      USER: 'agent',
      LOGNAME: 'agent',
      SHELL: '/bin/bash',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
    }).flatMap(([name, value]) => ['--setenv', name, value]),
  ];
  execFileSync('bwrap', [...args, ...command], { stdio: 'inherit' });
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function shellText(...words: string[]): string {
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
}
