// `targets check` for a cluster: walks from the broker's kubeconfig to a token that opens the API, and stops at the first thing that
// does not work. In the cluster it makes and deletes one Secret, by way of a credential that ends with the check.
import type { Clock } from '../../core/clock.ts';
import { asBrokerError, BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { type ClusterApi, clusterApi } from '../../kubernetes/server/cluster-api.ts';
import type { ClusterAccess } from '../../kubernetes/server/kubeconfig.ts';
import { ownName } from '../../kubernetes/server/self-review.ts';
import { openUpstream } from '../../kubernetes/server/upstream.ts';
import type { Credential, KubeTokenRequest } from '../../ports/provider.ts';
import type { CheckStep } from '../../ports/target.ts';
import { excessRights, missingRights } from './check-rights.ts';
import { checkServer } from './check-server.ts';
import { type KubeVersion, kubectlVersion, skewOf } from './kubectl-version.ts';

export interface KubectlCheck {
  /** The target's. */
  readonly name: string;
  /** What is issued for the check. */
  readonly request: KubeTokenRequest;
  /** Where the cluster is, and who the broker is there; throws BrokerError. */
  readonly access: () => ClusterAccess;
  /** Absolute path of the client that sessions would start; throws BrokerError. */
  readonly kubectl: () => string;
  readonly clock: Clock;
}

type Issue = (request: KubeTokenRequest) => Promise<Credential>;
type Step = readonly [detail: string, remark?: string];

const ANSWER_WITHIN_MS = 10_000;

/** Yields a line a step; the last one is the first that failed. */
export async function* checkKubectl(
  check: KubectlCheck,
  issue: Issue,
  signal: AbortSignal,
): AsyncGenerator<CheckStep, void, undefined> {
  const { name, request, access, kubectl, clock } = check;
  let reached: ClusterAccess | undefined;
  const began = await step('access', () => {
    reached = access();
    const { address, identity } = reached;
    return [`${address.server.href} by a ${identity.kind === 'token' ? 'token' : 'client certificate'}`];
  });
  yield began;
  if (reached === undefined) return;

  using upstream = openUpstream(reached.address, reached.identity);
  const api = clusterApi(upstream);
  const inTime = <T>(work: (limit: AbortSignal) => Promise<T>) => within(clock, signal, work);
  let version: KubeVersion | undefined;
  for await (const line of checkServer(name, upstream, inTime)) {
    if ('step' in line) {
      yield line.step;
      if (line.step.outcome === 'failed') return;
    } else version = line.version;
  }
  const { address } = reached;
  const steps: readonly (readonly [string, () => Promise<Step>])[] = [
    ['account', async () => [`the cluster knows the broker as "${await inTime((limit) => ownName(api, limit))}"`]],
    ['rights', () => inTime((limit) => checkRights(name, api, request, limit))],
    ['no more rights', () => inTime((limit) => checkExcess(api, request, limit))],
    ['token', () => checkToken(request, issue, address, inTime)],
    ['kubectl', () => inTime((limit) => checkClient(kubectl(), version, limit))],
  ];
  for (const [title, perform] of steps) {
    const done = await step(title, perform);
    yield done;
    if (done.outcome === 'failed') return;
  }
}

async function step(name: string, perform: () => Step | Promise<Step>): Promise<CheckStep> {
  try {
    const [detail, remark] = await perform();
    return { name, outcome: 'ok', detail, ...(remark === undefined ? {} : { fix: remark }) };
  } catch (thrown) {
    const { publicMessage, hint } = asBrokerError(thrown);
    return { name, outcome: 'failed', detail: publicMessage, fix: hint };
  }
}

async function checkRights(
  target: string,
  api: ClusterApi,
  request: KubeTokenRequest,
  signal: AbortSignal,
): Promise<Step> {
  const missing = await missingRights(api, request, signal);
  if (missing.length === 0) return ['it has what it needs: Secrets to make and delete, tokens to get and review'];
  throw new BrokerError({
    code: 'cluster-forbidden',
    exit: EXIT.configuration,
    message: `the cluster does not let the broker ${missing.join(', nor ')}`,
    hint: `as an administrator of the cluster: sallyport targets rbac ${target} | kubectl apply -f -`,
  });
}

/** What it may beyond that is a remark: it harms only once the broker itself is taken over. */
async function checkExcess(api: ClusterApi, request: KubeTokenRequest, signal: AbortSignal): Promise<Step> {
  const excess = await excessRights(api, request, signal);
  if (excess.length === 0) return ['none that reads Secrets or becomes somebody else'];
  return [
    `it may also ${excess.join(', ')}`,
    'the rights of "sallyport targets rbac" are enough: give the broker an account of its own',
  ];
}

/** A token of the account is issued, and the server says of it that it is the account's. */
async function checkToken(
  request: KubeTokenRequest,
  issue: Issue,
  address: ClusterAccess['address'],
  inTime: <T>(work: (limit: AbortSignal) => Promise<T>) => Promise<T>,
): Promise<Step> {
  const credential = await issue(request);
  if (credential.kind !== 'kube-token') throw notIts(request, credential.kind);
  using upstream = openUpstream(address, { kind: 'token', token: () => credential.token });
  const name = await inTime((limit) => ownName(clusterApi(upstream), limit));
  if (name !== `system:serviceaccount:${request.namespace}:${request.serviceAccount}`) throw notIts(request, name);
  const until = new Date(credential.expiresAt).toISOString();
  return [`one of "${name}" opens the API; it ends with this check, by itself at ${until}`];
}

async function checkClient(file: string, server: KubeVersion | undefined, signal: AbortSignal): Promise<Step> {
  const client = await kubectlVersion(file, signal);
  const skew = server === undefined ? undefined : skewOf(client, server);
  const said = `${file} is ${client.text}`;
  if (skew === undefined) return [server === undefined ? said : `${said}, which fits the server's ${server.text}`];
  return [
    `${said}: ${skew}`,
    `install one of ${server?.major}.${server?.minor}: Kubernetes supports one minor version of difference`,
  ];
}

/** Runs `work` with a signal that is aborted where the server, or a program, takes too long. */
async function within<T>(clock: Clock, outer: AbortSignal, work: (limit: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const cancel = clock.after(ANSWER_WITHIN_MS, () => limit.abort(tooSlow()));
  try {
    return await work(AbortSignal.any([outer, limit.signal]));
  } finally {
    cancel();
  }
}

function tooSlow(): BrokerError {
  return new BrokerError({
    code: 'cluster-timeout',
    exit: EXIT.unavailable,
    message: `there was no answer within ${ANSWER_WITHIN_MS / 1000} s`,
    hint: 'see whether the API server is overloaded, or a firewall drops what is sent to it',
  });
}

function notIts({ namespace, serviceAccount }: KubeTokenRequest, what: string): BrokerError {
  return new BrokerError({
    code: 'credential-refused',
    exit: EXIT.unavailable,
    message: `a token of "${namespace}:${serviceAccount}" was asked for, and there came one of "${what.slice(0, 200)}"`,
    hint: 'see which admission plugin or proxy of the cluster changes requests for tokens',
  });
}
