import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { selectionFlags, streamFlags } from '../../lib/cli/mask-flags.ts';
import { maskReport, renderReport } from '../../lib/cli/mask-report.ts';
import { setUpMask } from '../../lib/cli/mask-setup.ts';

/** As `git diff --exit-code`. */
const FOUND_EXIT = 1;

export default class MaskTest extends SallyportCommand<typeof MaskTest> {
  static override summary = 'show what of a file would be masked, by which rule and where, and never a value';
  static override description =
    'Needs no broker. Exit 0 whatever it finds; with --exit-code, 1 where something would be masked.';
  static override examples = [
    '<%= config.bin %> mask test app.log',
    '<%= config.bin %> mask test --exit-code --json deploy.yaml',
    'git diff | <%= config.bin %> mask test -',
  ];
  static override args = {
    file: Args.string({ required: true, ignoreStdin: true, description: 'the file; "-" is standard input' }),
  };
  static override flags = {
    ...streamFlags,
    ...selectionFlags,
    'exit-code': Flags.boolean({ description: 'exit 1 where something would be masked' }),
  };

  async run(): Promise<void> {
    const setup = await setUpMask(this.environment, this.flags);
    this.noteAll(setup.found.notes);
    const report = await maskReport(this.args.file, setup, this.flags.width);
    this.print(report, renderReport(report, this.out));
    if (this.flags['exit-code'] && Object.keys(report.counts).length > 0) process.exitCode = FOUND_EXIT;
  }
}
