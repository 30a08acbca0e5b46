// What whoever sent a request is told, how a request is checked without being sent, and the client that may always run.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import type { Rule } from '../../src/lib/core/policy-document.ts';
import { readRequest } from '../../src/lib/kubernetes/request/read-request.ts';
import { checkRequest, compilePolicy, judgeRequest, needsResult, printClient } from '../../src/lib/policy/index.ts';
import { judge, rule, said } from './judged-request.ts';

const test = suite('requests: guidance');

const CONTEXT = { target: 'prod', kind: 'kubectl', principal: 'unix:agent' };
const NS = '/api/v1/namespaces/shop';

test('what is asked about waits by itself: there is nothing to type', () => {
  const decision = judge(`DELETE ${NS}/pods/web`);
  assert.equal(decision.guidance, {
    code: 'approval-needed',
    rule: 'default',
    retry: 'after-approval',
    instead: '',
    exception: 'nothing to do: the request waits for a person by itself',
  });
  assert.equal(decision.approval, { approvers: [], quorum: 1, ttlMs: 60_000 });
});

for (const [line, rules, more, expected] of [
  [
    `DELETE ${NS}/pods/web`,
    [],
    { default: 'deny' },
    {
      code: 'denied-by-default',
      rule: 'default',
      retry: 'never',
      instead: 'ask for something that a rule allows',
      exception:
        'propose to the owner of the policy: { id: ask-delete-pods, match: { verb: delete, resource: "pods" }, verdict: ask }',
    },
  ],
  [
    'PATCH /apis/apps/v1/namespaces/shop/deployments/a/scale',
    [],
    { default: 'deny' },
    {
      code: 'denied-by-default',
      rule: 'default',
      retry: 'never',
      instead: 'ask for something that a rule allows',
      exception:
        'propose to the owner of the policy: { id: ask-patch-deployments.apps-scale, match: { verb: patch, resource: "deployments.apps/scale" }, verdict: ask }',
    },
  ],
  [
    'DELETE /api/v1/namespaces/shop',
    [],
    {},
    {
      code: 'denied-by-rule',
      rule: 'kubernetes/pillars',
      retry: 'never',
      instead: 'describe the change, and let the owner of the cluster make it',
      exception:
        'propose to the owner of the policy: { id: ask-delete-namespaces, match: { verb: delete, resource: "namespaces" }, verdict: ask }',
    },
  ],
  [
    `POST ${NS}/serviceaccounts/a/token`,
    [],
    {},
    {
      code: 'denied-by-rule',
      rule: 'kubernetes/tokens',
      retry: 'never',
      instead: 'use this session: it has a credential of its own',
      exception: 'none: no rule can allow it',
    },
  ],
  [
    `DELETE ${NS}/pods/web`,
    [rule('deny', { verb: ['delete'] }, { id: 'no', suggest: 'scale it down' })],
    {},
    {
      code: 'denied-by-rule',
      rule: 'no',
      retry: 'never',
      instead: 'scale it down',
      exception: 'none: ask the owner of the policy about rule "no"',
    },
  ],
  [
    `GET ${NS}/pods/web/exec?command=make`,
    [],
    { default: 'deny' },
    {
      code: 'denied-by-default',
      rule: 'default',
      retry: 'never',
      instead: 'use a command that a rule allows; see: sallyport policy check',
      exception: 'propose to the owner of the policy: { id: ask-make, match: { command: "make" }, verdict: ask }',
    },
  ],
  [
    `GET ${NS}/pods/web/exec?command=sh&stdin=true`,
    [],
    {},
    {
      code: 'no-free-terminal',
      rule: 'default',
      retry: 'after-change',
      instead: 'run one command at a time: kubectl exec POD -- COMMAND',
      exception: 'propose to the owner of the policy: a rule with match: { terminal: free }, verdict: ask',
    },
  ],
  [
    `GET ${NS}/pods/web/exec?command=sh&command=-c&command=%24X`,
    [],
    {},
    {
      code: 'opaque',
      rule: 'opaque',
      retry: 'after-change',
      instead: 'write it plainly: commands and paths spelled out, one step at a time',
      exception: 'none: nobody can approve it as it is written',
    },
  ],
] as const) {
  test(`${line}, denied, says what to do: ${expected.code}`, () => {
    assert.equal(judge(line, rules, {}, more).guidance, expected);
  });
}

