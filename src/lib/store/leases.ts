// Leases in SQLite: planned → live → revoked, never back.
import type { Kysely, Selectable } from 'kysely';
import { Bug } from '../core/errors.ts';
import type { LeaseId, SessionId } from '../core/ids.ts';
import type { LeasePlan } from '../ports/provider.ts';
import type { LeaseRow, LeaseStore } from '../ports/store.ts';
import type { LeasesTable, Tables } from './schema.ts';

export function sqliteLeases(db: Kysely<Tables>): LeaseStore {
  return {
    async insert({ id, session, plan }) {
      await db
        .insertInto('leases')
        .values({ id, session, plan: JSON.stringify(plan), issued_at: plan.issuedAt, state: 'planned' })
        .execute();
    },
    async markLive(id) {
      const { numUpdatedRows } = await db
        .updateTable('leases')
        .set({ state: 'live' })
        .where('id', '=', id)
        .where('state', '=', 'planned')
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async markRevoked(id, { deadAt, how }) {
      const { numUpdatedRows } = await db
        .updateTable('leases')
        .set({ state: 'revoked', dead_at: deadAt, how })
        .where('id', '=', id)
        .where('state', 'in', ['planned', 'live'])
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async get(id) {
      const row = await db.selectFrom('leases').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : toLease(row);
    },
    async open() {
      const rows = await db
        .selectFrom('leases')
        .selectAll()
        .where('state', '<>', 'revoked')
        .orderBy('issued_at')
        .orderBy('id')
        .execute();
      return rows.map(toLease);
    },
    async ofSession(session) {
      const rows = await db
        .selectFrom('leases')
        .selectAll()
        .where('session', '=', session)
        .orderBy('issued_at')
        .orderBy('id')
        .execute();
      return rows.map(toLease);
    },
  };
}

function toLease(row: Selectable<LeasesTable>): LeaseRow {
  return {
    id: row.id as LeaseId,
    session: row.session as SessionId,
    plan: JSON.parse(row.plan) as LeasePlan,
    state: row.state,
    revocation: row.state === 'revoked' ? revocationOf(row) : null,
  };
}

function revocationOf({ id, dead_at, how }: Selectable<LeasesTable>): { deadAt: number; how: string } {
  // Cannot happen: the constraint leases_death ties the three columns together.
  if (dead_at === null || how === null) throw new Bug(`lease ${id} is revoked without a time of death`);
  return { deadAt: dead_at, how };
}
