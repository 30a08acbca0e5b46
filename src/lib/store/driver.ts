// The connection to one SQLite file: how it is opened, how durable it is, and what its failures are called.
// The only importer of better-sqlite3.
import { closeSync, constants, fchmodSync, openSync } from 'node:fs';
import SqliteConnection from 'better-sqlite3';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

/** Marks the file as ours (SQLite's `application_id`): "SALY". */
const APPLICATION_ID = 0x53414c59;
/** How long a statement waits for another process's lock. It blocks the event loop, so it is short. */
const BUSY_TIMEOUT_MS = 2000;

export interface Database extends SqliteDatabase {
  /** Runs statements that return nothing. */
  exec(sql: string): void;
}

/**
 * Opens or creates the file, mode 0600, never through a symbolic link.
 * WAL, and synchronous=FULL: a commit survives a power cut, because a lease that was handed out but forgotten
 * would never be revoked (0.29 ms a commit against 0.01 ms with NORMAL, ext4 on a virtual disk).
 * Throws `state-unavailable` (exit 69).
 */
export function openDatabase(file: string): Database {
  return guarded(file, 'open', () => {
    createPrivately(file);
    const connection = new SqliteConnection(file);
    const statements = keptStatements(connection);
    try {
      connection.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
      claim(connection, statements, file);
      connection.exec('pragma journal_mode = WAL');
      connection.exec('pragma synchronous = FULL');
      connection.exec('pragma foreign_keys = ON');
      connection.exec('pragma trusted_schema = OFF');
    } catch (error) {
      connection.close();
      throw error;
    }
    return {
      close: () => connection.close(),
      exec: (sql) => guarded(file, 'write', () => void connection.exec(sql)),
      prepare: (sql) =>
        guardedStatement(
          file,
          guarded(file, 'write', () => statements(sql)),
        ),
    };
  });
}

type Statements = (sql: string) => SqliteConnection.Statement<unknown[]>;

// From Node 24.19 on the process aborts where a connection or a statement of better-sqlite3 12 is collected while no
// JavaScript runs; 13 is free of that, but crashes on Node 20. So none is ever collected: a connection is kept as long
// as the process lives, and of each text one statement. The texts are those of the code, so they are few.
const KEPT: unknown[] = [];

function keptStatements(connection: SqliteConnection.Database): Statements {
  const bySql = new Map<string, SqliteConnection.Statement<unknown[]>>();
  KEPT.push(connection, bySql);
  return (sql) => {
    const known = bySql.get(sql);
    if (known !== undefined) return known;
    const statement = connection.prepare<unknown[]>(sql);
    bySql.set(sql, statement);
    return statement;
  };
}

function createPrivately(file: string): void {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  const descriptor = openSync(file, flags, 0o600);
  try {
    fchmodSync(descriptor, 0o600);
  } finally {
    closeSync(descriptor);
  }
}

/** Sets our mark on an empty file; refuses somebody else's database. */
function claim(connection: SqliteConnection.Database, statements: Statements, file: string): void {
  const single = (sql: string) => statements(sql).pluck().get();
  const id = single('pragma application_id');
  if (id === APPLICATION_ID) return;
  const tables = single('select count(*) from sqlite_master');
  if (id !== 0 || tables !== 0) {
    throw new BrokerError({
      code: 'state-unavailable',
      exit: EXIT.unavailable,
      message: `"${file}" is a database of another program`,
      hint: 'point the state folder somewhere else',
    });
  }
  connection.exec(`pragma application_id = ${APPLICATION_ID}`);
}

function guardedStatement(file: string, statement: SqliteConnection.Statement<unknown[]>): SqliteStatement {
  return {
    reader: statement.reader,
    all: (parameters) => guarded(file, 'write', () => statement.all(...parameters)),
    run: (parameters) => guarded(file, 'write', () => statement.run(...parameters)),
    iterate: (parameters) => guarded(file, 'write', () => statement.iterate(...parameters)),
  };
}

function guarded<T>(file: string, doing: 'open' | 'write', work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translate(file, doing, error);
  }
}

/** What an operator can do about it, by SQLite's primary result code (sqlite.org/rescode.html) or errno. */
const HINTS: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'free some space on that disk',
  SQLITE_READONLY: 'make the state folder writable for the broker’s user',
  SQLITE_IOERR: 'check the disk, and the space left on it',
  SQLITE_BUSY: 'another process holds it: stop the other broker',
  SQLITE_LOCKED: 'another process holds it: stop the other broker',
  SQLITE_CORRUPT: 'move it aside and restore a backup; the audit file beside it still verifies by itself',
  SQLITE_NOTADB: 'move it aside and restore a backup; the audit file beside it still verifies by itself',
  SQLITE_CANTOPEN: 'check that the state folder exists and belongs to the broker’s user',
  ENOENT: 'create the state folder',
  EACCES: 'give the broker’s user the state folder, mode 0700',
  EPERM: 'give the broker’s user the state folder, mode 0700',
  EROFS: 'choose a state folder on a disk that can be written',
  ELOOP: 'the state file must not be a symbolic link',
  EISDIR: 'a folder stands where the state file should be',
  ENOSPC: 'free some space on that disk',
};

/** Failures of the machine become BrokerErrors; broken constraints and bad SQL stay what they are: our mistakes. */
function translate(file: string, doing: 'open' | 'write', error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof BrokerError) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const hint = HINTS[code] ?? HINTS[code.split('_').slice(0, 2).join('_')];
  if (hint === undefined) return error;
  const couldNotRecord = doing === 'write' && /FULL|READONLY|IOERR/.test(code);
  return new BrokerError({
    code: 'state-unavailable',
    exit: couldNotRecord ? EXIT.cannotRecord : EXIT.unavailable,
    message: `the state file "${file}" cannot be used: ${error.message}`,
    hint,
    cause: error,
  });
}
