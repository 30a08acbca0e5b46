import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { relativeTime } from '../../lib/cli/render.ts';

interface Listed {
  readonly session: string;
  readonly bytes: number;
  readonly modifiedAt: number;
  readonly target: string | null;
  readonly command: string | null;
  readonly kind?: string | null;
  readonly mode?: 'one-shot' | 'gated' | 'free' | null;
  readonly principal: string | null;
  readonly state: string | null;
  readonly exitCode: number | null;
}

export default class RecordingsList extends SallyportCommand<typeof RecordingsList> {
  static override summary = 'list the recordings, newest first';

  async run(): Promise<void> {
    const { client } = await this.connect();
    const { recordings } = await client.get<{ recordings: Listed[] }>('/recordings');
    const rows = recordings.map((row) => [
      row.session,
      relativeTime(row.modifiedAt),
      row.target ?? '-',
      row.principal ?? '-',
      row.state === 'child' ? String(row.exitCode) : (row.state ?? '-'),
      `${Math.ceil(row.bytes / 1024)} KiB`,
      row.command ?? withoutCommand(row),
    ]);
    const text =
      rows.length === 0
        ? 'there is no recording yet\n'
        : this.table(['SESSION', 'ENDED', 'TARGET', 'WHO', 'EXIT', 'SIZE', 'COMMAND'], rows);
    this.print({ recordings }, text);
  }
}

/** What stands for the command where a session had none of its own. */
function withoutCommand({ kind, mode }: Listed): string {
  if (kind === 'kubectl') return '(request by request)';
  return mode === 'gated' ? '(command by command)' : '(free terminal)';
}
