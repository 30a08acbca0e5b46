// Audit entries in SQLite: added, read, never changed (triggers refuse it). The chain itself is the audit room's.
import type { Kysely, Selectable } from 'kysely';
import type { AuditEntry, AuditStore } from '../ports/store.ts';
import type { AuditTable, Tables } from './schema.ts';

export function sqliteAudit(db: Kysely<Tables>): AuditStore {
  return {
    async last() {
      const row = await db.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(1).executeTakeFirst();
      return row === undefined ? undefined : toEntry(row);
    },
    async append(entry) {
      await db
        .insertInto('audit')
        .values({ ...entry, data: JSON.stringify(entry.data) })
        .execute();
    },
    async latestOf(session, type) {
      const row = await db
        .selectFrom('audit')
        .selectAll()
        .where('session', '=', session)
        .where('type', '=', type)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? undefined : toEntry(row);
    },
    async from(seq, limit) {
      const rows = await db
        .selectFrom('audit')
        .selectAll()
        .where('seq', '>=', seq)
        .orderBy('seq')
        .limit(limit)
        .execute();
      return rows.map(toEntry);
    },
  };
}

function toEntry(row: Selectable<AuditTable>): AuditEntry {
  return { ...row, data: JSON.parse(row.data) as Record<string, unknown> };
}
