import * as Args from '@oclif/core/args';
import { SallyportCommand } from '../lib/cli/base-command.ts';
import { invocationFlags } from '../lib/cli/invocation-flags.ts';
import { runInvocation } from '../lib/cli/run-invocation.ts';

export default class Shell extends SallyportCommand<typeof Shell> {
  static override summary = 'run a command in a shell target, or one after the other in a gated session';
  static override description =
    'One word after "--" is shell text, as with bash -c; several words are a program and its arguments, each taken literally. Without a command, on a terminal, a gated session begins: a prompt whose commands are judged one by one.';
  static override examples = [
    '<%= config.bin %> shell local -- uname -a',
    '<%= config.bin %> shell local',
    "<%= config.bin %> shell local -- 'ls | wc -l'",
    '<%= config.bin %> shell local --json -- df -h',
  ];
  static override usage = 'shell TARGET [-- COMMAND…]';
  static override args = { target: Args.string({ required: true, description: 'name of the target' }) };
  static override flags = invocationFlags;

  async run(): Promise<void> {
    process.exitCode = await runInvocation({
      kind: 'shell',
      target: this.args.target,
      child: this.child,
      flags: this.flags,
      environment: this.environment,
      palette: this.err,
    });
  }
}
