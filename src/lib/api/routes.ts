// The broker's HTTP routes as one table. A handler parses, calls one service and returns JSON, or a stream of bytes.
import type { ApprovalDesk } from '../approval/desk.ts';
import { verifyAuditLog } from '../audit/verify.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { isId, type RequestId, type SessionId } from '../core/ids.ts';
import type { Principal } from '../core/principal.ts';
import type { LeaseBook } from '../leases/book.ts';
import type { Archive } from '../ports/archive.ts';
import type { Store } from '../ports/store.ts';
import { verifyRecording } from '../recording/manifest.ts';
import type { SessionDeps } from '../session/deps.ts';
import type { Hello } from './contract.ts';
import { type CheckCommand, checkCommands } from './policy-routes.ts';
import { checkBody, decisionBody, stopBody } from './schemas.ts';

export interface RouteDeps {
  readonly session: SessionDeps;
  readonly store: Store;
  readonly archive: Archive;
  readonly desk: ApprovalDesk;
  readonly leases: LeaseBook;
  readonly auditFile: string;
  /** Names, groups and public keys: a client picks the key to sign with. */
  readonly approvers: readonly { readonly name: string; readonly keys: readonly string[]; readonly groups: readonly string[] }[];
  /** Judges without running, with the facts. */
  readonly check: CheckCommand;
  readonly hello: (principal: Principal) => Hello;
  readonly caPublicKeyLine: () => Promise<string>;
  /** Ends the broker after the answer is sent. */
  readonly stop: (by: string) => void;
}

export interface Call {
  readonly principal: Principal;
  /** True for the broker's own user and for root. */
  readonly isOwner: boolean;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

export interface ByteStream {
  readonly contentType: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Segments after `/v1`; `:name` matches one. */
  readonly path: string;
  /** `owner` routes show what an agent must not see, or end things. */
  readonly access: 'caller' | 'owner';
  readonly handle: (call: Call, deps: RouteDeps) => Promise<unknown>;
}

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/hello', access: 'caller', handle: async (call, deps) => deps.hello(call.principal) },
  { method: 'GET', path: '/targets', access: 'caller', handle: listTargets },
  { method: 'POST', path: '/targets/:name/check', access: 'caller', handle: checkTarget },
  { method: 'GET', path: '/ssh-ca', access: 'caller', handle: async (_, deps) => ({ line: await deps.caPublicKeyLine() }) },
  { method: 'GET', path: '/approvers', access: 'caller', handle: async (_, deps) => ({ approvers: deps.approvers }) },
  { method: 'POST', path: '/policy/check', access: 'caller', handle: checkPolicy },
  { method: 'GET', path: '/requests', access: 'caller', handle: listRequests },
  { method: 'GET', path: '/requests/:id', access: 'caller', handle: async (call, deps) => deps.desk.get(param(call, 'id')) },
  { method: 'POST', path: '/requests/:id/decision', access: 'caller', handle: decideRequest },
  { method: 'POST', path: '/requests/:id/wait', access: 'caller', handle: waitForRequest },
  { method: 'POST', path: '/requests/:id/cancel', access: 'caller', handle: cancelRequest },
  { method: 'GET', path: '/sessions', access: 'owner', handle: listSessions },
  { method: 'POST', path: '/sessions/:id/kill', access: 'owner', handle: killSession },
  { method: 'GET', path: '/recordings', access: 'owner', handle: listRecordings },
  { method: 'GET', path: '/recordings/:id', access: 'owner', handle: readRecording },
  { method: 'GET', path: '/recordings/:id/info', access: 'owner', handle: recordingInfo },
  { method: 'GET', path: '/audit', access: 'owner', handle: readAudit },
  { method: 'GET', path: '/audit/verify', access: 'owner', handle: verifyAudit },
  { method: 'GET', path: '/leases', access: 'owner', handle: async (_, deps) => ({ leases: await deps.store.leases.open() }) },
  { method: 'POST', path: '/stop', access: 'owner', handle: stopBroker },
];

async function listTargets(_: Call, deps: RouteDeps): Promise<unknown> {
  const targets = [...deps.session.targets.values()].map(({ target }) => ({ name: target.name, kind: target.kind }));
  return { targets: targets.sort((a, b) => a.name.localeCompare(b.name)) };
}

async function checkTarget(call: Call, deps: RouteDeps): Promise<unknown> {
  const name = param(call, 'name');
  const entry = deps.session.targets.get(name);
  if (entry === undefined) throw notFound('unknown-target', EXIT.unknownTarget, `no target is called "${name}"`, 'see: sallyport targets');
  const issued: { id: Parameters<LeaseBook['revoke']>[0] }[] = [];
  const steps = [];
  const session = `check-${name}` as SessionId;
  try {
    const issue: Parameters<typeof entry.target.check>[0] = async (request) => {
      const { lease, credential } = await deps.leases.issue(session, request);
      issued.push(lease);
      return credential;
    };
    for await (const step of entry.target.check(issue, call.signal)) steps.push(step);
  } finally {
    for (const lease of issued) await deps.leases.revoke(lease.id);
  }
  return { target: name, ok: steps.every((step) => step.outcome !== 'failed'), steps };
}

async function checkPolicy(call: Call, deps: RouteDeps): Promise<unknown> {
  return { results: checkCommands(parseBody(checkBody, call.body), call.principal, deps) };
}

