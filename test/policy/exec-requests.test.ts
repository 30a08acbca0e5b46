// Programs that are run in a pod: judged as commands are anywhere, besides the rules for requests; who can type has a free terminal.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Rule } from '../../src/lib/core/policy-document.ts';
import { readRequest } from '../../src/lib/kubernetes/request/read-request.ts';
import { compilePolicy, judgeRequest } from '../../src/lib/policy/index.ts';
import { judge, rule, said } from './judged-request.ts';

const test = suite('requests: exec');

const POD = '/api/v1/namespaces/shop/pods/web';
const exec = (argv: readonly string[], more = '') =>
  `GET ${POD}/exec?${argv.map((word) => `command=${encodeURIComponent(word)}`).join('&')}${more}`;
const words = (text: string) => text.split(' ');

const LOOK = rule('allow', { command: ['ls', 'cat', 'sh', 'bash', 'python3', 'psql', 'env'] }, { id: 'look' });
const NO_RM = rule('deny', { command: ['rm'] }, { id: 'no-rm' });
const ON_EXEC = (verdict: Rule['verdict']) =>
  rule(verdict, { verb: ['create'], resource: ['pods/exec'] }, { id: `${verdict}-exec` });

for (const [text, rules, expected] of [
  ['ls /', [LOOK], 'allow look'],
  ['ls /', [LOOK, ON_EXEC('ask')], 'ask ask-exec'],
  ['ls /', [LOOK, ON_EXEC('deny')], 'deny deny-exec'],
  ['ls /', [LOOK, ON_EXEC('allow')], 'allow look'],
  ['rm x', [NO_RM], 'deny no-rm'],
  ['rm x', [NO_RM, ON_EXEC('allow')], 'deny no-rm'],
  ['rm x', [NO_RM, ON_EXEC('ask')], 'deny no-rm'],
  ['sudo nice rm x', [NO_RM], 'deny no-rm'],
  ['make', [], 'ask default'],
  // A rule about the request does not speak for what is run.
  ['make', [ON_EXEC('allow')], 'ask default'],
] as const) {
  test(`exec of "${text}" with ${rules.map(({ id }) => id).join(', ') || 'no rule'}: ${expected}`, () => {
    assert.is(said(exec(words(text)), rules), expected);
  });
}

test('what an inner shell is told is judged, word for word', () => {
  assert.is(said(exec(['sh', '-c', 'ls; rm -rf x']), [LOOK, NO_RM]), 'deny no-rm');
  assert.is(
    said(exec(['sh', '-c', 'echo rm'], '&stdin=true'), [rule('allow', { command: ['sh', 'echo'] }), NO_RM]),
    'allow allow',
  );
  // Arguments are no shell text: nothing in them runs.
  assert.is(said(exec(['ls', '$(rm x)', ';', 'rm', 'x']), [LOOK, NO_RM]), 'allow look');
});

test('a program that is not known beforehand is opaque', () => {
  assert.is(said(exec(['sh', '-c', '$X y']), [LOOK]), 'deny opaque');
  assert.is(said(exec(['sh', '-c', '$X y']), [LOOK], {}, { opaque: 'ask' }), 'ask opaque');
});

for (const argv of [[], [''], ['a\0b'], ['x'.repeat(40_000)], ['ls', '\ud800'], ['ls', '\ue002'], ['   ']]) {
  test(`words that are no command are denied and said to be: ${JSON.stringify(argv).slice(0, 30)}`, () => {
    const query = argv.map((word) => ['command', word] as const);
    const line = `POST ${POD}/exec`;
    const decision = judge(line, [LOOK], { changed: (request) => ({ ...request, query }) });
    assert.not(decision.verdict === 'allow');
    assert.is(decision.verdict, 'deny');
    assert.is(decision.opaque, true);
  });
}

