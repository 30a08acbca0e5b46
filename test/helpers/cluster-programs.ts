// Where the programs of the test cluster are: outside the repository, in a folder named after what they are built from.
// test/e2e/cluster/build.ts builds them; nothing here does.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'uvu';

/** The Go module with the versions, and with the two programs of our own. */
export const CLUSTER_SOURCES = join(dirname(fileURLToPath(import.meta.url)), '..', 'e2e', 'cluster');

/** What each program is built from, as `go build` takes it. */
export const CLUSTER_PACKAGES = {
  pki: './pki',
  node: './node',
  client: './client',
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  helm: 'helm.sh/helm/v3/cmd/helm',
} as const;

export type ClusterProgram = keyof typeof CLUSTER_PACKAGES;

const BUILD = 'npm run cluster';

/** Another version of anything is another folder, so a program is never older than its sources. */
export function clusterFolder(): string {
  const hash = createHash('sha256');
  for (const file of sourceFiles()) hash.update(`${file}\0`).update(readFileSync(join(CLUSTER_SOURCES, file)));
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(cache, 'sallyport-cluster', hash.digest('hex').slice(0, 16));
}

export function clusterProgram(name: ClusterProgram): string {
  return join(clusterFolder(), name);
}

/** Why no cluster can be started here, and the command that changes it; undefined where one can. */
export function clusterMissing(): string | undefined {
  const folder = clusterFolder();
  const missing = Object.keys(CLUSTER_PACKAGES).filter((name) => !existsSync(join(folder, name)));
  if (missing.length === 0) return undefined;
  return `the test cluster is not built (no ${missing.join(', ')} in ${folder}): ${BUILD}`;
}

/** `needsCluster(test)('title', …)`: the test, or a skip that says why. CI turns every skip into a failure. */
export function needsCluster<T>(test: Test<T>): Test<T> | Test<T>['skip'] {
  const missing = clusterMissing();
  if (missing === undefined) return test;
  process.stdout.write(`# skipped: ${missing}\n`);
  return test.skip;
}

function sourceFiles(): string[] {
  const own = ['client', 'node', 'pki'].flatMap((folder) =>
    readdirSync(join(CLUSTER_SOURCES, folder))
      .filter((name) => name.endsWith('.go'))
      .map((name) => `${folder}/${name}`),
  );
  return ['build.ts', 'go.mod', 'go.sum', ...own].sort();
}
