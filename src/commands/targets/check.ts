import * as Args from '@oclif/core/args';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { renderSteps } from '../../lib/cli/check-steps.ts';
import { EXIT } from '../../lib/core/exit-codes.ts';
import type { CheckStep } from '../../lib/ports/target.ts';

export default class TargetsCheck extends SallyportCommand<typeof TargetsCheck> {
  static override summary = 'try a target step by step, and say what is missing and where';
  static override examples = ['<%= config.bin %> targets check web'];
  static override args = { target: Args.string({ required: true, description: 'name of the target' }) };

  async run(): Promise<void> {
    const { client } = await this.connect();
    const answer = await client.post<{ target: string; ok: boolean; steps: CheckStep[] }>(
      `/targets/${encodeURIComponent(this.args.target)}/check`,
      {},
    );
    this.print(answer, renderSteps(answer.steps, this.out));
    if (!answer.ok) process.exitCode = EXIT.unavailable;
  }
}
