import * as Args from '@oclif/core/args';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { visible } from '../../lib/cli/render.ts';
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
    const marks = { ok: this.out.good('ok     '), failed: this.out.bad('failed '), skipped: this.out.dim('skipped') };
    const width = Math.max(0, ...answer.steps.map(({ name }) => name.length));
    const lines = answer.steps.flatMap((step) => [
      `${marks[step.outcome]} ${step.name.padEnd(width)}  ${this.out.dim(visible(step.detail))}`,
      ...(step.fix === undefined
        ? []
        : visible(step.fix)
            .split('\n')
            .map((line) => `        ${line}`)),
    ]);
    this.print(answer, `${lines.join('\n')}\n`);
    if (!answer.ok) process.exitCode = EXIT.unavailable;
  }
}
