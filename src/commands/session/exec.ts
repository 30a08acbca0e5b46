import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { execInSession } from '../../lib/cli/exec-in-session.ts';
import { invocationFlags } from '../../lib/cli/invocation-flags.ts';
import { signalFlag } from '../../lib/cli/signal-flag.ts';

const { tty, wait, why, timeout } = invocationFlags;

export default class SessionExec extends SallyportCommand<typeof SessionExec> {
  static override summary = 'run a command in a gated session, or go on with the one that runs';
  static override description =
    'One word after "--" is shell text, several are a program and its arguments. Without a command: wait for the one that runs, or with --stdin feed it. A program that waits for input ends the wait with 75 and goes on.';
  static override examples = [
    '<%= config.bin %> session exec s-4k7q2m9xw1de -- cd /srv/app',
    "<%= config.bin %> session exec s-4k7q2m9xw1de --json -- 'make test | tail'",
    'echo yes | <%= config.bin %> session exec s-4k7q2m9xw1de --stdin',
    '<%= config.bin %> session exec s-4k7q2m9xw1de --signal INT',
  ];
  static override usage = 'session exec SESSION [-- COMMAND…]';
  static override args = {
    session: Args.string({ required: true, description: 'id of the session, or its beginning' }),
  };
  static override flags = {
    tty,
    'no-tty': invocationFlags['no-tty'],
    plain: invocationFlags.plain,
    stdin: Flags.boolean({ description: 'give the command what stands on standard input' }),
    eof: Flags.boolean({ description: 'end the input of the command that runs, after what --stdin gave' }),
    detach: Flags.boolean({ description: 'leave as soon as the command runs; see "session read"' }),
    signal: Flags.string({
      description: 'send a signal to the command that runs',
      helpValue: 'INT|TERM|…',
      exclusive: ['stdin', 'eof', 'detach'],
    }),
    wait,
    why,
    timeout,
    'max-output': invocationFlags['max-output'],
  };

  async run(): Promise<void> {
    const { flags } = this;
    const name = flags.signal === undefined ? undefined : signalFlag(flags.signal);
    const { client } = await this.connect();
    const { session } = this.args;
    if (name === undefined) {
      process.exitCode = await execInSession({
        client,
        session,
        child: this.child,
        flags,
        environment: this.environment,
        palette: this.err,
      });
    } else {
      const answer = await client.post<{ session: string }>(`/gated/${encodeURIComponent(session)}/signal`, { name });
      this.print(answer, `sent ${name} to ${answer.session}\n`);
    }
  }
}
