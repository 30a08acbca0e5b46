// The store in one SQLite file: one connection, one process at a time. Decision record 0007.
import { Kysely, SqliteDialect } from 'kysely';
import type { Store } from '../ports/store.ts';
import { sqliteAudit } from './audit.ts';
import { openDatabase } from './driver.ts';
import { sqliteLeases } from './leases.ts';
import { migrateToLatest } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { sqliteRequests } from './requests.ts';
import type { Tables } from './schema.ts';
import { sqliteSessions } from './sessions.ts';

/**
 * Opens or creates the state file (mode 0600; its folder must exist) and brings it to this version's schema.
 * Every write is durable when its promise resolves. After `close` every call rejects.
 * Rejects with `state-unavailable` (exit 69 on opening; 74 where a later write fails for the disk) and
 * `state-too-new` (exit 78).
 */
export async function openSqliteStore(file: string): Promise<Store> {
  const database = openDatabase(file);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
  try {
    await migrateToLatest(database, db, migrations, file);
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    sessions: sqliteSessions(db),
    leases: sqliteLeases(db),
    requests: sqliteRequests(db),
    audit: sqliteAudit(db),
    async close() {
      await db.destroy();
      database.close();
    },
  };
}