test('nobody makes an exception of a denied request, whoever may of commands', () => {
  const exceptions = { approvers: ['ada'], quorum: 1 };
  const decision = judge(`DELETE ${NS}/pods/web`, [rule('deny', { verb: ['delete'] })], {}, { exceptions });
  assert.is(decision.exception, undefined);
  assert.is(decision.guidance?.retry, 'never');
});

test('what is proposed is a rule that does what it says', () => {
  for (const [line, match] of [
    [`DELETE ${NS}/pods/web`, { verb: ['delete'], resource: ['pods'] }],
    ['DELETE /api/v1/namespaces/shop', { verb: ['delete'], resource: ['namespaces'] }],
    [
      'PATCH /apis/apps/v1/namespaces/shop/deployments/a/scale',
      { verb: ['patch'], resource: ['deployments.apps/scale'] },
    ],
  ] as const) {
    assert.is(said(line, [rule('ask', match)], {}, { default: 'deny' }), 'ask ask');
  }
});

test('discovery passes, and only that', () => {
  const deny: Rule = rule('deny', { verb: ['*'], resource: ['*'] });
  for (const path of ['/api', '/apis', '/api/v1', '/apis/apps/v1', '/version', '/openapi/v3/apis/apps/v1', '/readyz']) {
    assert.is(said(`GET ${path}`, [deny]), 'allow kubernetes/discovery', path);
  }
});

test('the result is needed of what brings about pods, and of what ends many objects', () => {
  const needs = (line: string, object?: unknown, isDryRun = false) => {
    const [method = '', target = ''] = line.split(' ');
    return needsResult({ request: readRequest(method, target), object, isDryRun });
  };
  const template = { spec: { template: { spec: { containers: [{ image: 'a' }] } } } };
  assert.is(needs(`POST ${NS}/pods`, { spec: { containers: [] } }), true);
  assert.is(needs('PATCH /apis/apps/v1/namespaces/shop/deployments/a', { spec: { template: {} } }), true);
  assert.is(needs('PATCH /apis/apps/v1/namespaces/shop/deployments/a', { spec: { replicas: 1 } }), false);
  assert.is(needs('POST /apis/example.com/v1/namespaces/shop/things', template), true);
  assert.is(needs('POST /apis/example.com/v1/namespaces/shop/things', { spec: {} }), false);
  assert.is(needs(`PATCH ${NS}/pods/web/ephemeralcontainers`), true);
  assert.is(needs(`DELETE ${NS}/pods`), true);
  assert.is(needs(`DELETE ${NS}/pods/web`), false);
  assert.is(needs(`POST ${NS}/configmaps`, {}), false);
  assert.is(needs(`POST ${NS}/pods`, { spec: { containers: [] } }, true), false);
  assert.is(needs(`POST ${NS}/pods/web/exec?command=ls`), false);
  assert.is(needs('GET /version'), false);
});

const policy = (rules: readonly Rule[] = []) =>
  compilePolicy({ packs: [], rules, default: 'ask', opaque: 'deny' }, { approvalTtlMs: 60_000 });

