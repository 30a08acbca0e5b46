// timeout: 300
// Where everything is allowed, kubectl through the broker says and does what it does without: each command is run both ways, in a
// namespace of its own, and compared. What differs is a table, with the reason.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { needsCluster } from '../helpers/cluster.ts';
import { type PairWorld, sharedPair } from '../helpers/kubectl-pair.ts';
import type { Row } from '../helpers/kubectl-rows.ts';

const test = suite('kubectl-behaviour');
const withCluster = needsCluster(test);

const POLICY = `
  packs: []
  rules:
    - { id: all, match: { verb: "*", resource: "*" }, verdict: allow }
    - { id: programs, match: { command: "*" }, verdict: allow }
    - { id: terminal, match: { terminal: free }, verdict: allow }
  default: allow
`;
const TARGET = 'quota: { deletes: 1000, writes: 1000 }';

const shared = sharedPair(test, 'same', { policy: POLICY, target: TARGET });

/** Runs the rows in their order; each must be the same both ways. */
async function same({ pair }: PairWorld, rows: readonly (readonly [args: string, more?: Omit<Row, 'args'>])[]) {
  const said = await pair.run(rows.map(([args, more]) => ({ args, ...more })));
  const different = said.flatMap(({ args, plain, brokered }) =>
    JSON.stringify(plain) === JSON.stringify(brokered)
      ? []
      : [`kubectl ${args}\n  plain    ${JSON.stringify(plain)}\n  brokered ${JSON.stringify(brokered)}`],
  );
  assert.equal(different, [], different.join('\n'));
}