const TERMINALS = [
  ...['sh', 'bash', 'sh -i', '/bin/sh', 'ash', 'zsh -f', 'fish', 'pwsh', 'rbash', 'bash -l', 'sh -s', 'sh -', 'sh -x'],
  ...[
    'env bash',
    'nice sh',
    'busybox sh',
    'busybox ash',
    'toybox sh',
    'timeout 5 sh',
    'stdbuf -o0 sh',
    'setsid sh',
    'sudo -i',
  ],
  ...[
    'env -i A=b nice -n 5 busybox sh',
    'chroot /host',
    'chroot /host sh',
    'nsenter -t 1 -m -- sh',
    'nsenter -t 1 -m',
    'unshare',
  ],
  ...[
    'sudo sh',
    'su',
    'su -',
    'gosu root bash',
    'su-exec root sh',
    'tini -- sh',
    's6-setuidgid app sh',
    'runuser -u x bash',
  ],
  ...[
    'python3',
    'python3 -i',
    'python3 -',
    'node',
    'perl',
    'ruby',
    'irb',
    'php',
    'lua',
    'R',
    'ghci',
    'psql',
    'mysql',
    'mongosh',
  ],
  ...[
    'script /dev/null',
    'tmux',
    'screen',
    'ssh host',
    'sh /dev/stdin',
    'at now',
    'expect',
    'rails console',
    'find . -exec sh ;',
  ],
];
for (const text of TERMINALS) {
  test(`"${text}" with an input is a free terminal`, () => {
    const typed = exec(words(text), '&stdin=true&tty=true');
    const all = rule('allow', { command: ['*'] }, { id: 'all' });
    const decision = judge(typed, [all, ON_EXEC('allow')]);
    assert.is(decision.verdict, 'deny');
    assert.is(decision.guidance?.code, 'no-free-terminal');
    assert.is(decision.guidance?.instead, 'run one command at a time: kubectl exec POD -- COMMAND');
    assert.is(decision.guidance?.retry, 'after-change');
    assert.is(judge(typed, [all, rule('ask', { terminal: 'free' }, { id: 'free' })]).verdict, 'ask');
    // Whatever the switch is called that is no "no".
    for (const on of ['', '1', 'TRUE', 'yes'])
      assert.is(judge(exec(words(text), `&stdin=${on}`), [all]).verdict, 'deny');
  });
}

test('what is piped into a shell is a terminal, too', () => {
  assert.is(judge(exec(['sh', '-c', 'cat | sh'], '&stdin=true'), [rule('allow', { command: ['*'] })]).verdict, 'deny');
});

test('a free terminal needs a rule in scope, and the rules about requests and commands count beside it', () => {
  const free = rule('allow', { terminal: 'free' }, { id: 'free', on: { target: ['prod'] } });
  const typed = exec(['bash'], '&stdin=true&tty=true');
  assert.is(said(typed, [free, LOOK]), 'ask default');
  assert.is(said(typed, [free, rule('allow', { command: ['bash'], does: ['code.typed'] })]), 'allow free');
  assert.is(judge(typed, [{ ...free, on: { target: ['other'] } }]).verdict, 'deny');
  assert.is(said(typed, [free, ON_EXEC('deny')]), 'deny deny-exec');
  assert.is(said(typed, [free, rule('deny', { command: ['bash'] }, { id: 'no-bash' })]), 'deny no-bash');
});

for (const text of ['sh', 'bash', 'python3', 'env bash', 'nice sh', 'busybox sh']) {
  test(`"${text}" without an input runs nothing`, () => {
    const decision = judge(exec(words(text)), [LOOK, rule('allow', { command: ['nice', 'busybox'] })]);
    assert.is(decision.verdict, 'allow', decision.reason);
    assert.is(judge(exec(words(text), '&stdin=false&tty=true'), [LOOK]).verdict, 'allow');
    assert.is(judge(exec(words(text), '&stdin=0'), [LOOK]).verdict, 'allow');
  });
}

test('whoever approves approves it for the rules of both kinds', () => {
  const one = rule('ask', { command: ['make'] }, { id: 'one', approvers: ['ada', 'ops'], quorum: 2 });
  const other = (approvers: readonly string[]) =>
    rule('ask', { verb: ['create'], resource: ['pods/exec'] }, { id: 'other', approvers, ttlMs: 20_000 });
  assert.equal(judge(exec(['make']), [one, other(['ops'])]).approval, { approvers: ['ops'], quorum: 2, ttlMs: 20_000 });
  const none = judge(exec(['make']), [one, other(['bob'])]);
  assert.equal([none.verdict, none.divided, none.guidance?.code], ['deny', true, 'divided']);
});

