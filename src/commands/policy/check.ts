import * as Flags from '@oclif/core/flags';
import { writeTo } from '../../lib/cli/attach.ts';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { checkBatch, checkCommands, renderCheck } from '../../lib/cli/check-policy.ts';
import { toCommand, toFolder } from '../../lib/cli/child-command.ts';
import { BrokerError } from '../../lib/core/errors.ts';
import { EXIT } from '../../lib/core/exit-codes.ts';

export default class PolicyCheck extends SallyportCommand<typeof PolicyCheck> {
  static override summary = 'say what the policy thinks of a command, without running it';
  static override description =
    'With --batch it reads {"id", "input"} as JSON lines and writes {"id", "verdict", "rule", "opaque"}, one for one and in order.';
  static override examples = [
    '<%= config.bin %> policy check --target local -- rm -rf build',
    "<%= config.bin %> policy check --target local --json -- 'cat a | sort'",
    '<%= config.bin %> policy check --target local --batch < commands.jsonl',
  ];
  static override usage = 'policy check --target TARGET [--batch] [-- COMMAND…]';
  static override flags = {
    target: Flags.string({ required: true, description: 'where it would run', helpValue: 'TARGET' }),
    task: Flags.string({ description: 'the task it would belong to (also SALLYPORT_TASK)', helpValue: 'NAME' }),
    batch: Flags.boolean({ description: 'read JSON lines on standard input' }),
  };

  async run(): Promise<void> {
    const { client } = await this.connect();
    const task = this.flags.task ?? this.environment.task ?? null;
    const place = { target: this.flags.target, cwd: toFolder(this.environment.cwd), task };
    if (this.flags.batch) {
      if (this.child !== null) throw usage('--batch reads its commands from standard input');
      await checkBatch(client, place, process.stdin, (text) => writeTo(process.stdout, Buffer.from(text)));
      return;
    }
    if (this.child === null) throw usage('there is no command to check');
    const [result] = await checkCommands(client, place, [toCommand(this.child)], true);
    if (result !== undefined) this.print(result, renderCheck(result, this.out));
  }
}

function usage(message: string): BrokerError {
  return new BrokerError({ code: 'usage', exit: EXIT.usage, message, hint: 'see: sallyport policy check --help' });
}
