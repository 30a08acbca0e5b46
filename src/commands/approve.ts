import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { createInterface } from 'node:readline/promises';
import type { ApiClient } from '../lib/api/client.ts';
import { SallyportCommand } from '../lib/cli/base-command.ts';
import { connectBroker } from '../lib/cli/connect.ts';
import { decide, describeRequest } from '../lib/cli/decide.ts';
import type { RequestRow } from '../lib/ports/store.ts';

export default class Approve extends SallyportCommand<typeof Approve> {
  static override summary = 'approve a request with your SSH key; without an id: the inbox';
  static override description =
    'The signature covers the digest of exactly what is shown. An approval is used once, for that command alone, and expires.';
  static override examples = ['<%= config.bin %> approve', '<%= config.bin %> approve r-4k7q2m9x --key ~/.ssh/id_ed25519'];
  static override args = { request: Args.string({ description: 'id of the request; its first characters are enough' }) };
  static override flags = {
    key: Flags.string({ description: 'SSH key to sign with (also SALLYPORT_APPROVER_KEY)', helpValue: 'FILE' }),
    reason: Flags.string({ description: 'a remark for the audit log', helpValue: 'TEXT' }),
    yes: Flags.boolean({ char: 'y', description: 'do not ask on a terminal' }),
  };

  async run(): Promise<void> {
    const { client, notes } = await connectBroker(this.environment);
    for (const note of notes) this.note(`${this.err.dim('note:')} ${note}\n`);
    const { request: id } = this.args;
    if (id !== undefined) {
      const request = await client.get<RequestRow>(`/requests/${encodeURIComponent(id)}`);
      this.note(describeRequest(request, this.err));
      if (request.state === 'pending' && (await this.isCertain())) await this.approve(client, request);
      else if (request.state !== 'pending') await this.approve(client, request);
      else this.note('nothing was decided\n');
      return;
    }
    const { requests } = await client.get<{ requests: RequestRow[] }>('/requests');
    if (this.wantsJson() || process.stdin.isTTY !== true || requests.length === 0) {
      const text = requests.length === 0 ? 'no request waits\n' : requests.map((request) => describeRequest(request, this.out)).join('\n');
      this.print({ requests }, text);
      if (requests.length > 0) this.note(`${this.err.dim('next:')} sallyport approve ID, or sallyport deny ID --reason TEXT\n`);
      return;
    }
    for (const request of requests) await this.ask(client, request);
  }

  private async approve(client: ApiClient, request: RequestRow): Promise<void> {
    const decided = await decide(client, this.environment, {
      request,
      decision: 'approve',
      reason: this.flags.reason ?? null,
      keyFile: this.flags.key,
    });
    const missing = decided.quorum - decided.votes.filter((vote) => vote.verdict === 'approve').length;
    this.print(decided, decided.state === 'pending' ? `${decided.id}: ${missing} more to go\n` : `${decided.id}: ${decided.state}\n`);
  }

  /** One request of the inbox, on a terminal. */
  private async ask(client: ApiClient, request: RequestRow): Promise<void> {
    process.stdout.write(describeRequest(request, this.out));
    const answer = await question('approve, deny or skip? [a/d/S] ');
    if (answer === 'a') await this.approve(client, request);
    if (answer === 'd') {
      const reason = await question('reason for the agent: ');
      const decided = await decide(client, this.environment, { request, decision: 'deny', reason: reason || null, keyFile: this.flags.key });
      this.print(decided, `${decided.id}: ${decided.state}\n`);
    }
    process.stdout.write('\n');
  }

  private async isCertain(): Promise<boolean> {
    if (this.flags.yes || process.stdin.isTTY !== true || this.wantsJson()) return true;
    return (await question('approve exactly this? [y/N] ')) === 'y';
  }
}

async function question(text: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(text)).trim().toLowerCase();
  } finally {
    lines.close();
  }
}