for (const [words, printed, verdict] of [
  [['delete', 'pods/web', '-n', 'shop'], 'delete pods/web -n shop', 'ask default'],
  [['list', 'pods', '-A'], 'list pods', 'allow kubernetes/look'],
  [['delete', 'namespaces/shop'], 'delete namespaces/shop', 'deny kubernetes/pillars'],
  [['create', 'serviceaccounts/token/a', '-n', 'x'], 'create serviceaccounts/token/a -n x', 'deny kubernetes/tokens'],
  [
    ['create', 'pods', '-n', 'shop', '--pod=privileged'],
    'create pods -n shop --pod=privileged',
    'deny kubernetes/host-access',
  ],
  [['exec', 'pods/web', '-n', 'shop', '--', 'ls', '-l'], 'exec pods/web -n shop -- ls -l', 'allow ls'],
  [['exec', 'pods/web', '-n', 'shop', '-t', '-i', '--', 'bash'], 'exec pods/web -n shop -i -t -- bash', 'deny default'],
  [
    ['exec', 'pods/web', '-n', 'shop', '--', 'sh', '-c', 'ls; rm x'],
    "exec pods/web -n shop -- sh -c 'ls; rm x'",
    'deny rm',
  ],
  [
    ['patch', 'deployments.apps/scale/web', '-n', 'shop', '--dry-run'],
    'patch deployments.apps/scale/web -n shop --dry-run',
    'allow kubernetes/dry-run',
  ],
] as const) {
  test(`checked without being sent: ${words.join(' ')}`, () => {
    const rules = [rule('allow', { command: ['ls'] }, { id: 'ls' }), rule('deny', { command: ['rm'] }, { id: 'rm' })];
    for (const input of [
      { kind: 'argv', argv: words },
      { kind: 'text', text: printed },
    ] as const) {
      const checked = checkRequest(policy(rules), input, CONTEXT);
      assert.is(checked.printed, printed);
      assert.is(`${checked.decision.verdict} ${checked.decision.rule}`, verdict);
      JSON.stringify(checked.facts());
    }
  });
}

test('a check shows what was read', () => {
  const { facts } = checkRequest(
    policy(),
    { kind: 'text', text: 'create pods/web -n shop --image=a,b --pod=secrets' },
    CONTEXT,
  );
  assert.equal(facts(), {
    verb: 'create',
    resource: 'pods',
    namespace: 'shop',
    name: 'web',
    pod: ['secrets'],
    images: ['a', 'b'],
    serviceAccounts: ['default'],
  });
});

test('a check says what it says of the request itself', () => {
  for (const [line, text] of [
    [`DELETE ${NS}/pods/web`, 'delete pods/web -n shop'],
    ['GET /api/v1/secrets', 'list secrets -A'],
    [`GET ${NS}/pods/web/exec?command=ls`, 'exec pods/web -n shop -- ls'],
    [`POST ${NS}/pods/web/eviction`, 'create pods/eviction/web -n shop'],
  ] as const) {
    const [method = '', target = ''] = line.split(' ');
    const sent = judgeRequest(
      policy(),
      { request: readRequest(method, target), object: undefined, isDryRun: false },
      CONTEXT,
    );
    assert.equal(checkRequest(policy(), { kind: 'text', text }, CONTEXT).decision, sent);
  }
});

for (const text of ['', 'kubectl get pods', 'get', "exec pods/web -- sh -c 'x", 'delete pods/web -n', '\\']) {
  test(`a check that cannot be read is refused: "${text}"`, () => {
    assert.throws(
      () => checkRequest(policy(), { kind: 'text', text }, CONTEXT),
      (error: unknown) => error instanceof BrokerError && error.code === 'bad-request-input' && error.exit === 64,
    );
  });
}

test('the client is printed as it was read', () => {
  assert.is(
    printClient({ kind: 'argv', argv: ['kubectl', 'get', 'pods', '-l', 'a in (b,c)'] }),
    "kubectl get pods -l 'a in (b,c)'",
  );
  assert.is(printClient({ kind: 'argv', argv: ['kubectl', 'get', '$(id)', ';', 'x'] }), "kubectl get '$(id)' ';' x");
});

for (const [what, input, code] of [
  ['nothing', { kind: 'argv', argv: [] }, 'empty-command'],
  ['a control character', { kind: 'text', text: 'kubectl get \u0007' }, 'control-characters'],
  ['a quote that does not end', { kind: 'text', text: "kubectl get 'x" }, 'syntax-error'],
  ['too much', { kind: 'argv', argv: ['kubectl', 'x'.repeat(40_000)] }, 'command-too-long'],
  [
    'what bash and its reader could take for two things',
    { kind: 'text', text: 'kubectl get a\\\nb' },
    'unreadable-command',
  ],
] as const) {
  test(`a client with ${what} is refused: ${code}`, () => {
    assert.throws(
      () => printClient(input),
      (error: unknown) => error instanceof BrokerError && error.code === code && error.exit === 64,
    );
  });
}

test.run();
