import { setTimeout as delay } from 'node:timers/promises';
import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { oneLine } from '../../lib/cli/render.ts';
import { auditText } from '../../lib/cli/render-audit.ts';
import { timestamp } from '../../lib/core/timestamp.ts';
import type { AuditEntry } from '../../lib/ports/store.ts';

const FOLLOW_EVERY_MS = 500;

export default class AuditTail extends SallyportCommand<typeof AuditTail> {
  static override summary = 'print the last entries of the audit log; with --follow the new ones as they come';
  static override description =
    'With --json the entries are exactly as they stand in the chain: one object with all of them, or with --follow one line each.';
  static override examples = [
    '<%= config.bin %> audit tail',
    '<%= config.bin %> audit tail --follow',
    '<%= config.bin %> audit tail -n 1000 --json',
  ];
  static override flags = {
    lines: Flags.integer({ char: 'n', default: 20, min: 1, max: 10_000, description: 'how many', helpValue: 'N' }),
    follow: Flags.boolean({ char: 'f', description: 'go on until interrupted' }),
  };

  async run(): Promise<void> {
    const { client } = await this.connect();
    let { entries, last } = await client.get<{ entries: AuditEntry[]; last: number }>(
      `/audit?limit=${this.flags.lines}`,
    );
    if (!this.flags.follow) {
      this.print({ entries }, entries.map((entry) => `${this.line(entry)}\n`).join(''));
      return;
    }
    this.show(entries);
    for (;;) {
      await delay(FOLLOW_EVERY_MS);
      const from = last + 1;
      ({ entries, last } = await client.get<{ entries: AuditEntry[]; last: number }>(
        `/audit?from=${from}&limit=10000`,
      ));
      this.show(entries);
    }
  }

  private show(entries: readonly AuditEntry[]): void {
    for (const entry of entries) this.print(entry, `${this.line(entry)}\n`);
  }

  private line({ seq, at, type, actor, session, data }: AuditEntry): string {
    return oneLine(
      `${String(seq).padStart(5)}  ${timestamp(at)}  ${type.padEnd(18)} ${actor}  ${session ?? '-'}  ${auditText({ type, data })}`,
    );
  }
}
