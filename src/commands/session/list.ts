import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { relativeTime } from '../../lib/cli/render.ts';
import type { SessionRow } from '../../lib/ports/store.ts';

export default class SessionList extends SallyportCommand<typeof SessionList> {
  static override summary = 'list the sessions that run, or with --all those that ended too';
  static override flags = {
    all: Flags.boolean({ description: 'ended sessions too, newest first' }),
    limit: Flags.integer({ default: 50, min: 1, max: 10_000, description: 'how many, the newest', helpValue: 'N' }),
  };

  async run(): Promise<void> {
    const { client } = await this.connect();
    const state = this.flags.all ? '' : '&state=open';
    const { sessions } = await client.get<{ sessions: SessionRow[] }>(`/sessions?limit=${this.flags.limit}${state}`);
    const rows = sessions.map((row) => [
      row.id,
      row.state,
      row.target,
      row.principal,
      relativeTime(row.startedAt),
      row.exitCode === null ? '-' : String(row.exitCode),
      row.command ?? '(free terminal)',
    ]);
    const text =
      rows.length === 0
        ? `no session ${this.flags.all ? 'ran yet' : 'runs'}\n`
        : this.table(['SESSION', 'STATE', 'TARGET', 'WHO', 'STARTED', 'EXIT', 'COMMAND'], rows);
    this.print({ sessions }, text);
  }
}
