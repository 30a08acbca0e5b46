// The broker's HTTP routes as one table. A handler parses, calls one service and returns JSON, or a stream of bytes.
import { EXIT } from '../core/exit-codes.ts';
import { listLeases, listRecordings, readAudit, readRecording, recordingInfo, verifyAudit } from './evidence-routes.ts';
import {
  closeGatedSession,
  completePath,
  listGatedSessions,
  openGatedSession,
  readOutput,
  signalCommand,
} from './gated-routes.ts';
import { checkCommands, explainOne } from './policy-routes.ts';
import { targetRbac } from './rbac-route.ts';
import {
  cancelRequest,
  decideRequest,
  listRequests,
  openRequest,
  showRequest,
  waitForRequest,
} from './request-routes.ts';
import { type Call, parseWith, type Route, type RouteDeps, refusal } from './route.ts';
import { checkBody, explainBody, stopBody } from './schemas.ts';
import { killSession, listSessions } from './session-routes.ts';
import { checkTarget, listTargets } from './target-routes.ts';

export const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/hello',
    access: 'caller',
    anyVersion: true,
    handle: async (call, deps) => deps.hello(call.principal),
  },
  { method: 'POST', path: '/stop', access: 'owner', anyVersion: true, handle: stopBroker },
  { method: 'GET', path: '/targets', access: 'caller', handle: listTargets },
  // Mints a credential that no policy was asked about.
  { method: 'POST', path: '/targets/:name/check', access: 'owner', handle: checkTarget },
  { method: 'GET', path: '/targets/:name/rbac', access: 'owner', handle: targetRbac },
  {
    method: 'GET',
    path: '/ssh-ca',
    access: 'caller',
    handle: async (_, deps) => ({ line: await deps.caPublicKeyLine() }),
  },
  { method: 'GET', path: '/approvers', access: 'caller', handle: async (_, deps) => ({ approvers: deps.approvers }) },
  { method: 'POST', path: '/policy/check', access: 'caller', handle: checkPolicy },
  // It tells of every rule what it looks at.
  { method: 'POST', path: '/policy/explain', access: 'owner', handle: explainPolicy },
  // It reads what is there: harmless, whoever asks.
  {
    method: 'POST',
    path: '/policy/reload',
    access: 'caller',
    handle: (call, deps) => deps.reloadPolicy(call.principal),
  },
  { method: 'GET', path: '/requests', access: 'caller', handle: listRequests },
  { method: 'POST', path: '/requests', access: 'caller', handle: openRequest },
  { method: 'GET', path: '/requests/:id', access: 'caller', handle: showRequest },
  { method: 'POST', path: '/requests/:id/decision', access: 'caller', handle: decideRequest },
  { method: 'POST', path: '/requests/:id/wait', access: 'caller', handle: waitForRequest },
  { method: 'POST', path: '/requests/:id/cancel', access: 'caller', handle: cancelRequest },
  { method: 'GET', path: '/sessions', access: 'owner', handle: listSessions },
  { method: 'POST', path: '/sessions/:id/kill', access: 'owner', handle: killSession },
  { method: 'GET', path: '/gated', access: 'caller', handle: listGatedSessions },
  { method: 'POST', path: '/gated', access: 'caller', handle: openGatedSession },
  { method: 'GET', path: '/gated/:id/output', access: 'caller', handle: readOutput },
  { method: 'POST', path: '/gated/:id/signal', access: 'caller', handle: signalCommand },
  { method: 'POST', path: '/gated/:id/complete', access: 'caller', handle: completePath },
  { method: 'POST', path: '/gated/:id/close', access: 'caller', handle: closeGatedSession },
  { method: 'GET', path: '/recordings', access: 'owner', handle: listRecordings },
  { method: 'GET', path: '/recordings/:id', access: 'owner', handle: readRecording },
  { method: 'GET', path: '/recordings/:id/info', access: 'owner', handle: recordingInfo },
  { method: 'GET', path: '/audit', access: 'owner', handle: readAudit },
  { method: 'GET', path: '/audit/verify', access: 'owner', handle: verifyAudit },
  { method: 'GET', path: '/leases', access: 'owner', handle: listLeases },
];

async function checkPolicy(call: Call, deps: RouteDeps): Promise<unknown> {
  return { results: await checkCommands(parseWith(checkBody, call.body), call.principal, deps) };
}

async function explainPolicy(call: Call, deps: RouteDeps): Promise<unknown> {
  return explainOne(parseWith(explainBody, call.body), call.principal, deps);
}

/** Throws `sessions-running` (69) where sessions run and it is not forced. */
async function stopBroker(call: Call, deps: RouteDeps): Promise<unknown> {
  const { force } = parseWith(stopBody, call.body);
  const running = deps.session.live.list().length;
  if (running > 0 && !force) {
    throw refusal(
      'sessions-running',
      EXIT.unavailable,
      `${running} session${running === 1 ? ' runs' : 's run'}`,
      'wait for them, or end them with: sallyport broker stop --force',
    );
  }
  deps.stop(call.principal.name);
  return { stopping: true, sessions: running };
}
