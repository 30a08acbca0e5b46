// The asciinema everybody has.
import { spawnSync } from 'node:child_process';

/** Runs asciinema with a terminal of its own, which it wants; what it writes there. */
export function asciinema(args: readonly string[]): { status: number | null; text: string } {
  const command = ['asciinema', ...args].join(' ');
  const result = spawnSync('script', ['-qec', command, '/dev/null'], {
    input: '',
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      ASCIINEMA_CONFIG_HOME: '/tmp',
      TERM: 'xterm',
      LC_ALL: 'C.UTF-8',
    },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 60_000,
  });
  return { status: result.status, text: result.stdout.toString() };
}
