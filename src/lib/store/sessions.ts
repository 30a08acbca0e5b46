// Sessions in SQLite: open once, ended once.
import type { Kysely, Selectable } from 'kysely';
import type { SessionId } from '../core/ids.ts';
import type { SessionRow, SessionStore } from '../ports/store.ts';
import type { ProcessMark } from '../ports/target.ts';
import type { SessionsTable, Tables } from './schema.ts';

export function sqliteSessions(db: Kysely<Tables>): SessionStore {
  return {
    async insert({ startedAt, ...row }) {
      await db
        .insertInto('sessions')
        .values({ ...row, started_at: startedAt, state: 'open' })
        .execute();
    },
    async noteLeader(id, leader) {
      await db
        .updateTable('sessions')
        .set({ leader: JSON.stringify(leader) })
        .where('id', '=', id)
        .where('state', '=', 'open')
        .execute();
    },
    async finish(id, { state, endedAt, exitCode, reason }) {
      const { numUpdatedRows } = await db
        .updateTable('sessions')
        .set({ state, ended_at: endedAt, exit_code: exitCode, reason })
        .where('id', '=', id)
        .where('state', '=', 'open')
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async get(id) {
      const row = await db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : toSession(row);
    },
    async list({ state, limit }) {
      let query = db.selectFrom('sessions').selectAll().orderBy('started_at', 'desc').orderBy('id').limit(limit);
      if (state !== undefined) query = query.where('state', '=', state);
      return (await query.execute()).map(toSession);
    },
  };
}

function toSession({ started_at, ended_at, exit_code, leader, ...row }: Selectable<SessionsTable>): SessionRow {
  return {
    ...row,
    id: row.id as SessionId,
    startedAt: started_at,
    endedAt: ended_at,
    exitCode: exit_code,
    leader: leader === null ? null : (JSON.parse(leader) as ProcessMark),
  };
}
