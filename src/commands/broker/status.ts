import type { Hello } from '../../lib/api/contract.ts';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { findRunning } from '../../lib/cli/connect.ts';
import { locateBroker } from '../../lib/cli/locate.ts';
import { type Palette, relativeTime, visible } from '../../lib/cli/render.ts';
import { EXIT } from '../../lib/core/exit-codes.ts';

export default class BrokerStatus extends SallyportCommand<typeof BrokerStatus> {
  static override summary = 'say whether a broker runs, where, and with which configuration';

  async run(): Promise<void> {
    const location = await locateBroker(this.environment);
    const running = await findRunning(location, this.environment);
    if (running === undefined) {
      this.print({ running: false, socket: location.boot.socket }, `no broker runs on ${location.boot.socket}\n`);
      process.exitCode = EXIT.unavailable;
      return;
    }
    const { hello } = running;
    this.noteAll(location.notes);
    this.print(
      { running: true, socket: location.boot.socket, ...hello },
      `${[
        `running    pid ${hello.pid}, sallyport ${hello.version}, started ${relativeTime(hello.startedAt)}`,
        `socket     ${location.boot.socket}`,
        `mode       ${hello.mode}`,
        `config     ${hello.configFile ?? 'built in'}`,
        ...policyLines(hello, this.out),
        `state      ${hello.state}`,
        `sessions   ${hello.sessions}`,
      ].join('\n')}\n`,
    );
  }
}

/** Which policy counts, since when, and what of its file does not. */
function policyLines({ policy }: Hello, out: Palette): string[] {
  if (policy === undefined) return [];
  const { digest, loadedAt, rejected, needsRestart } = policy;
  return [
    `policy     ${digest ?? 'built in'}, loaded ${relativeTime(loadedAt)}`,
    ...(rejected === null
      ? []
      : [`${out.bad('rejected')}   a change ${relativeTime(rejected.at)}: ${visible(rejected.message)}`]),
    ...(needsRestart.length === 0
      ? []
      : [`${out.warn('restart')}    needed for what changed under ${needsRestart.join(', ')}`]),
  ];
}
