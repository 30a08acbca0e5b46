import * as Args from '@oclif/core/args';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { describeRequest } from '../../lib/cli/decide.ts';
import type { RequestRow } from '../../lib/ports/store.ts';

export default class RequestsShow extends SallyportCommand<typeof RequestsShow> {
  static override summary = 'show one request, with everything its approver sees';
  static override examples = ['<%= config.bin %> requests show r-4k7q2m9x'];
  static override args = {
    request: Args.string({ required: true, description: 'id of the request; its first characters are enough' }),
  };

  async run(): Promise<void> {
    const { client } = await this.connect();
    const request = await client.get<RequestRow>(`/requests/${encodeURIComponent(this.args.request)}`);
    this.print(request, describeRequest(request, this.out));
  }
}
