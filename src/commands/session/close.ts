import * as Args from '@oclif/core/args';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { contractError, renderError } from '../../lib/cli/render.ts';
import type { SessionResult } from '../../lib/session/result.ts';

export default class SessionClose extends SallyportCommand<typeof SessionClose> {
  static override summary = 'close a gated session, and end what runs in it';
  static override examples = ['<%= config.bin %> session close s-4k7q2m9xw1de'];
  static override args = {
    session: Args.string({ required: true, description: 'id of the session, or its beginning' }),
  };

  async run(): Promise<void> {
    const { client } = await this.connect();
    const path = `/gated/${encodeURIComponent(this.args.session)}/close`;
    const { session, target, exitCode, recording, durationMs, error } = await client.post<SessionResult>(path, {});
    const failure = error === null ? {} : { error: contractError(error) };
    this.print({ session, target, recording, durationMs, ...failure }, error === null ? `closed ${session}\n` : '');
    if (error !== null) this.note(renderError(error, this.err));
    process.exitCode = exitCode;
  }
}
