// The target "a cluster": an endpoint of its own for each session, which judges and forwards requests, and beside it the caller's own
// kubectl, which is told of nothing else. The cluster's token stays in this process.
import type { Clock } from '../../core/clock.ts';
import { digestOf } from '../../core/digest.ts';
import { Bug } from '../../core/errors.ts';
import type { ClusterApi } from '../../kubernetes/server/cluster-api.ts';
import { type ClusterAccess, sessionKubeconfig } from '../../kubernetes/server/kubeconfig.ts';
import { ownName } from '../../kubernetes/server/self-review.ts';
import { connectionPool } from '../../kubernetes/server/upstream.ts';
import type { ApiSession } from '../../ports/api-gate.ts';
import type { Credential, KubeTokenRequest } from '../../ports/provider.ts';
import type { ApiEndpoint, Place, Program, ProgramSpec, Target } from '../../ports/target.ts';
import { buildEnvironment } from '../environment.ts';
import { type ShellTargetOptions, shellTarget } from '../shell.ts';
import { placeChanged, type ShellPlace, shellPlaces } from '../shell-place.ts';
import { checkKubectl } from './check.ts';
import { endpointProgram } from './endpoint-program.ts';
import { requireKubectl } from './find-kubectl.ts';
import { makeKubeconfigFolder } from './kubeconfig-folder.ts';
import { openSessionEndpoint } from './session-endpoint.ts';

export interface KubectlTargetOptions extends Pick<ShellTargetOptions, 'user' | 'cwd' | 'env' | 'set'> {
  /** Where clients begin; absent: the namespace of the broker's own context, if that names one. */
  readonly namespace?: string;
  readonly account: { readonly namespace: string; readonly serviceAccount: string; readonly ttlMs: number };
  /** No session lasts longer. */
  readonly longestMs: number;
}

export interface KubectlTargetDeps {
  readonly clock: Clock;
  readonly brokerUid: number;
  /** Where the cluster is, asked anew each time; throws `bad-kubeconfig`, `not-in-cluster` (78). */
  readonly access: () => ClusterAccess;
  /** In the broker's own name. */
  readonly api: ClusterApi;
  /** Where a check looks for kubectl, since it has no client. */
  readonly path: string;
}

interface ClusterPlace extends Place {
  readonly access: ClusterAccess;
  readonly client: ShellPlace;
}

/**
 * What kubectl learns of the API it keeps by address and port, in a hundred files: a session's port never comes again, and writing and
 * removing them takes longer than asking. Nothing can be made below a device.
 */
const NO_CACHE = '/dev/null/sallyport';

/**
 * A target of kind `kubectl`. Its command is `kubectl` with arguments; work that is an endpoint has none. `open` rejects with what a
 * shell target's does, `bad-kubeconfig`, `not-in-cluster` (78), `no-kubectl`, `no-kubeconfig-folder` (69), `place-changed` (77). After the program
 * is disposed its endpoint is closed, no request is under way, and its kubeconfig is gone.
 */
