import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { relativeTime } from '../../lib/cli/render.ts';
import type { SessionRow } from '../../lib/ports/store.ts';

/** `commandState` is that of the newest command of a gated session. */
type Listed = SessionRow & { readonly commandState: 'running' | 'needs_input' | 'ended' | null };

/** What stands for the command where a session has none of its own. */
const NO_COMMAND = { 'one-shot': '-', gated: '(command by command)', free: '(free terminal)' } as const;

export default class SessionList extends SallyportCommand<typeof SessionList> {
  static override summary = 'list the sessions that run, or with --all those that ended too';
  static override flags = {
    all: Flags.boolean({ description: 'ended sessions too, newest first' }),
    limit: Flags.integer({ default: 50, min: 1, max: 10_000, description: 'how many, the newest', helpValue: 'N' }),
  };

  async run(): Promise<void> {
    const { client } = await this.connect();
    const state = this.flags.all ? '' : '&state=open';
    const { sessions } = await client.get<{ sessions: Listed[] }>(`/sessions?limit=${this.flags.limit}${state}`);
    const rows = sessions.map((row) => [
      row.id,
      row.mode,
      row.state === 'open' && row.mode === 'gated' ? stateOf(row.commandState) : row.state,
      row.target,
      row.principal,
      relativeTime(row.startedAt),
      row.exitCode === null ? '-' : String(row.exitCode),
      row.command ?? (row.kind === 'kubectl' ? '(request by request)' : NO_COMMAND[row.mode]),
    ]);
    const text =
      rows.length === 0
        ? `no session ${this.flags.all ? 'ran yet' : 'runs'}\n`
        : this.table(['SESSION', 'MODE', 'STATE', 'TARGET', 'WHO', 'STARTED', 'EXIT', 'COMMAND'], rows);
    this.print({ sessions }, text);
  }
}

/** An open session whose command ended is there for the next one. */
function stateOf(state: Listed['commandState']): string {
  return state === null || state === 'ended' ? 'idle' : state;
}
