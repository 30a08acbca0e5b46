// Sessions say of which mode they are. Never edited once released: a change is a new migration.
import type { Kysely, Migration } from 'kysely';
import { sql } from 'kysely';

const STATEMENTS = [
  `alter table sessions add column mode text not null default 'one-shot'
    constraint sessions_mode check (mode in ('one-shot', 'gated', 'free'))`,
  "update sessions set mode = 'free' where command is null",
];

export const sessionMode: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
