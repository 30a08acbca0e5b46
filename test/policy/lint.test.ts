// What the linter says of rules, with their place; and that it says nothing of rules that are right.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseConfig } from '../../src/lib/config/load.ts';
import { formatProblem } from '../../src/lib/config/problem.ts';
import type { Pack, PolicyDocument, Rule } from '../../src/lib/core/policy-document.ts';
import { PACKS } from '../../src/lib/policy/index.ts';
import { type LintFinding, lintPolicy } from '../../src/lib/policy/review/lint.ts';

function lint(policy: string): readonly LintFinding[] {
  const parsed = parseConfig(`targets: { web: { kind: shell } }\npolicy:\n${policy}`, { file: 'f' });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return lintPolicy(parsed.config.policy, [...parsed.config.targets.keys()]);
}

const said = (policy: string) =>
  lint(policy).map(
    ({ severity, kind, rule, line, column, message }) => `${line}:${column} ${severity} ${kind} ${rule}: ${message}`,
  );

for (const [what, policy, expected] of [
  [
    'a target that there is not',
    '  rules:\n    - { id: a, on: { target: db-* }, match: { command: ls }, verdict: allow }\n',
    ['4:7 warning unreachable a: no target has such a name'],
  ],
  [
    'a target by a list that holds none',
    '  lists: { dbs: [db-1, db-2] }\n  rules:\n    - { id: a, on: { target: $dbs }, match: { command: ls }, verdict: allow }\n',
    ['5:7 warning unreachable a: no target has such a name'],
  ],
  [
    'an allow for a wrapper',
    '  rules:\n    - { id: a, match: { command: sudo }, verdict: allow }\n',
    ['4:7 error unreachable a: "sudo" is taken off before rules look: an allow for it covers nothing that it runs'],
  ],
  [
    'the workspace where there is none',
    '  rules:\n    - { id: a, match: { removes: "**", not: { removes: $workspace } }, verdict: ask }\n',
    ['4:7 error unreachable a: it names $workspace, and there is none'],
  ],
  [
    'an exception that is the whole rule',
    '  rules:\n    - { id: a, match: { command: rm, not: [ { flags: -i }, { command: [rm, mv] } ] }, verdict: deny }\n',
    ['4:7 error unreachable a: one of its exceptions holds for everything that it matches'],
  ],
  [
    'an allow for protected paths',
    '  paths: { protected: /srv/keys }\n  rules:\n    - { id: a, match: { command: tee, writes: /srv/keys/** }, verdict: allow }\n',
    ['5:7 error unreachable a: every path in writes is in policy.paths.protected, which wins'],
  ],
  [
    'a rule under a stricter one, through a list',
    '  lists: { viewers: [cat, less] }\n  rules:\n    - { id: a, match: { command: $viewers }, verdict: deny }\n    - { id: b, match: { command: cat, args: [x] }, verdict: allow }\n',
    ['6:7 error shadowed b: "a" (deny) matches everything this rule does, and deny wins'],
  ],
  [
    'a rule that another says as well, whose hours are narrower',
    '  rules:\n    - { id: a, match: { command: ls }, verdict: ask }\n    - { id: b, on: { when: { days: mon } }, match: { command: ls }, verdict: ask }\n',
    ['5:7 warning shadowed b: "a" says the same of everything this rule matches'],
  ],
  [
    'a list that nobody uses',
    '  lists: { used: [ls], unused: [cat] }\n  rules:\n    - { id: a, match: { command: $used }, verdict: ask }\n',
    ['3:32 warning unused $unused: no rule names this list'],
  ],
  [
    'every command but some',
    '  rules:\n    - { id: a, match: { command: "*", not: { command: rm } }, verdict: allow }\n',
    ['4:7 warning over-broad a: it allows every command'],
  ],
  [
    'an allow by a task alone',
    '  rules:\n    - { id: a, on: { task: deploy }, match: { command: ls }, verdict: allow }\n',
    ['4:7 warning over-broad a: whoever names the task is allowed: nothing proves it'],
  ],
  [
    'a workspace that is the system',
    '  workspace: [/, /etc, /home/ann, /srv/app]\n',
    ['/', '/etc', '/home/ann'].map(
      (folder) => `null:null warning over-broad workspace: "${folder}" holds more than work`,
    ),
  ],
  [
    'an action in an exception that there is not',
    '  rules:\n    - { id: a, match: { command: git, not: { does: git.forcepush } }, verdict: deny }\n',
    ['4:7 error bad-pattern a: there is no action "git.forcepush"'],
  ],
  [
    'a test that does not hold',
    '  rules:\n    - { id: a, match: { command: ls }, verdict: deny, tests: [ { input: ls, verdict: allow } ] }\n',
    ['4:7 error failed-test a: of "ls" it says deny, the test allow'],
  ],
] as const) {
  test(`it finds ${what}, and says where`, () => {
    assert.equal(said(policy), expected);
  });
}

