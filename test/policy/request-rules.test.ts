// Rules for requests as people write them: through the config, with their tests, packs and lint.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseConfig } from '../../src/lib/config/load.ts';
import { formatProblem } from '../../src/lib/config/problem.ts';
import { BrokerError } from '../../src/lib/core/errors.ts';
import type { Pack, PolicyDocument, Rule } from '../../src/lib/core/policy-document.ts';
import { readRequest } from '../../src/lib/kubernetes/request/read-request.ts';
import { compilePolicy, judgeCommand, judgeRequest } from '../../src/lib/policy/index.ts';
import { lintPolicy } from '../../src/lib/policy/review/lint.ts';
import { verdictAlone } from '../../src/lib/policy/review/rule-tests.ts';
import { runPolicyTests } from '../../src/lib/policy/review/run-tests.ts';
import { rule } from './judged-request.ts';

const test = suite('requests: rules');

function parse(text: string) {
  return parseConfig(text, { file: 'f' });
}

function load(policy: string): PolicyDocument {
  const parsed = parse(`policy:\n${policy}`);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.config.policy;
}

const problems = (text: string): readonly string[] => {
  const parsed = parse(text);
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
};

const inRule = (fields: string) => `policy: { rules: [ { id: r, verdict: deny, ${fields} } ] }`;

test('a rule for requests says what RBAC says, and what pods are like', () => {
  const { rules } = load(`  lists: { ours: [shop, shop-*] }
  rules:
    - { id: a, on: { kind: kubectl }, match: { verb: [get, list], resource: pods, namespace: $ours, name: web-* }, verdict: allow }
    - { id: b, match: { verb: create, resource: "*", pod: [privileged, host-path], image: evil/*, serviceAccount: [a, b] }, verdict: deny }
    - { id: c, match: { verb: create, resource: pods, pod: [], not: { namespace: kube-system } }, verdict: allow }
`);
  assert.equal(
    rules.map(({ match }) => match),
    [
      { verb: ['get', 'list'], resource: ['pods'], namespace: ['$ours'], name: ['web-*'] },
      {
        verb: ['create'],
        resource: ['*'],
        pod: ['privileged', 'host-path'],
        image: ['evil/*'],
        serviceAccount: ['a', 'b'],
      },
      { verb: ['create'], resource: ['pods'], pod: [], not: [{ namespace: ['kube-system'] }] },
    ],
  );
});

test('a list counts in a rule for requests', () => {
  const policy = compilePolicy(
    load(
      '  lists: { ours: [shop] }\n  rules: [ { id: a, match: { verb: delete, namespace: $ours }, verdict: allow } ]\n',
    ),
    { approvalTtlMs: 1 },
  );
  const verdict = (namespace: string) => {
    const request = readRequest('DELETE', `/api/v1/namespaces/${namespace}/pods/a`);
    return judgeRequest(
      policy,
      { request, object: undefined, isDryRun: false },
      { target: 't', kind: 'kubectl', principal: 'p' },
    ).verdict;
  };
  assert.equal([verdict('shop'), verdict('prod')], ['allow', 'ask']);
});

for (const [what, text, expected] of [
  [
    'fields of both kinds',
    inRule('match: { command: ls, verb: get }'),
    '1:66: policy.rules[0].match.verb: expected a rule for commands, or one for requests (verb, resource, namespace, name, pod, image, serviceAccount), got verb beside command',
  ],
  [
    'fields of both kinds, one of them in an exception',
    inRule('match: { command: ls, not: [ { flags: -a }, { namespace: x } ] }'),
    '1:90: policy.rules[0].match.not[1].namespace: expected a rule for commands, or one for requests (verb, resource, namespace, name, pod, image, serviceAccount), got namespace beside command',
  ],
  [
    'a terminal with a verb',
    inRule('match: { terminal: free, resource: pods }'),
    '1:69: policy.rules[0].match.resource: expected a rule for commands, or one for requests (verb, resource, namespace, name, pod, image, serviceAccount), got resource beside terminal',
  ],
  [
    'requests where there are none',
    inRule('on: { kind: [shell, ssh] }, match: { verb: get }'),
    '1:56: policy.rules[0].on.kind: expected kubectl among them: only there are requests, and the rule has verb, got a list',
  ],
  [
    'a word that no pod is described with',
    inRule('match: { pod: [root] }'),
    `1:59: policy.rules[0].match.pod[0]: expected privileged, host-network, host-pid, host-ipc, host-path, host-port, host-process, capabilities, unmasked-proc, unconfined, node-name, secrets or service-account-token, got "root"`,
  ],
  [
    'an empty list of verbs',
    inRule('match: { verb: [] }'),
    '1:59: policy.rules[0].match.verb: expected at least one, got an empty list',
  ],
  [
    'a mapping as a resource',
    inRule('match: { resource: { pods: true } }'),
    '1:63: policy.rules[0].match.resource: expected a glob, on one line, at most 1000 characters, got a mapping',
  ],
  [
    'a number as a namespace',
    inRule('match: { namespace: 5 }'),
    '1:64: policy.rules[0].match.namespace: expected a glob, on one line, at most 1000 characters, got 5',
  ],
  [
    'a list that there is not',
    inRule('match: { image: $ours }'),
    '1:60: policy.rules[0].match.image: expected a list of policy.lists, got "$ours"',
  ],
  [
    'an exception of nothing',
    inRule('match: { verb: get, not: {} }'),
    '1:69: policy.rules[0].match.not: expected at least one field: without one, the rule would never apply, got an empty mapping',
  ],
  [
    'a field that there is not',
    inRule('match: { verbs: get }'),
    '1:53: policy.rules[0].match.verbs: expected a known key such as "verb", got "verbs"',
  ],
] as const) {
  test(`${what} is refused with its place and what was expected`, () => {
    const found = problems(text);
    assert.ok(
      found.some((each) => each.startsWith(`f:${expected}`)),
      found.join('\n'),
    );
  });
}

