import * as Args from '@oclif/core/args';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { wholeSessionId } from '../../lib/cli/session-id.ts';

export default class SessionKill extends SallyportCommand<typeof SessionKill> {
  static override summary = 'end a running session; its client exits with 79';
  static override examples = ['<%= config.bin %> session kill s-4k7q2m9xw1de'];
  static override args = {
    session: Args.string({ required: true, description: 'id of the session, or its beginning' }),
  };

  async run(): Promise<void> {
    const { client } = await this.connect();
    const id = await wholeSessionId(client, this.args.session);
    const answer = await client.post<{ session: string }>(`/sessions/${encodeURIComponent(id)}/kill`, {});
    this.print(answer, `ended ${answer.session}\n`);
  }
}