for (const [what, policy] of [
  [
    'rules with hours and exceptions',
    '  rules:\n    - { id: a, on: { when: { days: mon } }, match: { command: ls }, verdict: deny }\n    - { id: b, match: { command: ls, not: { flags: -a } }, verdict: allow }\n',
  ],
  [
    'a wider rule with an exception',
    '  rules:\n    - { id: a, match: { command: rm, not: { flags: -i } }, verdict: deny }\n    - { id: b, match: { command: rm, args: [x] }, verdict: ask }\n',
  ],
  [
    'lists of lists, a workspace and its tests',
    '  workspace: /srv/app\n  lists: { a: [$b], b: [/tmp/**, $workspace] }\n  rules:\n    - { id: r, match: { removes: "**", not: { removes: $a } }, verdict: deny, tests: [ { input: rm /tmp/x, verdict: ask }, { input: rm /srv/app/x, verdict: ask }, { input: rm /x, verdict: deny } ] }\n',
  ],
  ['every pack', '  packs: all\n'],
] as const) {
  test(`it has nothing to say of ${what}`, () => {
    assert.equal(said(policy), []);
  });
}

const pack = (more: Partial<Pack>): PolicyDocument => ({
  packs: [],
  rules: [],
  default: 'ask',
  opaque: 'deny',
  workspace: ['/srv/app'],
  ownPacks: [
    {
      name: 'ours',
      description: 'for tests',
      rules: [{ id: 'r', match: { writes: ['/srv/app/conf/**'] }, verdict: 'deny', at: { line: 4, column: 5 } }],
      attacks: ['tee /srv/app/conf/x'],
      lookAlikes: ['ls'],
      source: { file: '/p.yaml', attacks: [{ line: 8, column: 3 }], lookAlikes: [{ line: 9, column: 3 }] },
      ...more,
    },
  ],
});

test("a pack's rule about the workspace that can never count there, and its failed test, have their file and place", () => {
  assert.equal(
    lintPolicy(pack({}), []).map(({ file, line, column, kind, rule }) => [file, line, column, kind, rule]),
    [
      ['/p.yaml', 4, 5, 'unreachable', 'ours/r'],
      ['/p.yaml', 8, 3, 'failed-test', 'ours'],
    ],
  );
  const [rule] = pack({}).ownPacks?.[0]?.rules ?? [];
  if (rule === undefined) throw new Error('no rule');
  assert.equal(lintPolicy(pack({ rules: [{ ...rule, evenInWorkspace: true }] }), []), []);
});

for (const shipped of PACKS) {
  test(`every rule of ${shipped.name} is one that it would take from somebody else`, () => {
    const source = { file: 'f', attacks: [], lookAlikes: [] };
    const findings = lintPolicy({ ...pack({}), ownPacks: [{ ...shipped, source }] }, ['local']);
    assert.equal(
      findings.filter(({ severity }) => severity === 'error').map(({ rule, message }) => `${rule}: ${message}`),
      [],
    );
  });
}

test('ten thousand rules are looked at in seconds', () => {
  const rules = Array.from({ length: 10_000 }, (_, n): Rule => {
    const id = `r${n}`;
    const match = n % 2 === 0 ? { command: [`tool-${n}`] } : { writes: [`/data/${n}/**`] };
    return { id, match, verdict: 'deny' };
  });
  const start = process.cpuUsage();
  const twice: Rule = { id: 'again', match: { command: ['tool-5000'] }, verdict: 'deny' };
  const findings = lintPolicy({ ...pack({}), ownPacks: [], rules: [...rules, twice] }, []);
  assert.equal(
    findings.map(({ rule, kind }) => [rule, kind]),
    [['again', 'shadowed']],
  );
  assert.ok(process.cpuUsage(start).user < 20_000_000);
});

test.run();