test('a hostile mapping of a rule never throws', () => {
  for (const value of ['null', '[]', '{}', '1', '"x"', '[[]]', '[null]', '{ __proto__: 1 }']) {
    for (const field of ['verb', 'resource', 'namespace', 'name', 'pod', 'image', 'serviceAccount', 'not']) {
      assert.type(problems(inRule(`match: { ${field}: ${value} }`)).length, 'number');
    }
    assert.type(problems(inRule(`on: ${value}, match: { verb: get }`)).length, 'number');
    assert.type(problems(inRule(`on: { kind: ${value} }, match: { verb: get }`)).length, 'number');
  }
});

test('rules for requests say nothing of commands', () => {
  const rules = [rule('deny', { verb: ['*'], name: ['*'] }), rule('allow', { resource: ['*'] }, { id: 'b' })];
  const policy = compilePolicy({ packs: [], rules, default: 'ask', opaque: 'deny' }, { approvalTtlMs: 1 });
  for (const kind of ['shell', 'ssh', 'kubectl']) {
    const { decision } = judgeCommand(
      policy,
      { kind: 'text', text: 'get pods' },
      { target: 't', kind, principal: 'p' },
    );
    assert.equal([decision.verdict, decision.rule], ['ask', 'default']);
  }
});

/** What a rule alone says of an input, where it is not what was expected. */
const tested = (input: string, verdict: Rule['verdict'], match: Rule['match'], of: Rule['verdict'] = 'deny') => {
  const got = verdictAlone(rule(of, match), input);
  return got === verdict ? [] : [got];
};

for (const [input, verdict, match, of] of [
  ['delete pods/web -n default', 'deny', { verb: ['delete'], resource: ['pods'] }],
  ['delete pods/web -n default', 'ask', { verb: ['delete'], resource: ['pods'], namespace: ['shop'] }],
  ['deletecollection pods -n shop', 'deny', { verb: ['delete'], resource: ['pods'] }],
  ['list secrets -A', 'deny', { verb: ['get'], resource: ['secrets'], namespace: ['shop'] }],
  ['list secrets', 'deny', { resource: ['secrets'], namespace: ['shop'] }],
  ['get pods/log/web -n shop', 'allow', { verb: ['get'], resource: ['pods/log'] }, 'allow'],
  ['get pods/web', 'ask', { verb: ['get'], resource: ['pods/log'] }, 'allow'],
  [
    'patch deployments.apps/scale/web -n shop',
    'allow',
    { resource: ['deployments.apps/scale'], name: ['web'] },
    'allow',
  ],
  ['create pods/exec/web -n shop', 'deny', { resource: ['pods/exec'] }],
  [
    'exec pods/web -n shop -i -- sh -c "ls; rm x"',
    'deny',
    { verb: ['create'], resource: ['pods/exec'], name: ['web'] },
  ],
  ['create pods -n shop --pod=privileged,host-path', 'deny', { pod: ['host-path'] }],
  ['create pods -n shop', 'ask', { pod: ['host-path'] }],
  ['create pods -n shop --image=evil/x', 'deny', { image: ['evil/*'] }],
  ['update deployments.apps/web -n shop --service-account=admin', 'deny', { serviceAccount: ['admin'] }],
  ['create jobs.batch -n shop --image=a --pod=secrets', 'allow', { pod: ['secrets'], image: ['a'] }, 'allow'],
  ['create configmaps/a -n shop --dry-run', 'allow', { verb: ['create'], name: ['a'] }, 'allow'],
  ['create widgets.example.com -n shop --pod=host-pid', 'deny', { pod: ['host-pid'] }],
  // The guard of the nodes holds for an allow that does not speak of pods.
  ['create pods -n shop --pod=privileged', 'deny', { verb: ['create'] }, 'allow'],
] as const) {
  test(`the test "${input}" of ${JSON.stringify(match)} is ${verdict}`, () => {
    assert.equal(tested(input, verdict, match, of), []);
    assert.is(tested(input, verdict === 'ask' ? 'allow' : 'ask', match, of).length, 1);
  });
}

