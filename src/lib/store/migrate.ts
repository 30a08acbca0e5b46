// Brings a database to this program's schema, all or nothing, and refuses one that is ahead of it.
import type { Kysely, Migration } from 'kysely';
import { Migrator, sql } from 'kysely';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Database } from './driver.ts';

const APPLIED_TABLE = 'kysely_migration';

/**
 * Runs what is missing inside one immediate transaction, so that of several processes opening a new file one
 * migrates and the others wait. Afterwards the schema is exactly the last migration's.
 * Throws `state-too-new` (exit 78) where the file knows a migration that we do not; nothing was changed then.
 */
export async function migrateToLatest<T>(
  database: Database,
  db: Kysely<T>,
  migrations: Readonly<Record<string, Migration>>,
  file: string,
): Promise<void> {
  if (isCurrent(await appliedMigrations(db), migrations, file)) return;
  database.exec('begin immediate');
  try {
    // Again, now that nobody else can be writing.
    if (!isCurrent(await appliedMigrations(db), migrations, file)) {
      const provider = { getMigrations: async () => ({ ...migrations }) };
      const { error } = await new Migrator({ db, provider, disableTransactions: true }).migrateToLatest();
      if (error !== undefined) throw error;
    }
    database.exec('commit');
  } catch (error) {
    // SQLite rolled back already where the disk was full.
    await sql
      .raw('rollback')
      .execute(db)
      .catch(() => undefined);
    throw error;
  }
}

async function appliedMigrations<T>(db: Kysely<T>): Promise<readonly string[]> {
  const table = await sql`select 1 from sqlite_master where type = 'table' and name = ${APPLIED_TABLE}`.execute(db);
  if (table.rows.length === 0) return [];
  const applied = await sql<{ name: string }>`select name from ${sql.table(APPLIED_TABLE)} order by name`.execute(db);
  return applied.rows.map((row) => row.name);
}

function isCurrent(applied: readonly string[], migrations: Readonly<Record<string, Migration>>, file: string): boolean {
  const unknown = applied.find((name) => !Object.hasOwn(migrations, name));
  if (unknown !== undefined) {
    throw new BrokerError({
      code: 'state-too-new',
      exit: EXIT.configuration,
      message: `the state file "${file}" was written by a newer version: it has "${unknown}"`,
      hint: 'upgrade sallyport, or use another state folder',
    });
  }
  return applied.length === Object.keys(migrations).length;
}
