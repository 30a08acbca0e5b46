// Builds the programs of the test cluster from their Go modules, in the versions of go.mod, without cgo:
//   node --import tsx test/e2e/cluster/build.ts
// Does nothing where they are built already. Needs Go; modules and compiled packages stay in Go's own caches.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CLUSTER_PACKAGES, CLUSTER_SOURCES, clusterFolder, clusterMissing } from '../../helpers/cluster-programs.ts';

const folder = clusterFolder();
if (clusterMissing() === undefined) {
  say(`is built: ${folder}`);
  process.exit(0);
}
mkdirSync(dirname(folder), { recursive: true });
// Complete, then in place: a test never sees half a cluster, also where two builds run at once.
const unfinished = mkdtempSync(join(dirname(folder), 'unfinished-'));
const start = performance.now();
try {
  for (const [name, from] of Object.entries(CLUSTER_PACKAGES)) build(from, join(unfinished, name));
  if (existsSync(folder)) rmSync(folder, { recursive: true });
  renameSync(unfinished, folder);
  say(`built in ${seconds(start)}: ${folder}`);
} finally {
  rmSync(unfinished, { recursive: true, force: true });
}

function build(from: string, to: string): void {
  const began = performance.now();
  const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', `-s -w ${versionFlags()}`, '-o', to, from];
  const { status, error } = spawnSync('go', args, {
    cwd: CLUSTER_SOURCES,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: 'inherit',
  });
  if (error !== undefined || status !== 0) {
    say(`could not build ${from}${error === undefined ? '' : `: ${error.message}`}`);
    process.exitCode = 1;
    throw new Error(`go ${args.join(' ')}`);
  }
  say(`${from}: ${seconds(began)}, ${Math.round(statSync(to).size / 1e6)} MB`);
}

/** What `kubectl version` prints; Kubernetes' own build sets it the same way. */
function versionFlags(): string {
  const found = /^\s*k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\d+)/m.exec(
    readFileSync(join(CLUSTER_SOURCES, 'go.mod'), 'utf8'),
  );
  if (found === null) throw new Error('no version of k8s.io/kubernetes in go.mod');
  const [, version, major, minor] = found;
  return Object.entries({ gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' })
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ');
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

function say(line: string): void {
  process.stdout.write(`test cluster: ${line}\n`);
}
