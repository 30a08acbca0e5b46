// Opens a state file past the store, as another program would.
import SqliteConnection from 'better-sqlite3';

// Never collected: see src/lib/store/driver.ts.
const KEPT: unknown[] = [];

function kept<T>(value: T): T {
  KEPT.push(value);
  return value;
}

export function openRaw(file: string): SqliteConnection.Database {
  const connection = kept(new SqliteConnection(file));
  const prepare = connection.prepare.bind(connection);
  return Object.assign(connection, { prepare: (sql: string) => kept(prepare(sql)) });
}
