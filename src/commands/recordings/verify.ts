import * as Args from '@oclif/core/args';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { EXIT } from '../../lib/core/exit-codes.ts';
import type { Verification } from '../../lib/recording/manifest.ts';

export default class RecordingsVerify extends SallyportCommand<typeof RecordingsVerify> {
  static override summary = 'compare a recording with its manifest, byte for byte';
  static override examples = ['<%= config.bin %> recordings verify s-4k7q2m9xw1de'];
  static override args = { session: Args.string({ required: true, description: 'id of the session' }) };

  async run(): Promise<void> {
    const { client } = await this.connect();
    const { verification } = await client.get<{ verification: Verification }>(
      `/recordings/${encodeURIComponent(this.args.session)}/info`,
    );
    const why = verification.outcome === 'altered' ? `: ${verification.why}` : '';
    this.print(
      { session: this.args.session, ...verification },
      `${this.args.session}  ${verification.outcome}${why}\n`,
    );
    if (verification.outcome === 'altered') process.exitCode = EXIT.cannotRecord;
  }
}
