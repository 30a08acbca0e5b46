import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { checkRunning, findRunning } from '../../lib/cli/connect.ts';
import { type Location, locateBroker } from '../../lib/cli/locate.ts';
import { startInBackground } from '../../lib/cli/start-broker.ts';
import { systemClock } from '../../lib/core/clock.ts';
import { BrokerError } from '../../lib/core/errors.ts';
import { EXIT } from '../../lib/core/exit-codes.ts';

export default class BrokerStart extends SallyportCommand<typeof BrokerStart> {
  static override summary = 'start the broker that this configuration describes';
  static override description =
    'Commands start a private broker by themselves. Use this for a broker that runs as a service: --foreground under a supervisor.';
  static override examples = [
    '<%= config.bin %> broker start',
    '<%= config.bin %> broker start --foreground --config /etc/sallyport/sallyport.yaml',
  ];
  static override flags = {
    foreground: Flags.boolean({ char: 'f', description: 'stay in this process until a signal ends it' }),
  };

  async run(): Promise<void> {
    const location = await locateBroker(this.environment);
    const { boot } = location;
    if (!this.flags.foreground) {
      const state = await this.startOnce(location);
      this.print(
        { state, socket: boot.socket },
        `${state === 'started' ? 'started' : 'already running'}: ${boot.socket}\n`,
      );
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
    process.on('SIGHUP', () => void broker.reload('SIGHUP'));
    this.print({ state: 'started', socket: boot.socket, pid: process.pid }, `listening on ${boot.socket}\n`);
    await broker.left;
  }

  /** One that runs already must be of this version and, where a file was named, of this configuration. */
  private async startOnce(location: Location): Promise<'started' | 'already-running'> {
    const running = await findRunning(location, this.environment);
    if (running === undefined) return startInBackground(location.boot, this.environment.uid);
    const { notes } = await checkRunning(running, location, this.environment);
    this.noteAll(notes);
    return 'already-running';
  }
}
