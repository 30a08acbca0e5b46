import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../lib/cli/base-command.ts';
import { decide, describeRequest } from '../lib/cli/decide.ts';
import type { RequestRow } from '../lib/ports/store.ts';

export default class Deny extends SallyportCommand<typeof Deny> {
  static override summary = 'deny a request with your SSH key; the reason reaches the agent';
  static override examples = ["<%= config.bin %> deny r-4k7q2m9x --reason 'use the staging host'"];
  static override args = {
    request: Args.string({ required: true, description: 'id of the request; its first characters are enough' }),
  };
  static override flags = {
    reason: Flags.string({ required: true, description: 'why, and what to do instead', helpValue: 'TEXT' }),
    key: Flags.string({ description: 'SSH key to sign with (also SALLYPORT_APPROVER_KEY)', helpValue: 'FILE' }),
  };

  async run(): Promise<void> {
    const { client } = await this.connect();
    const request = await client.get<RequestRow>(`/requests/${encodeURIComponent(this.args.request)}`);
    this.note(describeRequest(request, this.err));
    const decided = await decide(client, this.environment, {
      request,
      decision: 'deny',
      reason: this.flags.reason,
      keyFile: this.flags.key,
    });
    this.print(decided, `${decided.id}: ${decided.state}\n`);
  }
}
