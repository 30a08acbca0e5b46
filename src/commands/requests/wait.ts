import * as Args from '@oclif/core/args';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { describeRequest } from '../../lib/cli/decide.ts';
import { waitingLine } from '../../lib/cli/waiting-line.ts';
import { EXIT } from '../../lib/core/exit-codes.ts';
import type { RequestRow } from '../../lib/ports/store.ts';

export default class RequestsWait extends SallyportCommand<typeof RequestsWait> {
  static override summary = 'wait until a request is decided; exit 0 approved, 77 denied, 75 otherwise';
  static override examples = ['<%= config.bin %> requests wait r-4k7q2m9x && sallyport shell local -- make deploy'];
  static override args = {
    request: Args.string({ required: true, description: 'id of the request; its first characters are enough' }),
  };

  async run(): Promise<void> {
    const { client } = await this.connect();
    const stopWaiting = this.wantsJson() ? () => {} : waitingLine('waited');
    const request = await client
      .post<RequestRow>(`/requests/${encodeURIComponent(this.args.request)}/wait`, {})
      .finally(stopWaiting);
    this.print(request, describeRequest(request, this.out));
    const isGood = request.state === 'approved' || request.state === 'used';
    process.exitCode = isGood ? EXIT.ok : request.state === 'denied' ? EXIT.denied : EXIT.approvalPending;
  }
}
