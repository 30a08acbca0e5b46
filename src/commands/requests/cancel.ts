import * as Args from '@oclif/core/args';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import type { RequestRow } from '../../lib/ports/store.ts';

export default class RequestsCancel extends SallyportCommand<typeof RequestsCancel> {
  static override summary = 'take a request back';
  static override examples = ['<%= config.bin %> requests cancel r-4k7q2m9x'];
  static override args = {
    request: Args.string({ required: true, description: 'id of the request; its first characters are enough' }),
  };

  async run(): Promise<void> {
    const { client } = await this.connect();
    const request = await client.post<RequestRow>(`/requests/${encodeURIComponent(this.args.request)}/cancel`, {});
    this.print(request, `${request.id}: ${request.state}\n`);
  }
}
