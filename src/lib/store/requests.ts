// Approval requests and their votes in SQLite. Every change of state is one conditional update, so that of two
// at once exactly one wins; who may vote is not decided here.
import type { Kysely, Selectable } from 'kysely';
import { sql } from 'kysely';
import type { RequestId } from '../core/ids.ts';
import type { RequestRow, RequestStore, RequestSubject, VoteRow } from '../ports/store.ts';
import type { RequestsTable, Tables, VotesTable } from './schema.ts';

/** SQLite's default limit of bound values is 32,766; stay far below. */
const VOTES_PAGE = 500;

export function sqliteRequests(db: Kysely<Tables>): RequestStore {
  return {
    async insert({ createdAt, expiresAt, subject, approvers, ...row }) {
      await db
        .insertInto('requests')
        .values({
          ...row,
          state: 'pending',
          subject: JSON.stringify(subject),
          approvers: JSON.stringify(approvers),
          created_at: createdAt,
          expires_at: expiresAt,
        })
        .execute();
    },
    async get(id) {
      const row = await db.selectFrom('requests').selectAll().where('id', '=', id).executeTakeFirst();
      return first(await withVotes(db, row === undefined ? [] : [row]));
    },
    async withPrefix(prefix, limit) {
      const rows = await db
        .selectFrom('requests')
        .selectAll()
        .where(sql`substr(id, 1, ${prefix.length})`, '=', prefix)
        .orderBy('id')
        .limit(limit)
        .execute();
      return withVotes(db, rows);
    },
    async list({ state, limit }) {
      let query = db.selectFrom('requests').selectAll().orderBy('created_at').orderBy('id').limit(limit);
      if (state !== undefined) query = query.where('state', '=', state);
      return withVotes(db, await query.execute());
    },
    vote: (id, vote) => db.transaction().execute((transaction) => addVote(transaction, id, vote)),
    async use(digest, now) {
      const row = await db
        .updateTable('requests')
        .set({ state: 'used' })
        .where('id', '=', (eb) =>
          eb
            .selectFrom('requests')
            .select('id')
            .where('digest', '=', digest)
            .where('state', '=', 'approved')
            .where('expires_at', '>', now)
            .orderBy('created_at')
            .limit(1),
        )
        .where('state', '=', 'approved')
        .returningAll()
        .executeTakeFirst();
      return first(await withVotes(db, row === undefined ? [] : [row]));
    },
    async cancel(id) {
      const { numUpdatedRows } = await db
        .updateTable('requests')
        .set({ state: 'cancelled' })
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async expire(now) {
      const rows = await db
        .updateTable('requests')
        .set({ state: 'expired' })
        .where('state', 'in', ['pending', 'approved'])
        .where('expires_at', '<=', now)
        .returningAll()
        .execute();
      return withVotes(db, rows);
    },
    async pending(digest) {
      const row = await db
        .selectFrom('requests')
        .selectAll()
        .where('digest', '=', digest)
        .where('state', '=', 'pending')
        .executeTakeFirst();
      return first(await withVotes(db, row === undefined ? [] : [row]));
    },
  };
}

async function addVote(db: Kysely<Tables>, id: RequestId, vote: VoteRow): Promise<RequestRow | undefined> {
  // A write first: it takes the lock before anything is read, so another process cannot come in between.
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('votes')
    .columns(['request', 'approver', 'verdict', 'reason', 'at', 'statement', 'signature'])
    .expression((eb) =>
      eb
        .selectFrom('requests')
        .select([
          'id',
          eb.val(vote.approver).as('approver'),
          eb.val(vote.verdict).as('verdict'),
          eb.val(vote.reason).as('reason'),
          eb.val(vote.at).as('at'),
          eb.val(vote.statement).as('statement'),
          eb.val(vote.signature).as('signature'),
        ])
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .where('expires_at', '>', vote.at),
    )
    .onConflict((conflict) => conflict.columns(['request', 'approver']).doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return undefined;

  const approvals = sql<number>`(select count(*) from votes where request = ${id} and verdict = 'approve')`;
  await db
    .updateTable('requests')
    .set({ state: vote.verdict === 'deny' ? 'denied' : 'approved' })
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .$if(vote.verdict === 'approve', (query) => query.where('quorum', '<=', approvals))
    .execute();
  const row = await db.selectFrom('requests').selectAll().where('id', '=', id).executeTakeFirst();
  return first(await withVotes(db, row === undefined ? [] : [row]));
}

async function withVotes(db: Kysely<Tables>, rows: readonly Selectable<RequestsTable>[]): Promise<RequestRow[]> {
  const votes = new Map<string, VoteRow[]>(rows.map((row) => [row.id, []]));
  const ids = [...votes.keys()];
  for (let start = 0; start < ids.length; start += VOTES_PAGE) {
    const page = await db
      .selectFrom('votes')
      .selectAll()
      .where('request', 'in', ids.slice(start, start + VOTES_PAGE))
      .orderBy('at')
      .orderBy('approver')
      .execute();
    for (const row of page) votes.get(row.request)?.push(toVote(row));
  }
  return rows.map((row) => toRequest(row, votes.get(row.id) ?? []));
}

function toRequest(
  { created_at, expires_at, ...row }: Selectable<RequestsTable>,
  votes: readonly VoteRow[],
): RequestRow {
  return {
    ...row,
    id: row.id as RequestId,
    subject: JSON.parse(row.subject) as RequestSubject,
    approvers: JSON.parse(row.approvers) as string[],
    createdAt: created_at,
    expiresAt: expires_at,
    votes,
  };
}

function toVote({ request: _, ...vote }: Selectable<VotesTable>): VoteRow {
  return vote;
}

function first<T>(rows: readonly T[]): T | undefined {
  return rows[0];
}
