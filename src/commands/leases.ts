import { SallyportCommand } from '../lib/cli/base-command.ts';
import { relativeTime } from '../lib/cli/render.ts';
import type { LeaseRow } from '../lib/ports/store.ts';

export default class Leases extends SallyportCommand<typeof Leases> {
  static override summary = 'list the credentials that are alive now';

  async run(): Promise<void> {
    const { client } = await this.connect();
    const { leases } = await client.get<{ leases: LeaseRow[] }>('/leases');
    const rows = leases.map(({ id, session, plan, state }) => [
      id,
      session,
      plan.provider,
      state,
      relativeTime(plan.expiresAt),
      Object.entries(plan.ref)
        .map(([key, value]) => `${key}=${value}`)
        .join(' '),
    ]);
    const text =
      rows.length === 0
        ? 'no credential is alive\n'
        : this.table(['LEASE', 'SESSION', 'PROVIDER', 'STATE', 'EXPIRES', 'WHAT'], rows);
    this.print({ leases }, text);
  }
}
