// timeout: 200
// A client library with the kubeconfig of an endpoint: client-go, on which helm, k9s and controllers stand. It asks for protobuf, keeps
// one connection, watches and runs a program, and the broker judges, masks and records that as what kubectl asks.
import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../helpers/cli.ts';
import { needsCluster } from '../helpers/cluster.ts';
import { clusterProgram } from '../helpers/cluster-programs.ts';
import { keptEndpoint } from '../helpers/kept-endpoint.ts';
import { kubectlStage } from '../helpers/kubectl-stage.ts';

const POLICY = `
  packs: all
  rules:
    - { id: own, on: { kind: kubectl }, match: { verb: [create], resource: [configmaps], namespace: [default] }, verdict: allow }
    - { id: secret, on: { kind: kubectl }, match: { verb: [get], resource: [secrets], name: [kept] }, verdict: allow }
    - { id: echo, on: { kind: kubectl }, match: { command: echo }, verdict: allow }
  default: ask
`;

const test = suite('kubectl-clients');

needsCluster(test)(
  'client-go lists, reads, watches, creates and runs a program, and is refused as kubectl is',
  async () => {
    await using stage = await kubectlStage({ policy: POLICY });
    const { world, admin } = stage;
    const password = crypto.randomUUID();
    await admin(['run', 'web', '--image=none']);
    await admin(['create', 'secret', 'generic', 'kept', `--from-literal=password=${password}`]);
    await admin(['wait', '--for=condition=Ready', 'pod/web', '--timeout=30s']);
    const { id: session, kubeconfig, cli } = await keptEndpoint(stage);

    const { status, stdout, stderr } = spawnSync(clusterProgram('client'), ['default', 'web', 'kept'], {
      env: { ...world.env, KUBECONFIG: kubeconfig },
      encoding: 'utf8',
    });
    assert.is(status, 0, stderr);
    const { secret, denied, ...done } = JSON.parse(stdout);
    assert.equal(done, { pods: ['web'], watched: 'made', output: 'from the pod\n' });
    assert.match(secret.password, /^\[kubernetes-secret:\w+\]\**$/);
    assert.is(secret.password.length, password.length);
    assert.match(denied, /denied by rule "kubernetes\/pillars"/);
    assert.not.ok(`${stdout}${stderr}`.includes(password));

    cli.child.kill('SIGINT');
    await cli.done;
    const shown = await world.run(['recordings', 'show', session]);
    for (const line of [
      /list +pods +default +allow/,
      /get +secrets +default\/kept +allow/,
      /watch +configmaps +default +allow/,
      /create +configmaps +default(\/made)? +allow/,
      /(get|create) +pods\/exec +default\/web +allow/,
      /delete +namespaces +\S*default +deny/,
    ]) {
      assert.match(shown.stdout, line);
    }
    await until(
      async () => (await world.run(['audit', 'tail'])).stdout.includes('credential.dead'),
      'its token died',
      20_000,
    );
  },
);

test.run();
