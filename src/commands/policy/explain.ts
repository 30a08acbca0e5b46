import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { toCommand, toFolder } from '../../lib/cli/child-command.ts';
import { renderExplanation } from '../../lib/cli/render-explanation.ts';
import type { Explanation } from '../../lib/policy/explain.ts';

export default class PolicyExplain extends SallyportCommand<typeof PolicyExplain> {
  static override summary = 'say why the policy judges a command as it does, rule by rule';
  static override description =
    'For the owner of the broker. It shows the rules that had a say and those that are about the same program; --all shows every rule.';
  static override examples = [
    '<%= config.bin %> policy explain --target local -- git push --force',
    "<%= config.bin %> policy explain --target local --all -- 'cat a | sort'",
  ];
  static override usage = 'policy explain --target TARGET [--all] -- COMMAND…';
  static override flags = {
    target: Flags.string({ required: true, description: 'where it would run', helpValue: 'TARGET' }),
    task: Flags.string({ description: 'the task it would belong to (also SALLYPORT_TASK)', helpValue: 'NAME' }),
    all: Flags.boolean({ description: 'every rule, also those about something else' }),
  };

  async run(): Promise<void> {
    const command = toCommand(this.child ?? []);
    const { client } = await this.connect();
    const task = this.flags.task ?? this.environment.task ?? null;
    const place = { target: this.flags.target, cwd: toFolder(this.environment.cwd), task };
    const explanation = await client.post<Explanation>('/policy/explain', { ...place, command });
    const shown = this.flags.all ? explanation : short(explanation);
    this.print(shown, renderExplanation(explanation, this.flags.all ?? false, this.out));
  }
}

/** Without the rules that are about something else. */
function short(explanation: Explanation): Explanation {
  const commands = explanation.commands.map((command) => ({
    ...command,
    rules: command.rules.filter(({ relevance }) => relevance !== 'none'),
  }));
  return { ...explanation, commands, outOfScope: [] };
}
