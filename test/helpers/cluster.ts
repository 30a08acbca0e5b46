// A real Kubernetes API server for tests, bench and demo: etcd, kube-apiserver and kube-controller-manager on loopback with
// TLS and RBAC, and nodes whose pods answer exec, attach, logs and port-forward. Everything is in one temporary folder and
// ends with the test, also where the test is killed.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CliResult, type RunOptions, type StartedCli, until, watch } from './cli.ts';
import { askCluster, type ClusterAnswer, type ClusterRequest, writeKubeconfig } from './cluster-client.ts';
import { apiServerArgs, type ClusterPlace, clusterPort, controllersArgs, etcdArgs, nodeArgs } from './cluster-flags.ts';
import { startJanitor } from './cluster-janitor.ts';
import { type ClusterProgram, clusterMissing, clusterProgram } from './cluster-programs.ts';

export { clusterMissing, needsCluster } from './cluster-programs.ts';

export interface ClusterOptions {
  /** node-1, node-2 …; one where absent. */
  readonly nodes?: number;
  /** More flags of kube-apiserver, as `--audit-log-path=…`; of a flag given twice the last one counts. */
  readonly apiServerFlags?: readonly string[];
}

/** A container by its pod; the namespace is `default` and the container `main` where absent. */
export interface ContainerPlace {
  readonly namespace?: string;
  readonly pod: string;
  readonly container?: string;
}

export interface Cluster extends AsyncDisposable {
  /** `https://127.0.0.1:PORT`, the same after a restart. */
  readonly url: string;
  readonly folder: string;
  /** The file with the CA's certificate. */
  readonly ca: string;
  /** The administrator's (`system:masters`). */
  readonly kubeconfig: string;
  /** The path of the real kubectl, of the API server's version. */
  readonly kubectlFile: string;
  /** Runs kubectl to its end, as the administrator unless `--kubeconfig` says otherwise. */
  kubectl(args: readonly string[], options?: RunOptions): Promise<CliResult>;
  /** Starts one whose standard input stays open. */
  startKubectl(args: readonly string[], options?: RunOptions): StartedCli;
  /** One request past every client, as the administrator or with a token. */
  ask(method: string, path: string, request?: ClusterRequest): Promise<ClusterAnswer>;
  /** Writes a kubeconfig for a token, and returns its path. */
  kubeconfigFor(token: string): string;
  /** The folder in which programs of a container run, once its pod does. */
  podFolder(place: ContainerPlace): string;
  /** Adds whole lines to a container's log. */
  appendLog(place: ContainerPlace, text: string): void;
  /** Kills the API server, as a crash would; etcd, nodes and the port stay. */
  stopApiServer(): Promise<void>;
  /** Starts it again and resolves once it is ready. */
  startApiServer(): Promise<void>;
  /** What a program wrote to its standard output and error so far. */
  log(program: ClusterProgram): string;
  /** Of what runs now. */
  pids(): Partial<Record<ClusterProgram, number>>;
}

