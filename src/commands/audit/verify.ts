import * as Flags from '@oclif/core/flags';
import { type AuditVerdict, verifyAuditFile } from '../../lib/audit/verify.ts';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { oneLine } from '../../lib/cli/render.ts';
import { EXIT } from '../../lib/core/exit-codes.ts';

export default class AuditVerify extends SallyportCommand<typeof AuditVerify> {
  static override summary =
    'check the hash chain of the audit log, in the store and in audit.jsonl, against each other';
  static override flags = {
    file: Flags.string({ description: 'check this file alone, without a broker', helpValue: 'FILE' }),
  };

  async run(): Promise<void> {
    const verdict = await this.verify();
    const text =
      verdict.kind === 'intact'
        ? `${this.out.good('intact')}  ${verdict.entries} entries, head ${verdict.head?.hash ?? '-'}\n`
        : `${this.out.bad('broken')}  at entry ${verdict.seq}: ${verdict.why}: ${oneLine(verdict.detail)}\n`;
    this.print(verdict, text);
    if (verdict.kind === 'broken') process.exitCode = EXIT.cannotRecord;
  }

  private async verify(): Promise<AuditVerdict> {
    if (this.flags.file !== undefined) return verifyAuditFile(this.flags.file);
    const { client } = await this.connect();
    return client.get('/audit/verify');
  }
}