for (const [input, got] of [
  ['kubectl get pods', '"kubectl" is no verb of a request'],
  ['get pods', '"get" is of one object'],
  ['list pods/web', '"list" is of several objects'],
  ['deletecollection pods/web -n x', '"deletecollection" is of several objects'],
  ['get Pods/web', '"Pods" is no kind of object'],
  ['get', '"" is no kind of object'],
  ['get pods/a/b', '"pods/a/b" has too many parts'],
  ['get pods/log/a/b', '"pods/log/a/b" has too many parts'],
  ['get pods/', '"" is no name'],
  ['get pods/-x', '"-x" is no name'],
  ['get pods/../a', '"pods/../a" has too many parts'],
  ['get pods/web -n', 'after -n comes a namespace'],
  ['get pods/web -n A', 'after -n comes a namespace'],
  ['get pods/web -n a -n b', '"-n" is given twice'],
  ['list pods -n a -A', '"-A" is given twice'],
  ['get pods/web --namespace a', 'nobody knows "--namespace"'],
  ['get pods/web --dry-run=server', 'nobody knows "--dry-run=server"'],
  ['get pods/web --pod=privileged', 'no pods come of "get pods/web"'],
  ['create pods --pod=secrets --dry-run', 'no pods come of "create pods"'],
  ['create pods --pod=root', '"root" is nothing that a pod is like'],
  ['create pods --pod=', 'nobody knows "--pod="'],
  ['get pods/web -- ls', '"get pods/web" runs no program'],
  ['get pods/web -i', '"get pods/web" runs no program'],
  ['exec pods -- ls', '"pods" runs no program'],
  ['exec deployments.apps/web -- ls', '"deployments.apps/web" runs no program'],
  ["exec pods/web -- sh -c 'x", 'a quote does not end'],
  ['impersonate users/a', '"impersonate" is no verb of a request'],
] as const) {
  test(`a test that cannot be read says so: ${input}`, () => {
    assert.equal(tested(input, 'deny', { verb: ['*'] }), [`"${got}"`]);
  });
}

const pack = (more: Partial<Pack>): PolicyDocument => ({
  packs: [],
  rules: [],
  default: 'ask',
  opaque: 'deny',
  ownPacks: [
    {
      name: 'ours',
      description: 'for tests',
      rules: [
        rule(
          'deny',
          { verb: ['delete'], resource: ['pods'] },
          { tests: [{ input: 'delete pods/a -n b', verdict: 'deny' }] },
        ),
      ],
      attacks: ['delete pods/a -n b', 'deletecollection pods -n b', 'create pods/eviction/a -n b'],
      lookAlikes: ['delete configmaps/a -n b', 'list pods -A'],
      ...more,
    },
  ],
});

test('a pack of rules for requests proves itself with requests', () => {
  compilePolicy(pack({}), { approvalTtlMs: 1 });
  const own = rule('deny', { verb: ['delete'] }, { id: 'own', tests: [{ input: 'list pods', verdict: 'deny' }] });
  const [first, part] = runPolicyTests({ ...pack({}), rules: [own] });
  assert.equal([first?.name, first?.failures.map(({ got }) => got)], ['own', ['ask']]);
  assert.equal([part?.name, part?.passed, part?.failures], ['ours', 6, []]);
  for (const more of [
    { lookAlikes: ['delete pods/x -n y'] },
    { attacks: ['list pods -A'] },
    { lookAlikes: ['rm -rf x'] },
  ]) {
    assert.throws(
      () => compilePolicy(pack(more), { approvalTtlMs: 1 }),
      (error: unknown) => error instanceof BrokerError && error.code === 'failed-pack',
    );
  }
});

test('a pack that allows requests is tested where everything else is asked', () => {
  const allowing = pack({
    rules: [rule('allow', { verb: ['get', 'list'], resource: ['pods'] })],
    attacks: ['delete pods/a -n b', 'list secrets -A'],
    lookAlikes: ['list pods -A'],
  });
  compilePolicy(allowing, { approvalTtlMs: 1 });
});