/** Starts a cluster and resolves once pods can be created; rejects with the program's log where one ends or 60 s pass. */
export async function startCluster({ nodes = 1, apiServerFlags = [] }: ClusterOptions = {}): Promise<Cluster> {
  const missing = clusterMissing();
  if (missing !== undefined) throw new Error(missing);
  const folder = mkdtempSync(join(tmpdir(), 'sp-cluster-'));
  const janitor = startJanitor(folder);
  try {
    const place: ClusterPlace = { folder, port: await clusterPort() };
    for (const name of ['pki', 'pods']) mkdirSync(join(folder, name), { mode: 0o700 });
    execFileSync(clusterProgram('pki'), [join(folder, 'pki')]);
    const kubeconfig = join(folder, 'admin.kubeconfig');
    for (const name of ['admin', 'node', 'controllers']) {
      writeKubeconfig(place, join(folder, `${name}.kubeconfig`), { certificate: name });
    }
    const programs = startPrograms(folder, (child) => janitor.watch(child));
    const ask: Cluster['ask'] = (method, path, request) => askCluster(place, method, path, request);
    const isReady = (path: string) => async () => {
      programs.expectAllRun();
      return (await ask('GET', path).catch(() => undefined))?.status === 200;
    };
    const startApiServer = async () => {
      programs.start('kube-apiserver', [...apiServerArgs(place), ...apiServerFlags]);
      await until(isReady('/readyz'), 'the API server is ready', 60_000);
    };
    programs.start('etcd', etcdArgs(place));
    // All at once: each waits for the others by itself.
    const served = startApiServer();
    programs.start('kube-controller-manager', controllersArgs(place));
    programs.start('node', nodeArgs(place, nodes));
    await served;
    await until(isReady('/api/v1/namespaces/default/serviceaccounts/default'), 'pods have an account', 60_000);
    await until(() => programs.log('node').includes('ready'), 'pods have a node', 60_000);

    let tokens = 0;
    const pathOf = ({ namespace = 'default', pod, container = 'main' }: ContainerPlace) =>
      join(folder, 'pods', namespace, pod, container);
    const startKubectl: Cluster['startKubectl'] = (args, { env, cwd = folder } = {}) => {
      const child = spawn(clusterProgram('kubectl'), args, {
        cwd,
        // Its cache of what the server can do is in HOME.
        env: { PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8', KUBECONFIG: kubeconfig, ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      janitor.watch(child);
      // One that ends before it has read everything is no error of ours.
      child.stdin.on('error', () => {});
      return watch(child);
    };
    return {
      url: `https://127.0.0.1:${place.port}`,
      folder,
      ca: join(folder, 'pki', 'ca.crt'),
      kubeconfig,
      kubectlFile: clusterProgram('kubectl'),
      startKubectl,
      kubectl(args, options = {}) {
        const { child, done } = startKubectl(args, options);
        child.stdin?.end(options.input ?? '');
        return done;
      },
      ask,
      kubeconfigFor: (token) => writeKubeconfig(place, join(folder, `token-${++tokens}.kubeconfig`), { token }),
      podFolder: pathOf,
      appendLog: (where, text) => appendFileSync(`${pathOf(where)}.log`, asLog(text)),
      stopApiServer: () => programs.stop('kube-apiserver'),
      startApiServer,
      log: programs.log,
      pids: programs.pids,
      [Symbol.asyncDispose]: () => janitor.clean(),
    };
  } catch (thrown) {
    await janitor.clean();
    throw thrown;
  }
}

function startPrograms(folder: string, onStart: (child: ChildProcess) => void) {
  const running = new Map<ClusterProgram, ChildProcess>();
  const logFile = (name: ClusterProgram) => join(folder, `${name}.log`);
  const log = (name: ClusterProgram) => readFileSync(logFile(name), 'utf8');
  const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;
  return {
    log,
    start(name: ClusterProgram, args: readonly string[]): void {
      const output = openSync(logFile(name), 'a', 0o600);
      const child = spawn(clusterProgram(name), args, { cwd: folder, stdio: ['ignore', output, output] });
      closeSync(output);
      running.set(name, child);
      onStart(child);
    },
    async stop(name: ClusterProgram): Promise<void> {
      const child = running.get(name);
      running.delete(name);
      if (child === undefined || hasEnded(child)) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
    expectAllRun(): void {
      for (const [name, child] of running) {
        if (hasEnded(child)) throw new Error(`${name} ended:\n${log(name).slice(-4000)}`);
      }
    },
    pids: () => Object.fromEntries([...running].map(([name, { pid = 0 }]) => [name, pid])),
  };
}

/** As container runtimes write it: `TIME stdout F TEXT`. */
function asLog(text: string): string {
  const time = new Date().toISOString().replace('Z', '000000Z');
  const lines = text.endsWith('\n') ? text.slice(0, -1) : text;
  return lines.replace(/^/gm, `${time} stdout F `).concat('\n');
}
