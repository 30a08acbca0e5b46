import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { findRunning, startInBackground } from '../../lib/cli/connect.ts';
import { locateBroker } from '../../lib/cli/locate.ts';
import { systemClock } from '../../lib/core/clock.ts';
import { BrokerError } from '../../lib/core/errors.ts';
import { EXIT } from '../../lib/core/exit-codes.ts';

export default class BrokerStart extends SallyportCommand<typeof BrokerStart> {
  static override summary = 'start the broker that this configuration describes';
  static override description =
    'Commands start a private broker by themselves. Use this for a broker that runs as a service: --foreground under a supervisor.';
  static override flags = {
    foreground: Flags.boolean({ char: 'f', description: 'stay in this process until a signal ends it' }),
  };

  async run(): Promise<void> {
    const location = await locateBroker(this.environment);
    const { boot } = location;
    if (!this.flags.foreground) {
      const state = (await findRunning(location, this.environment))
        ? 'already-running'
        : await startInBackground(boot, this.environment.uid);
      this.print({ state, socket: boot.socket }, `${state === 'started' ? 'started' : 'already running'}: ${boot.socket}\n`);
      return;
    }
    const { runBroker } = await import('../../lib/broker/run.ts');
    const broker = await runBroker(boot, systemClock);
    if (broker === undefined) {
      throw new BrokerError({
        code: 'already-running',
        exit: EXIT.unavailable,
        message: `another broker holds "${boot.state}"`,
        hint: 'see: sallyport broker status',
      });
    }
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void broker.stop(signal));
    this.print({ state: 'started', socket: boot.socket, pid: process.pid }, `listening on ${boot.socket}\n`);
    await broker.left;
  }
}
