import { randomBytes } from 'node:crypto';
import { kubeTokenProvider } from '../../src/lib/credentials/index.ts';
import { clusterApi } from '../../src/lib/kubernetes/server/cluster-api.ts';
import { providerContract } from '../contract/provider.ts';
import { fakeApiServer, says } from '../helpers/fake-api-server.ts';
import { sleptClock } from './slept-clock.ts';

const status = (code: number, reason: string) => ({ kind: 'Status', reason, code, details: { kind: 'secrets' } });

/** A server that keeps Secrets by name, and the tokens bound to them by the Secret's uid. */
providerContract('kube-token', async () => {
  const uids = new Map<string, string>();
  const boundTo = new Map<string, string>();
  const isAlive = (token: string) => [...uids.values()].includes(boundTo.get(token) ?? '');
  const server = await fakeApiServer(({ method, target, body }, response) => {
    if (method === 'DELETE') {
      const wasThere = uids.delete(target.split('/').at(-1) ?? '');
      return wasThere ? says(response, 200, { kind: 'Status' }) : says(response, 404, status(404, 'NotFound'));
    }
    const { metadata, spec } = JSON.parse(body);
    if (target.endsWith('/secrets')) {
      const uid = randomBytes(8).toString('hex');
      uids.set(metadata.name, uid);
      return says(response, 201, { metadata: { uid } });
    }
    if (target.endsWith('/token')) {
      const token = randomBytes(32).toString('base64url');
      boundTo.set(token, spec.boundObjectRef.uid);
      return says(response, 201, { spec, status: { token } });
    }
    return says(response, 201, { kind: 'TokenReview', status: isAlive(spec.token) ? { authenticated: true } : {} });
  });
  const clusters = new Map([['prod', { api: clusterApi(server.upstream) }]]);
  const clock = sleptClock();
  return {
    newProvider: () => kubeTokenProvider({ clusters, clock }),
    request: {
      provider: 'kube-token',
      cluster: 'prod',
      namespace: 'agents',
      serviceAccount: 'reader',
      session: 's-1',
      ttlMs: 60_000,
    },
    alive: () => [...boundTo.keys()].filter(isAlive).length,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});