export function kubectlTarget(name: string, options: KubectlTargetOptions, deps: KubectlTargetDeps): Target {
  const { account, namespace, longestMs, ...start } = options;
  const shell = shellTarget(name, start, { clock: deps.clock, brokerUid: deps.brokerUid });
  const pool = connectionPool();
  const clientPlaceOf = shellPlaces(name, start, deps.brokerUid);

  const placeOf = (spec: Parameters<Target['placeOf']>[0]): ClusterPlace => {
    const access = deps.access();
    const client = clientPlaceOf(spec);
    const { server } = access.address;
    const acts = `${account.namespace}/${account.serviceAccount}`;
    return {
      access,
      client,
      summary: `${acts} at ${server.host}, kubectl as ${client.summary}`,
      digest: digestOf({
        kind: 'kubectl',
        server: server.href,
        ca: access.address.ca ?? null,
        acts,
        client: client.digest,
      }),
      startFolder: client.startFolder,
      home: client.home,
    };
  };

  async function open(spec: ProgramSpec, credentials: readonly Credential[], signal: AbortSignal): Promise<Program> {
    const { api } = spec;
    if (api === undefined) throw new Bug('a session of a cluster has no gate');
    const [credential] = credentials;
    if (credential?.kind !== 'kube-token') throw new Bug('a session of a cluster has no token for it');
    const place = placeOf(spec);
    if (spec.place !== undefined && spec.place !== place.digest) throw placeChanged(name, place.summary);
    const kubectlPath = spec.work.kind === 'command' ? pathOf(spec, place.client) : undefined;
    if (kubectlPath !== undefined) requireKubectl(kubectlPath);
    // Who started an endpoint talks to it by programs of its own; a client that was started is of the target's account.
    const account = place.client.runAs.account?.uid ?? deps.brokerUid;
    const endpoint = await openSessionEndpoint({
      ...{ session: spec.session, api, access: place.access, pool, namespace, longestMs, clock: deps.clock },
      uid: spec.work.kind === 'endpoint' ? spec.callerUid : account,
      first: credential,
      request: requestFor(spec.session),
    });
    try {
      signal.throwIfAborted();
      const program =
        spec.work.kind === 'command'
          ? await startClient(spec, endpoint, api, place, signal)
          : endpointProgram(endpoint.shown);
      return withEnd(program, () => endpoint[Symbol.asyncDispose]());
    } catch (error) {
      await endpoint[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** As the shell target will set it. */
  function pathOf(spec: ProgramSpec, { runAs }: ShellPlace): string {
    const runsAsCaller = start.user === undefined || runAs.account?.uid === spec.callerUid;
    const env = buildEnvironment(
      spec.env,
      { allow: start.env, set: start.set ?? {} },
      runsAsCaller ? undefined : runAs.account,
      undefined,
    );
    return env.PATH ?? '';
  }

  async function startClient(
    spec: ProgramSpec,
    { shown }: { readonly shown: ApiEndpoint },
    { token }: ApiSession,
    { client }: ClusterPlace,
    signal: AbortSignal,
  ): Promise<Program> {
    const owner = client.runAs.kind === 'self' ? null : client.runAs.account;
    const folder = makeKubeconfigFolder(spec.session, sessionKubeconfig({ name, ...shown, token }), owner);
    try {
      const env = new Map([
        ['KUBECONFIG', folder.file],
        ['KUBECACHEDIR', NO_CACHE],
      ]);
      const carried = { folder: undefined, env };
      const program = await shell.open({ ...spec, place: client.digest, carried }, [], signal);
      return withEnd(program, async () => folder[Symbol.dispose]());
    } catch (error) {
      folder[Symbol.dispose]();
      throw error;
    }
  }

  const requestFor = (session: string): KubeTokenRequest => ({
    provider: 'kube-token',
    cluster: name,
    ...account,
    session,
  });

  return {
    name,
    kind: 'kubectl',
    placeOf,
    credentialsFor: (spec) => [requestFor(spec.session)],
    open,
    connect: async () => {
      throw new Bug('a cluster has no sessions that go command by command');
    },
    rbac: {
      namespace: account.namespace,
      serviceAccounts: [account.serviceAccount],
      brokerName: (signal) => ownName(deps.api, signal),
    },
    check: (issue, signal) =>
      checkKubectl(
        {
          name,
          request: requestFor(`check-${name}`),
          access: deps.access,
          kubectl: () => requireKubectl(start.set?.PATH ?? deps.path),
          clock: deps.clock,
        },
        issue,
        signal,
      ),
  };
}

/** The program, with something that is to be done after it has ended. */
function withEnd(program: Program, end: () => PromiseLike<void>): Program {
  let ending: Promise<void> | undefined;
  return {
    output: program.output,
    leader: program.leader,
    ...(program.endpoint === undefined ? {} : { endpoint: program.endpoint }),
    exited: program.exited,
    write: (bytes) => program.write(bytes),
    endInput: () => program.endInput(),
    resize: (size) => program.resize(size),
    signal: (signalName) => program.signal(signalName),
    inputIsHidden: () => program.inputIsHidden(),
    lookAtInput: () => program.lookAtInput(),
    async [Symbol.asyncDispose]() {
      ending ??= (async () => {
        try {
          await program[Symbol.asyncDispose]();
        } finally {
          await end();
        }
      })();
      await ending;
    },
  };
}