function deployment(replicas: number, more = ''): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: SPACE }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: main, image: none${more} }] }
`;
}

const CHANGED = { input: deployment(3) };
const SETTLED = 'wait --for=jsonpath={.status.terminatingReplicas}=0 deployment/web --timeout=20s';

withCluster('objects are applied, read, changed, rolled out and deleted as without the broker', async () => {
  const world = await shared();
  await same(world, [
    ['apply -f -', { input: deployment(2) }],
    ['rollout status deployment/web'],
    ['apply -f -', { input: deployment(2) }],
    ['diff -f -', CHANGED],
    ['diff -f -', { input: deployment(2) }],
    ['apply -f -', CHANGED],
    ['rollout status deployment/web'],
    ['apply --server-side -f -', { input: deployment(2) }],
    ['apply --server-side --force-conflicts -f -', { input: deployment(2, ', env: [{ name: A, value: b }]') }],
    // What is compared is read twice, and must not change meanwhile.
    ['rollout status deployment/web'],
    [SETTLED],
    ['diff --server-side --force-conflicts -f -', CHANGED],
    ['patch deployment web -p {"spec":{"template":{"metadata":{"labels":{"a":"b"}}}}}'],
    ['patch deployment web --type=merge -p {"metadata":{"labels":{"c":"d"}}}'],
    ['patch deployment web --type=json -p [{"op":"replace","path":"/spec/replicas","value":1}]'],
    ['patch deployment web --type=json -p [{"op":"test","path":"/spec/replicas","value":7}]'],
    ['scale deployment/web --replicas=2'],
    ['rollout status deployment/web'],
    ['rollout restart deployment/web'],
    ['rollout status deployment/web'],
    ['rollout history deployment/web'],
    ['rollout undo deployment/web'],
    ['rollout status deployment/web'],
    ['rollout pause deployment/web'],
    ['rollout resume deployment/web'],
    ['set image deployment/web main=other'],
    ['set env deployment/web COLOUR=red'],
    ['rollout status deployment/web'],
    ['label deployment web tier=front'],
    ['label deployment web tier=back'],
    ['annotate deployment web note=kept'],
    ['expose deployment web --port=80'],
    ['wait --for=condition=Available deployment/web --timeout=20s'],
    ['get deployment web -o jsonpath={.metadata.labels}{.spec.template.spec.containers}'],
    ['get deployment,service --show-labels'],
    ['delete service web'],
    ['delete deployment web --wait --cascade=foreground'],
    ['get pods'],
  ]);
});

withCluster('reads and questions are answered as without the broker, in every form', async () => {
  const world = await shared();
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one', namespace: 'SPACE', labels: { a: 'b' } } };
  const spec = { containers: [{ name: 'main', image: 'none', env: [{ name: 'COLOUR', value: 'red' }] }] };
  await same(world, [
    ['create -f -', { input: JSON.stringify({ ...pod, spec }) }],
    ['wait --for=condition=Ready pod/one --timeout=20s'],
    ['get pods'],
    ['get pods -o wide'],
    ['get pods one -o yaml'],
    ['get pods -o json'],
    ['get pods -o name -l a=b'],
    ['get pods --field-selector=status.phase=Pending'],
    ['get pods -o custom-columns=NAME:.metadata.name,ENV:.spec.containers[*].env[*].value'],
    ['get pods -o go-template={{range_.items}}{{.metadata.name}}{{end}}'],
    ['get pods --sort-by=.metadata.name --no-headers --chunk-size=1'],
    ['get pods -w --request-timeout=2s'],
    ['get --raw /api/v1/namespaces/SPACE/pods/one'],
    ['get --raw /readyz'],
    ['describe pod one'],
    ['explain pods.spec.containers --recursive'],
    ['explain deployment.spec --output=plaintext-openapiv2'],
    ['api-resources'],
    ['api-versions'],
    ['version'],
    ['auth can-i get pods'],
    ['auth can-i --list'],
    ['auth whoami -o jsonpath={.status.userInfo.username}{.status.userInfo.groups}'],
    ['top pods'],
    ['get nodes,namespaces kube-system'],
    // What goes wrong, too.
    ['get pod nobody'],
    ['get nothing'],
    ['get pods --no-such-flag'],
    ['apply -f -', { input: '{ "a": 1' }],
    ['apply -f -', { input: 'kind: Pod\napiVersion: v1\nmetadata: { name: x }\nspec: { containers: [] }\n' }],
    ['create -f -', { input: JSON.stringify({ ...pod, spec }) }],
    ['patch pod one -p {"spec":{"containers":[{"name":"main","command":["x"]}]}}'],
    ['-n elsewhere create configmap x'],
    ['rollout undo deployment/nobody'],
    ['delete pod one --grace-period=0 --force'],
  ]);
});

withCluster('what kubectl makes, it makes through the broker, with bodies that are protobuf', async () => {
  const world = await shared();
  await same(world, [
    ['create job job --image=none -- true'],
    ['wait --for=condition=Complete job/job --timeout=20s'],
    ['create cronjob tick --image=none --schedule=0_0_1_1_* -- true'],
    ['create job job-2 --from=cronjob/tick'],
    ['create role reader --verb=get --resource=pods'],
    ['create rolebinding readers --role=reader --serviceaccount=SPACE:default'],
    ['create configmap settings --from-literal=colour=red'],
    ['create secret generic keys --from-literal=a=b'],
    ['create deployment web --image=none --replicas=1'],
    ['create serviceaccount robot'],
    ['create quota small --hard=pods=50'],
    ['create ingress web --rule=example.org/=web:80'],
    ['create poddisruptionbudget web --selector=app=web --min-available=1'],
    ['create priorityclass SPACE --value=7'],
    ['create deployment other --image=none --dry-run=server -o name'],
    ['run single --image=none --labels=a=b --env=A=b'],
    ['run throw-away --image=none --restart=Never --dry-run=client -o yaml'],
    ['edit configmap settings', { env: { KUBE_EDITOR: 'sed -i s/red/blue/' } }],
    ['get configmap settings -o jsonpath={.data}'],
    ['edit configmap settings', { env: { KUBE_EDITOR: 'true' } }],
    ['replace -f -', { input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { a: "1" }\n' }],
    ['wait --for=condition=Ready pod/single --timeout=20s'],
    ['delete configmap,secret,role,rolebinding -l nothing=here'],
    ['delete pod single --wait --now'],
    ['delete job,cronjob --all'],
    ['delete priorityclass SPACE'],
  ]);
});

withCluster("programs of kubectl's own are run: a plugin talks to the endpoint as kubectl does", async () => {
  const world = await shared();
  const { stage } = world;
  const file = join(stage.world.folder, 'bin', 'kubectl-count');
  writeFileSync(file, '#!/bin/sh\nkubectl get nodes -o name | wc -l; echo "$@" >&2; exit 4\n');
  chmodSync(file, 0o755);
  const { stdout, stderr, exit } = await stage.kubectl(['count', 'a b', '--c']);
  assert.equal([stdout.trim(), stderr, exit], ['1', 'a b --c\n', 4]);
});

/** What is different with the broker, and why. */
const DIFFERENT: readonly {
  readonly args: string;
  readonly why: string;
  readonly plain: RegExp;
  readonly brokered: RegExp;
}[] = [
  {
    args: 'auth can-i get pods --as=nobody',
    why: 'a session speaks for nobody else',
    plain: /^no\n$/,
    brokered: /Forbidden.*impersonat/,
  },
  {
    args: 'get secret keys -o jsonpath={.data.a}',
    why: 'values of Secrets are masked',
    plain: /^Yg==$/,
    brokered: /^W2t1YmVybmV0ZXMtc2VjcmV0O[A-Za-z0-9+/]+=*$/,
  },
  {
    args: 'config view -o jsonpath={.clusters[*].name}',
    why: 'kubectl knows of an endpoint of the broker alone',
    plain: /^test$/,
    brokered: /^prod$/,
  },
  {
    args: 'create token robot',
    why: 'a token would outlive the session',
    plain: /^ey/,
    brokered: /^error: failed to create token: sallyport: denied by rule "kubernetes\/tokens"/,
  },
  {
    args: 'get --raw /api/v1/nodes/node-1/proxy/pods',
    why: 'what goes through a proxy is judged by nobody',
    plain: /./,
    brokered: /Forbidden.*sallyport \(proxied-path\)/,
  },
];

withCluster('what is different with the broker is so for a reason', async () => {
  const { pair } = await shared();
  const said = await pair.run(DIFFERENT.map(({ args }) => ({ args })));
  for (const [at, { args, why, plain, brokered }] of DIFFERENT.entries()) {
    const text = (side: 'plain' | 'brokered') => `${said[at]?.[side].stdout}${said[at]?.[side].stderr}`;
    assert.match(text('plain'), plain, `${args}: ${why}`);
    assert.match(text('brokered'), brokered, `${args}: ${why}`);
  }
});

test.run();