/** Agents see their own requests; the owner sees all. An approver decides by signature, so the id is enough for that. */
async function listRequests(call: Call, deps: RouteDeps): Promise<unknown> {
  await deps.desk.expireDue();
  const state = call.query.get('state') === 'all' ? undefined : 'pending';
  const rows = await deps.desk.list({ limit: 200, ...(state === undefined ? {} : { state }) });
  const isApprover = deps.desk.isApprover(call.principal);
  return { requests: rows.filter((row) => call.isOwner || isApprover || row.subject.principal === call.principal.name) };
}

async function decideRequest(call: Call, deps: RouteDeps): Promise<unknown> {
  const body = parseBody(decisionBody, call.body);
  return deps.desk.decide({ id: param(call, 'id'), decider: call.principal, ...body });
}

async function waitForRequest(call: Call, deps: RouteDeps): Promise<unknown> {
  const request = await deps.desk.get(param(call, 'id'));
  return deps.desk.wait(request.id, call.signal);
}

async function cancelRequest(call: Call, deps: RouteDeps): Promise<unknown> {
  const request = await deps.desk.get(param(call, 'id'));
  if (!call.isOwner && request.subject.principal !== call.principal.name) {
    throw notFound('not-yours', EXIT.denied, `request "${request.id}" was opened by "${request.subject.principal}"`, 'ask them to cancel it');
  }
  return deps.desk.cancel(request.id as RequestId, call.principal);
}

async function listSessions(call: Call, deps: RouteDeps): Promise<unknown> {
  const live = call.query.get('state') === 'open';
  return { sessions: await deps.store.sessions.list({ limit: limitOf(call, 50), ...(live ? { state: 'open' } : {}) }) };
}

async function killSession(call: Call, deps: RouteDeps): Promise<unknown> {
  const id = param(call, 'id');
  const killed = await deps.session.live.kill(id, call.principal.name);
  if (!killed) throw notFound('unknown-session', EXIT.usage, `no session "${id}" runs`, 'see: sallyport session list');
  return { session: id, killed };
}

async function listRecordings(_: Call, deps: RouteDeps): Promise<unknown> {
  const entries = await deps.archive.list();
  const rows = await Promise.all(entries.map(async (entry) => ({ ...entry, ...(await describe(entry.session, deps)) })));
  return { recordings: rows };
}

async function describe(session: SessionId, deps: RouteDeps) {
  const row = await deps.store.sessions.get(session);
  return {
    target: row?.target ?? null,
    command: row?.command ?? null,
    principal: row?.principal ?? null,
    startedAt: row?.startedAt ?? null,
    endedAt: row?.endedAt ?? null,
    exitCode: row?.exitCode ?? null,
    state: row?.state ?? null,
  };
}

async function readRecording(call: Call, deps: RouteDeps): Promise<ByteStream> {
  const id = sessionParam(call);
  const bytes = deps.archive.read(id);
  if (bytes === undefined) throw unknownRecording(id);
  return { contentType: 'application/x-asciicast', bytes };
}

async function recordingInfo(call: Call, deps: RouteDeps): Promise<unknown> {
  const id = sessionParam(call);
  if (deps.archive.read(id) === undefined) throw unknownRecording(id);
  return {
    session: id,
    location: deps.archive.locate(id),
    ...(await describe(id, deps)),
    leases: await deps.store.leases.ofSession(id),
    verification: await verifyRecording(deps.archive, id),
  };
}

async function readAudit(call: Call, deps: RouteDeps): Promise<unknown> {
  const limit = limitOf(call, 50);
  const from = call.query.get('from');
  const last = (await deps.store.audit.last())?.seq ?? 0;
  const start = from === null ? Math.max(1, last - limit + 1) : Number(from);
  return { entries: await deps.store.audit.from(start, limit), last };
}

async function verifyAudit(_: Call, deps: RouteDeps): Promise<unknown> {
  return verifyAuditLog({ file: deps.auditFile, store: deps.store });
}

async function stopBroker(call: Call, deps: RouteDeps): Promise<unknown> {
  const { force } = parseBody(stopBody, call.body);
  const running = deps.session.live.list().length;
  if (running > 0 && !force) {
    throw new BrokerError({
      code: 'sessions-running',
      exit: EXIT.unavailable,
      message: `${running} session${running === 1 ? ' runs' : 's run'}`,
      hint: 'wait for them, or end them with: sallyport broker stop --force',
    });
  }
  deps.stop(call.principal.name);
  return { stopping: true, sessions: running };
}

function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}

function sessionParam(call: Call): SessionId {
  const id = param(call, 'id');
  if (!isId(id)) throw unknownRecording(id);
  return id as SessionId;
}

function limitOf(call: Call, fallback: number): number {
  const value = Number(call.query.get('limit') ?? fallback);
  return Number.isInteger(value) ? Math.min(Math.max(value, 1), 10_000) : fallback;
}

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { message: string } };
}

function parseBody<T>(schema: Schema<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new BrokerError({
    code: 'bad-request',
    exit: EXIT.usage,
    message: 'the broker does not understand this request',
    hint: 'use a client of the same version',
    detail: parsed.error.message,
  });
}

function unknownRecording(id: string): BrokerError {
  return notFound('unknown-recording', EXIT.usage, `there is no recording "${id}"`, 'see: sallyport recordings list');
}

function notFound(code: string, exit: BrokerError['exit'], message: string, hint: string): BrokerError {
  return new BrokerError({ code, exit, message, hint });
}
