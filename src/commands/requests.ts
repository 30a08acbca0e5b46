import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../lib/cli/base-command.ts';
import { relativeTime } from '../lib/cli/render.ts';
import type { RequestRow } from '../lib/ports/store.ts';

export default class Requests extends SallyportCommand<typeof Requests> {
  static override summary = 'list the requests that wait for a person, newest first';
  static override flags = {
    all: Flags.boolean({ description: 'decided ones too' }),
    limit: Flags.integer({ default: 50, min: 1, max: 10_000, description: 'how many, the newest', helpValue: 'N' }),
  };

  async run(): Promise<void> {
    const { client } = await this.connect();
    const { requests } = await client.get<{ requests: RequestRow[] }>(
      `/requests?order=newest&limit=${this.flags.limit}${this.flags.all ? '&state=all' : ''}`,
    );
    const rows = requests.map((row) => [
      row.id,
      row.state,
      row.subject.target,
      row.subject.principal,
      relativeTime(row.expiresAt),
      row.subject.command ?? '(free terminal)',
    ]);
    const text =
      rows.length === 0
        ? `no request ${this.flags.all ? 'was made yet' : 'waits'}\n`
        : this.table(['REQUEST', 'STATE', 'TARGET', 'WHO', 'EXPIRES', 'COMMAND'], rows);
    this.print({ requests }, text);
  }
}
