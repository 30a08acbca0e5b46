// The first schema. Never edited once released: a change is a new migration (a test pins this one's outcome).
import type { Kysely, Migration } from 'kysely';
import { sql } from 'kysely';

const STATEMENTS = [
  `create table sessions (
    id text not null constraint sessions_pk primary key,
    target text not null,
    kind text not null,
    principal text not null,
    task text,
    command text,
    started_at integer not null,
    ended_at integer,
    state text not null default 'open' constraint sessions_state check (state in ('open', 'child', 'broker', 'lost')),
    exit_code integer,
    reason text,
    leader text constraint sessions_leader check (json_valid(leader)),
    constraint sessions_end check ((state = 'open') = (ended_at is null))
  ) strict`,
  'create index sessions_by_start on sessions (started_at)',

  // No foreign key to sessions: the probe of `targets check` holds a lease and is no session.
  `create table leases (
    id text not null constraint leases_pk primary key,
    session text not null,
    plan text not null constraint leases_plan check (json_valid(plan)),
    issued_at integer not null,
    state text not null default 'planned' constraint leases_state check (state in ('planned', 'live', 'revoked')),
    dead_at integer,
    how text,
    constraint leases_death check ((state = 'revoked') = (dead_at is not null) and (dead_at is null) = (how is null))
  ) strict`,
  'create index leases_by_session on leases (session)',
  "create index leases_open on leases (issued_at) where state <> 'revoked'",

  `create table requests (
    id text not null constraint requests_pk primary key,
    state text not null default 'pending' constraint requests_state
      check (state in ('pending', 'approved', 'used', 'denied', 'expired', 'cancelled')),
    subject text not null constraint requests_subject check (json_valid(subject)),
    digest text not null constraint requests_digest check (digest like 'sha256:%'),
    why text,
    reason text not null,
    approvers text not null constraint requests_approvers check (json_valid(approvers)),
    quorum integer not null constraint requests_quorum check (quorum >= 1),
    created_at integer not null,
    expires_at integer not null,
    constraint requests_time check (expires_at > created_at)
  ) strict`,
  "create unique index requests_one_pending on requests (digest) where state = 'pending'",
  "create index requests_granted on requests (digest) where state = 'approved'",
  "create index requests_due on requests (expires_at) where state in ('pending', 'approved')",

  `create table votes (
    request text not null constraint votes_request references requests (id),
    approver text not null,
    verdict text not null constraint votes_verdict check (verdict in ('approve', 'deny')),
    reason text,
    at integer not null,
    statement text not null,
    signature text not null,
    constraint votes_once primary key (request, approver)
  ) strict`,

  `create table audit (
    seq integer not null constraint audit_pk primary key constraint audit_seq check (seq >= 1),
    at integer not null,
    type text not null,
    actor text not null,
    session text,
    data text not null constraint audit_data check (json_valid(data)),
    previous text not null constraint audit_one_successor unique,
    hash text not null constraint audit_hash unique
  ) strict`,
  "create trigger audit_no_update before update on audit begin select raise(abort, 'audit entries never change'); end",
  "create trigger audit_no_delete before delete on audit begin select raise(abort, 'audit entries are never deleted'); end",
];

export const initial: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
