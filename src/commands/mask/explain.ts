import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { standardInput } from '../../lib/cli/mask-filter.ts';
import { selectionFlags, streamFlags } from '../../lib/cli/mask-flags.ts';
import { describeRule, renderExceptions, renderRule, ruleRows } from '../../lib/cli/mask-rules.ts';
import { type MaskSetup, namedRules, setUpMask } from '../../lib/cli/mask-setup.ts';
import { explain, renderExplained } from '../../lib/cli/mask-why.ts';

export default class MaskExplain extends SallyportCommand<typeof MaskExplain> {
  static override summary = 'list the rules of the mask, show one, or say why a text is masked or not';
  static override description =
    'Needs no broker. With --target it says what is on there, and why. A text in an argument can be seen by others on this machine; --text - reads standard input.';
  static override examples = [
    '<%= config.bin %> mask explain',
    '<%= config.bin %> mask explain aws-secret-key',
    '<%= config.bin %> mask explain email --target crm',
    '<%= config.bin %> mask explain --text - < line.txt',
  ];
  static override args = {
    name: Args.string({ description: 'a rule, a kind or a family; without it, all of them', ignoreStdin: true }),
  };
  static override flags = {
    text: Flags.string({ description: 'say why this is masked or not; "-" is standard input', helpValue: 'TEXT' }),
    ...streamFlags,
    ...selectionFlags,
  };

  async run(): Promise<void> {
    const { text, width } = this.flags;
    const setup = await setUpMask(this.environment, this.flags);
    this.noteAll(setup.found.notes);
    const chosen = this.args.name === undefined ? setup.chosen : namedRules(setup.chosen, this.args.name);
    if (text !== undefined) {
      const explained = explain(await this.read(text), chosen, setup, width);
      this.print(explained, renderExplained(explained, this.out));
      return;
    }
    // All of them take a while, and a list for people shows little of each.
    const rules = this.args.name === undefined && !this.wantsJson() ? [] : chosen.map(describeRule);
    const { exceptions, values } = setup.found.masking;
    const known = values.map(({ name, kind = name }) => ({ name, kind }));
    this.print(
      { config: setup.found.label, rules, exceptions: exceptions.map(({ at: _, ...rest }) => rest), values: known },
      this.args.name === undefined ? this.list(setup) : rules.map((rule) => renderRule(rule, this.out)).join('\n'),
    );
  }

  private list({ chosen, found: { masking } }: MaskSetup): string {
    const { header, rows } = ruleRows(chosen);
    const values = masking.values.map(({ name }) => `${this.out.good('known value')} ${name}: always masked\n`);
    return [this.table(header, rows), ...values, renderExceptions(masking.exceptions, this.out)].join('');
  }

  private async read(text: string): Promise<Buffer> {
    if (text !== '-') return Buffer.from(text);
    const pieces: Uint8Array[] = [];
    for await (const piece of standardInput()) pieces.push(piece);
    return Buffer.concat(pieces);
  }
}
