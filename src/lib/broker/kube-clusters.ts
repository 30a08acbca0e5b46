// The clusters that targets name, and the broker's own way to each. Nothing is read or connected before a session wants it, so that a
// cluster that is away, or a kubeconfig that is broken, keeps nothing else from working.
import type { Config, KubectlTargetConfig } from '../config/config.ts';
import { Bug } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import type { KubeTokenCluster } from '../credentials/index.ts';
import { type ClusterApi, clusterApi } from '../kubernetes/server/cluster-api.ts';
import { inClusterAccess } from '../kubernetes/server/in-cluster.ts';
import { type ClusterAccess, kubeconfigReader } from '../kubernetes/server/kubeconfig.ts';
import { openUpstream } from '../kubernetes/server/upstream.ts';
import type { BootOptions } from './boot.ts';

export interface KubeCluster {
  /** Read anew each time. Throws `bad-kubeconfig`, `not-in-cluster` (78). */
  readonly access: () => ClusterAccess;
  /** In the broker's own name. */
  readonly api: ClusterApi;
}

export interface KubeClusters {
  /** By a target of kind `kubectl`. */
  of(target: string): KubeCluster;
  /** By the target's name, as leases name it. */
  readonly forTokens: ReadonlyMap<string, KubeTokenCluster>;
}

export function kubeClusters(config: Config, boot: Pick<BootOptions, 'kubernetesService'>): KubeClusters {
  const clusters = new Map<string, KubeCluster & Pick<KubeTokenCluster, 'apiServers'>>();
  for (const target of config.targets.values()) {
    if (target.kind !== 'kubectl') continue;
    const access = accessOf(target, boot);
    clusters.set(target.name, { access, api: apiOf(access), apiServers: target.apiServers });
  }
  return {
    forTokens: clusters,
    of(target) {
      const cluster = clusters.get(target);
      if (cluster === undefined) throw new Bug(`no cluster for the target "${target}"`);
      return cluster;
    },
  };
}

function accessOf({ kubeconfig, context }: KubectlTargetConfig, boot: Pick<BootOptions, 'kubernetesService'>) {
  if (kubeconfig === undefined) return () => inClusterAccess(boot.kubernetesService);
  return kubeconfigReader(kubeconfig, context);
}

/** Connections are kept for as long as the kubeconfig says the same. */
function apiOf(access: () => ClusterAccess): ClusterApi {
  let last: { readonly of: string; readonly api: ClusterApi; readonly close: () => void } | undefined;
  /** Of whatever the kubeconfig says by then. */
  const token = (): Secret<string> => {
    const { identity } = access();
    if (identity.kind === 'token') return identity.token();
    throw new Bug('the way to a cluster changed its kind between two lines');
  };
  const current = (): ClusterApi => {
    const { address, identity } = access();
    const who = identity.kind === 'certificate' ? identity.certificate : null;
    const of = JSON.stringify([address.server.href, address.ca, address.serverName, who]);
    if (last?.of === of) return last.api;
    last?.close();
    const upstream = openUpstream(address, identity.kind === 'certificate' ? identity : { kind: 'token', token });
    last = { of, api: clusterApi(upstream), close: () => upstream[Symbol.dispose]() };
    return last.api;
  };
  return {
    create: async (place, object, signal) => current().create(place, object, signal),
    get: async (place, signal) => current().get(place, signal),
    delete: async (place, signal) => current().delete(place, signal),
  };
}
