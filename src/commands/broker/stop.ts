import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { findRunning } from '../../lib/cli/connect.ts';
import { locateBroker } from '../../lib/cli/locate.ts';
import { BrokerError } from '../../lib/core/errors.ts';
import { EXIT } from '../../lib/core/exit-codes.ts';

/** Sessions get two seconds to end their programs; the rest is closing files. */
const STOP_TIMEOUT_MS = 15_000;

export default class BrokerStop extends SallyportCommand<typeof BrokerStop> {
  static override summary = 'stop the broker; with sessions running only with --force';
  static override flags = { force: Flags.boolean({ description: 'end running sessions (their exit code is 79)' }) };

  async run(): Promise<void> {
    const location = await locateBroker(this.environment);
    const running = await findRunning(location, this.environment);
    if (running === undefined) {
      this.print({ stopped: false, running: false }, 'no broker runs\n');
      return;
    }
    await running.client.post('/stop', { force: this.flags.force ?? false });
    const until = performance.now() + STOP_TIMEOUT_MS;
    while (isAlive(running.hello.pid)) {
      if (performance.now() > until) {
        throw new BrokerError({
          code: 'broker-not-stopped',
          exit: EXIT.unavailable,
          message: `the broker (pid ${running.hello.pid}) has not left after ${STOP_TIMEOUT_MS / 1000} s`,
          hint: `see ${location.boot.log}`,
        });
      }
      await delay(20);
    }
    this.print({ stopped: true, pid: running.hello.pid }, `stopped (pid ${running.hello.pid})\n`);
  }
}

/** A zombie has left: where nobody collects orphans (a container without an init) it stays in the table for ever. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Not ours to signal is still alive.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !/^State:\s*Z/m.test(statusOf(pid));
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