for (const [line, rules, expected] of [
  [`GET ${POD}/attach?stdin=true&tty=true`, [], 'deny default'],
  [`POST ${POD}/attach?stdin=true`, [rule('allow', { verb: ['create'], resource: ['pods/attach'] })], 'deny default'],
  [`POST ${POD}/attach?stdin=true`, [rule('ask', { terminal: 'free' }, { id: 'free' })], 'ask free'],
  [
    `POST ${POD}/attach?stdin=true`,
    [rule('allow', { terminal: 'free' }), rule('deny', { resource: ['pods/attach'] })],
    'deny deny',
  ],
  [`POST ${POD}/attach?stdout=true`, [], 'ask default'],
  [`POST ${POD}/attach?stdout=true`, [rule('allow', { resource: ['pods/attach'] })], 'allow allow'],
  [`GET ${POD}/portforward?ports=80`, [], 'ask default'],
  [`GET ${POD}/portforward?ports=80`, [rule('allow', { resource: ['pods/portforward'] })], 'allow allow'],
  [`GET ${POD}/portforward?ports=80`, [rule('deny', { verb: ['create'], resource: ['*'] })], 'deny deny'],
  // A command allowed by its rules says nothing of them.
  [`GET ${POD}/portforward?command=ls`, [LOOK], 'ask default'],
  [`GET ${POD}/attach?command=ls`, [LOOK], 'ask default'],
  // The pods that make the cluster run.
  ['GET /api/v1/namespaces/kube-system/pods/etcd/exec?command=ls', [LOOK], 'deny kubernetes/pillars'],
  ['GET /api/v1/namespaces/kube-system/pods/etcd/portforward', [], 'deny kubernetes/pillars'],
  ['GET /api/v1/namespaces/kube-system/pods/etcd/attach', [], 'deny kubernetes/pillars'],
  ['GET /api/v1/namespaces/kube-system/pods/dns/exec?command=ls', [LOOK, ON_EXEC('ask')], 'ask ask-exec'],
  // Nothing is a dry run of running something.
  [`POST ${POD}/exec?command=make&dryRun=All`, [], 'ask default'],
] as const) {
  test(`${line} with ${rules.map(({ id }) => id).join(', ') || 'no rule'}: ${expected}`, () => {
    assert.is(said(line, rules), expected);
  });
}

test('what kubectl cp runs is judged as what tar does', () => {
  const from = exec(['tar', 'cf', '-', '/etc/shadow']);
  const to = exec(['tar', '-xmf', '-', '-C', '/app/conf'], '&stdin=true');
  const all = rule('allow', { command: ['tar'] });
  assert.is(said(from, [all]), 'allow allow');
  assert.is(said(from, [all, rule('deny', { reads: ['/etc/**'] })]), 'deny deny');
  assert.is(said(to, [all]), 'allow allow');
  assert.is(said(to, [all, rule('deny', { writes: ['/app/**'] })]), 'deny deny');
  assert.is(
    said(exec(['tar', 'xmf', '-', '-C', '/'], '&stdin=true'), [all, rule('deny', { writes: ['/etc/**'] })]),
    'deny deny',
  );
});

test('the home of an account there is not the one of whoever asks', () => {
  const rules = [rule('allow', { command: ['cat', 'sh'], reads: ['/home/me/**'] })];
  const policy = compilePolicy({ packs: [], rules, default: 'ask', opaque: 'deny' }, { approvalTtlMs: 1 });
  const verdict = (argv: readonly string[]) => {
    const asked = { request: readRequest('GET', exec(argv).slice(4)), object: undefined, isDryRun: false };
    const context = { target: 'prod', kind: 'kubectl', principal: 'unix:me', home: '/home/me', cwd: '/home/me' };
    return judgeRequest(policy, asked, context).verdict;
  };
  assert.is(verdict(['cat', '/home/me/x']), 'allow');
  assert.is(verdict(['sh', '-c', 'cat ~/x']), 'ask');
  assert.is(verdict(['cat', 'x']), 'ask');
});

test('a container that is added to a pod is running something in it', () => {
  const line = `PATCH ${POD}/ephemeralcontainers`;
  assert.is(said(line, [ON_EXEC('deny')]), 'deny deny-exec');
  assert.is(said(line, [ON_EXEC('allow')]), 'ask default');
});

test.run();
