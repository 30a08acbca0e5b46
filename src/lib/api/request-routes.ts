// Approval requests over HTTP. Who may look at one: the broker's owner, an approver (by the OS user the config names) and
// whoever asked. For everybody else it does not exist, in the same words as one that does not.
import { unknownRequest } from '../approval/refusals.ts';
import { isId, type RequestId } from '../core/ids.ts';
import type { RequestRow } from '../ports/store.ts';
import { askFirst } from '../session/ask-first.ts';
import { type Call, param, parseWith, type RouteDeps, wholeNumber } from './route.ts';
import { askBody, decisionBody } from './schemas.ts';

/** Far more than wait at any time. */
const ALL_REQUESTS = 100_000;

/** `limit` of those the caller may see: the pending ones, or all with `?state=all`; oldest first, or `?order=newest`. */
export async function listRequests(call: Call, deps: RouteDeps): Promise<unknown> {
  const limit = wholeNumber(call, 'limit', 1, 10_000, 200);
  const isAll = call.query.get('state') === 'all';
  const rows = await deps.desk.list({ limit: ALL_REQUESTS, ...(isAll ? {} : { state: 'pending' }) });
  const visible = rows.filter((row) => maySee(row, call, deps));
  const ordered = call.query.get('order') === 'newest' ? visible.reverse() : visible;
  return { requests: ordered.slice(0, limit) };
}

/** Opens one without running anything: what a rule asks for, or an exception to a denial. */
export async function openRequest(call: Call, deps: RouteDeps): Promise<RequestRow> {
  return askFirst(parseWith(askBody, call.body), call.principal, deps.session);
}

export async function showRequest(call: Call, deps: RouteDeps): Promise<RequestRow> {
  return visibleRequest(call, deps);
}

/** The signature decides, not the caller: but only who may see a request can name it by a beginning of its id. */
export async function decideRequest(call: Call, deps: RouteDeps): Promise<unknown> {
  const body = parseWith(decisionBody, call.body);
  const id = param(call, 'id');
  if (!seesAll(call, deps) && !isId(id)) throw unknownRequest(id);
  return deps.desk.decide({ id, decider: call.principal, ...body });
}

export async function waitForRequest(call: Call, deps: RouteDeps): Promise<unknown> {
  const request = await visibleRequest(call, deps);
  return deps.desk.wait(request.id, call.signal);
}

export async function cancelRequest(call: Call, deps: RouteDeps): Promise<unknown> {
  const request = await visibleRequest(call, deps);
  return deps.desk.cancel(request.id as RequestId, call.principal);
}

/** Throws `unknown-request` (64) alike for what does not exist and for what is not the caller's to see. */
async function visibleRequest(call: Call, deps: RouteDeps): Promise<RequestRow> {
  const id = param(call, 'id');
  // A beginning of an id would let a caller feel for others' requests one character at a time.
  if (!seesAll(call, deps) && !isId(id)) throw unknownRequest(id);
  const row = await deps.desk.get(id);
  if (!maySee(row, call, deps)) throw unknownRequest(id);
  return row;
}

function maySee(row: RequestRow, call: Call, deps: RouteDeps): boolean {
  return seesAll(call, deps) || row.subject.principal === call.principal.name;
}

function seesAll({ isOwner, principal }: Call, { desk }: RouteDeps): boolean {
  return isOwner || desk.isApprover(principal);
}