test('a pack of both kinds of rules is refused', () => {
  const mixed = pack({ rules: [rule('deny', { verb: ['get'] }), rule('deny', { command: ['rm'] }, { id: 'b' })] });
  assert.throws(
    () => compilePolicy(mixed, { approvalTtlMs: 1 }),
    (error: unknown) => error instanceof BrokerError && error.code === 'bad-policy' && /two packs/.test(error.hint),
  );
});

const lint = (...rules: readonly string[]) =>
  lintPolicy(load(`  rules:\n${rules.map((each) => `    - { ${each} }\n`).join('')}`), ['prod']).map(
    ({ severity, kind, rule: id, line, message }) => `${line} ${severity} ${kind} ${id}: ${message}`,
  );

for (const [rules, expected] of [
  [
    ['id: a, match: { verb: exec, resource: pods }, verdict: deny'],
    ['3 error unreachable a: no request has the verb "exec"'],
  ],
  [
    ['id: a, match: { verb: [get, impersonate] }, verdict: deny'],
    ['3 error unreachable a: no request has the verb "impersonate"'],
  ],
  [['id: a, match: { verb: GET }, verdict: deny'], ['3 error unreachable a: no request has the verb "GET"']],
  [
    ['id: a, match: { verb: "get*", resource: deployment }, verdict: deny'],
    ['3 error unreachable a: no request is for "deployment"'],
  ],
  [['id: a, match: { resource: po/exec }, verdict: deny'], ['3 error unreachable a: no request is for "po/exec"']],
  [['id: a, match: { resource: Pods }, verdict: deny'], ['3 error unreachable a: no request is for "Pods"']],
  [
    ['id: a, match: { verb: create, resource: serviceaccounts/token }, verdict: allow'],
    ['3 error unreachable a: "serviceaccounts/token" is refused, whatever a rule says'],
  ],
  [
    ['id: a, match: { verb: [get, delete], pod: privileged }, verdict: deny'],
    ['3 error unreachable a: only what is created or changed has pods to look at'],
  ],
  [
    ['id: a, match: { verb: create, resource: pods/exec }, verdict: allow'],
    ['3 warning unreachable a: an allow of pods/exec covers nothing: what is run is judged by the rules for commands'],
  ],
  [
    ['id: a, match: { verb: create, pod: [] }, verdict: deny'],
    ['3 warning over-broad a: an empty pod means pods that are like nothing special: the harmless ones'],
  ],
  [
    ['id: a, match: { verb: "*" }, verdict: allow'],
    ['3 warning over-broad a: it allows changes of every kind, roles and nodes among them'],
  ],
  [
    ['id: a, match: { verb: [get, patch], resource: "*", namespace: shop }, verdict: allow'],
    ['3 warning over-broad a: it allows changes of every kind, roles and nodes among them'],
  ],
  [
    ['id: a, match: { verb: create, resource: rolebindings }, verdict: allow'],
    ['3 warning over-broad a: whoever changes "rolebindings" can do anything in the cluster'],
  ],
  [
    ['id: a, on: { task: x }, match: { verb: get }, verdict: allow'],
    ['3 warning over-broad a: whoever names the task is allowed: nothing proves it'],
  ],
  [
    [
      'id: a, match: { verb: get, resource: pods }, verdict: deny',
      'id: b, match: { verb: get, resource: pods, namespace: shop }, verdict: allow',
    ],
    ['4 error shadowed b: "a" (deny) matches everything this rule does, and deny wins'],
  ],
  [
    [
      'id: a, match: { verb: delete, resource: pods }, verdict: deny, tests: [ { input: "delete pods/x -n y", verdict: allow } ]',
    ],
    ['3 error failed-test a: of "delete pods/x -n y" it says deny, the test allow'],
  ],
] as const) {
  test(`lint of ${rules.join('; ')}`, () => assert.equal(lint(...rules), expected));
}

for (const rules of [
  ['id: a, match: { verb: [get, list, watch], resource: [pods, deployments.apps] }, verdict: allow'],
  ['id: a, match: { verb: "*", resource: "*" }, verdict: ask'],
  ['id: a, match: { verb: create, resource: pods, pod: [], image: registry.example.com/* }, verdict: allow'],
  ['id: a, match: { pod: privileged }, verdict: deny'],
  ['id: a, match: { verb: get, resource: pods }, verdict: deny', 'id: b, match: { command: ls }, verdict: allow'],
  [
    'id: a, match: { verb: delete, resource: pods }, verdict: deny, tests: [ { input: "delete pods/x -n y", verdict: deny } ]',
  ],
]) {
  test(`lint has nothing to say of ${rules.join('; ')}`, () => assert.equal(lint(...rules), []));
}

test.run();
