import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { toCommand, toFolder } from '../../lib/cli/child-command.ts';
import { describeRequest } from '../../lib/cli/decide.ts';
import type { RequestRow } from '../../lib/ports/store.ts';

export default class RequestsAsk extends SallyportCommand<typeof RequestsAsk> {
  static override summary = 'ask for the approval of a command without running it; of a denied one, for an exception';
  static override description =
    'Once it is approved, run the same command from the same folder: the approval is good for one run.';
  static override examples = [
    "<%= config.bin %> requests ask --target web --why 'the certificate expired' -- systemctl restart nginx",
  ];
  static override usage = 'requests ask --target TARGET --why TEXT -- COMMAND…';
  static override flags = {
    target: Flags.string({ required: true, description: 'where it would run', helpValue: 'TARGET' }),
    why: Flags.string({ required: true, description: 'what it is for; the approver reads it', helpValue: 'TEXT' }),
    task: Flags.string({ description: 'the task it belongs to (also SALLYPORT_TASK)', helpValue: 'NAME' }),
  };

  async run(): Promise<void> {
    const command = toCommand(this.child ?? []);
    const { client } = await this.connect();
    const request = await client.post<RequestRow>('/requests', {
      target: this.flags.target,
      cwd: toFolder(this.environment.cwd),
      command,
      task: this.flags.task ?? this.environment.task ?? null,
      why: this.flags.why,
    });
    const next = `${this.out.dim('next:')} sallyport requests wait ${request.id}, then run the command`;
    this.print(request, `${describeRequest(request, this.out)}  ${next}\n`);
  }
}
