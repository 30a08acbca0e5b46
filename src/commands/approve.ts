import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { ApiClient } from '../lib/api/client.ts';
import { question } from '../lib/cli/ask.ts';
import { SallyportCommand } from '../lib/cli/base-command.ts';
import { decide, describeRequest } from '../lib/cli/decide.ts';
import { renderError } from '../lib/cli/render.ts';
import { BrokerError } from '../lib/core/errors.ts';
import type { RequestRow } from '../lib/ports/store.ts';

export default class Approve extends SallyportCommand<typeof Approve> {
  static override summary = 'approve a request with your SSH key; without an id: the inbox';
  static override description =
    'The signature covers the digest of exactly what is shown. An approval is used once, for that command alone, and expires. On a terminal it asks first; without one, naming the request is the consent.';
  static override examples = [
    '<%= config.bin %> approve',
    '<%= config.bin %> approve r-4k7q2m9x --key ~/.ssh/id_ed25519',
  ];
  static override args = {
    request: Args.string({ description: 'id of the request; its first characters are enough' }),
  };
  static override flags = {
    key: Flags.string({ description: 'SSH key to sign with (also SALLYPORT_APPROVER_KEY)', helpValue: 'FILE' }),
    reason: Flags.string({ description: 'a remark for the audit log', helpValue: 'TEXT' }),
    yes: Flags.boolean({ char: 'y', description: 'do not ask on a terminal' }),
  };

  async run(): Promise<void> {
    const { client } = await this.connect();
    if (this.args.request === undefined) await this.inbox(client);
    else await this.approveOne(client, this.args.request);
  }

  private async approveOne(client: ApiClient, id: string): Promise<void> {
    const request = await client.get<RequestRow>(`/requests/${encodeURIComponent(id)}`);
    this.note(describeRequest(request, this.err));
    // One that is not pending is the broker's to refuse, with what became of it.
    if (request.state === 'pending' && !(await this.isCertain())) this.note('nothing was decided\n');
    else await this.send(client, request, 'approve', this.flags.reason ?? null);
  }

  private async inbox(client: ApiClient): Promise<void> {
    const { requests } = await client.get<{ requests: RequestRow[] }>('/requests');
    if (this.wantsJson() || process.stdin.isTTY !== true || requests.length === 0) {
      const text = requests.map((request) => describeRequest(request, this.out)).join('\n');
      this.print({ requests }, requests.length === 0 ? 'no request waits\n' : text);
      if (requests.length > 0)
        this.note(`${this.err.dim('next:')} sallyport approve ID, or sallyport deny ID --reason TEXT\n`);
      return;
    }
    for (const [index, request] of requests.entries()) {
      process.stdout.write(`${index === 0 ? '' : '\n'}${describeRequest(request, this.out)}`);
      if ((await this.ask(client, request)) === 'quit') return;
    }
  }

  /** One request of the inbox, on a terminal. A refusal by the broker is said, and the next one comes. */
  private async ask(client: ApiClient, request: RequestRow): Promise<'next' | 'quit'> {
    const answer = await question('approve, deny, skip or quit? [a/d/S/q] ');
    const choice = answer?.toLowerCase();
    if (choice === undefined || choice === 'q' || choice === 'quit') return 'quit';
    try {
      if (choice === 'a' || choice === 'approve')
        await this.send(client, request, 'approve', this.flags.reason ?? null);
      if (choice === 'd' || choice === 'deny') {
        const reason = await question('reason for the agent: ');
        if (reason === undefined) return 'quit';
        await this.send(client, request, 'deny', reason === '' ? null : reason);
      }
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      process.stderr.write(renderError(error.toPublic(), this.err));
    }
    return 'next';
  }

  private async send(
    client: ApiClient,
    request: RequestRow,
    decision: 'approve' | 'deny',
    reason: string | null,
  ): Promise<void> {
    const decided = await decide(client, this.environment, { request, decision, reason, keyFile: this.flags.key });
    const missing = decided.quorum - decided.votes.filter((vote) => vote.verdict === 'approve').length;
    this.print(decided, `${decided.id}: ${decided.state === 'pending' ? `${missing} more to go` : decided.state}\n`);
  }

  private async isCertain(): Promise<boolean> {
    if (this.flags.yes || process.stdin.isTTY !== true || this.wantsJson()) return true;
    return ['y', 'yes'].includes((await question('approve exactly this? [y/N] '))?.toLowerCase() ?? '');
  }
}
