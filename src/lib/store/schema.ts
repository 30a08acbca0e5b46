// The tables as Kysely's types see them. Structured values are JSON text; times are ms since 1970.
// What a migration creates and what stands here must agree: the contract suite runs every query against both.

export interface Tables {
  sessions: SessionsTable;
  leases: LeasesTable;
  requests: RequestsTable;
  votes: VotesTable;
  audit: AuditTable;
}

export interface SessionsTable {
  id: string;
  mode: 'one-shot' | 'gated' | 'free';
  target: string;
  kind: string;
  principal: string;
  task: string | null;
  command: string | null;
  started_at: number;
  ended_at: number | null;
  state: 'open' | 'child' | 'broker' | 'lost';
  exit_code: number | null;
  reason: string | null;
  leader: string | null;
}

export interface LeasesTable {
  id: string;
  session: string;
  plan: string;
  issued_at: number;
  state: 'planned' | 'live' | 'revoked';
  dead_at: number | null;
  how: string | null;
}

export interface RequestsTable {
  id: string;
  state: 'pending' | 'approved' | 'used' | 'denied' | 'expired' | 'cancelled';
  subject: string;
  digest: string;
  why: string | null;
  reason: string;
  approvers: string;
  quorum: number;
  created_at: number;
  expires_at: number;
}

export interface VotesTable {
  request: string;
  approver: string;
  verdict: 'approve' | 'deny';
  reason: string | null;
  at: number;
  statement: string;
  signature: string;
}

export interface AuditTable {
  seq: number;
  at: number;
  type: string;
  actor: string;
  session: string | null;
  data: string;
  previous: string;
  hash: string;
}
