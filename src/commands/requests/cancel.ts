import * as Args from '@oclif/core/args';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { connectBroker } from '../../lib/cli/connect.ts';
import type { RequestRow } from '../../lib/ports/store.ts';

export default class RequestsCancel extends SallyportCommand<typeof RequestsCancel> {
  static override summary = 'take a request back';
  static override args = {
    request: Args.string({ required: true, description: 'id of the request; its first characters are enough' }),
  };

  async run(): Promise<void> {
    const { client } = await connectBroker(this.environment);
    const request = await client.post<RequestRow>(`/requests/${encodeURIComponent(this.args.request)}/cancel`, {});
    this.print(request, `${request.id}: ${request.state}\n`);
  }
}
