import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { toCommand, toFolder } from '../../lib/cli/child-command.ts';
import { renderExplanation } from '../../lib/cli/render-explanation.ts';
import { renderRequestExplanation } from '../../lib/cli/render-request-explanation.ts';
import type { RequestExplanation } from '../../lib/policy/requests/explain-request.ts';
import type { Explanation } from '../../lib/policy/review/explain.ts';

export default class PolicyExplain extends SallyportCommand<typeof PolicyExplain> {
  static override summary = 'say why the policy judges a command, or a request to a cluster, as it does, rule by rule';
  static override description =
    'For the owner of the broker. It shows the rules that had a say and those that are about the same program, or the same kind of object; --all shows every rule.';
  static override examples = [
    '<%= config.bin %> policy explain --target local -- git push --force',
    "<%= config.bin %> policy explain --target local --all -- 'cat a | sort'",
    '<%= config.bin %> policy explain --target prod -- delete pods/web -n default',
  ];
  static override usage = 'policy explain --target TARGET [--all] -- COMMAND… | REQUEST…';
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
    const all = this.flags.all ?? false;
    const explanation = await client.post<Explanation | RequestExplanation>('/policy/explain', { ...place, command });
    if ('request' in explanation) {
      const { rules, program } = explanation;
      const nearer = { rules: concerning(rules), program: program === null ? null : short(program), outOfScope: [] };
      const shown = all ? explanation : { ...explanation, ...nearer };
      this.print(shown, renderRequestExplanation(explanation, all, this.out));
    } else {
      this.print(all ? explanation : short(explanation), renderExplanation(explanation, all, this.out));
    }
  }
}

const concerning = (rules: Explanation['commands'][number]['rules']) =>
  rules.filter(({ relevance }) => relevance !== 'none');

/** Without the rules that are about something else. */
function short(explanation: Explanation): Explanation {
  const commands = explanation.commands.map((command) => ({
    ...command,
    rules: concerning(command.rules),
  }));
  return { ...explanation, commands, outOfScope: [] };
}
