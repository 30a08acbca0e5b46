// What the policy section can say beside a rule's match: lists, hours, exceptions, workspaces; and the words for mistakes.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseConfig } from '../../src/lib/config/load.ts';
import { formatProblem } from '../../src/lib/config/problem.ts';
import type { PolicyDocument, TimeWindow } from '../../src/lib/core/policy-document.ts';
import { ed25519Line } from './ed25519-line.ts';

const test = suite('config: policy');

function load(text: string): PolicyDocument {
  const parsed = parseConfig(text, { file: 'f', knownPacks: ['sql'] });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.config.policy;
}

function problems(text: string): readonly string[] {
  const parsed = parseConfig(text, { file: 'f', knownPacks: ['sql'] });
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
}

const inRule = (fields: string) => `policy: { rules: [ { id: r, verdict: deny, ${fields} } ] }`;
const when = (fields: string) => inRule(`match: { command: ls }, on: { when: { ${fields} } }`);
const windowOf = (fields: string): TimeWindow | undefined => load(when(fields)).rules[0]?.on?.when;

for (const packs of ['all', '[all]', '[sql, all]', 'sql', '[]']) {
  test(`packs: ${packs} is a list of packs`, () => {
    const words = packs.replace(/[[\] ]/g, '').split(',');
    assert.equal(
      load(`policy: { packs: ${packs} }`).packs,
      words.filter((word) => word !== ''),
    );
  });
}

for (const [fields, expected] of [
  ['', { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], fromMinute: 0, toMinute: 1440, zone: 'UTC' }],
  ['days: mon', { days: ['mon'], fromMinute: 0, toMinute: 1440, zone: 'UTC' }],
  ['days: [wed-thu, mon]', { days: ['mon', 'wed', 'thu'], fromMinute: 0, toMinute: 1440, zone: 'UTC' }],
  ['days: sat-mon', { days: ['mon', 'sat', 'sun'], fromMinute: 0, toMinute: 1440, zone: 'UTC' }],
  [
    'days: [mon-fri], from: 09:00, to: "17:30", zone: Europe/Berlin',
    { days: ['mon', 'tue', 'wed', 'thu', 'fri'], fromMinute: 540, toMinute: 1050, zone: 'Europe/Berlin' },
  ],
  ['days: fri, from: "22:00", to: "06:00"', { days: ['fri'], fromMinute: 1320, toMinute: 360, zone: 'UTC' }],
  ['days: fri, to: "24:00"', { days: ['fri'], fromMinute: 0, toMinute: 1440, zone: 'UTC' }],
] as const) {
  test(`when: { ${fields} } is read`, () => {
    assert.equal(windowOf(fields), expected);
  });
}

test('exceptions of a match are a mapping, or a list of them', () => {
  assert.equal(load(inRule('match: { writes: /etc/**, not: { writes: /etc/motd } }')).rules[0]?.match.not, [
    { writes: ['/etc/motd'] },
  ]);
  assert.is(
    load(inRule('match: { command: a, not: [ { args: [b] }, { flags: -c } ] }')).rules[0]?.match.not?.length,
    2,
  );
});

test('a list may name another, and the workspace', () => {
  const { lists, workspace, protectedPaths } = load(`policy:
  workspace: $work
  lists: { work: [/srv/app, ~/src], free: [$workspace, /tmp/**], keep: [/srv/keys] }
  paths: { protected: [$keep, "**/*.pem"] }
  rules: [ { id: r, verdict: ask, match: { removes: "**", not: { removes: $free } } } ]
`);
  assert.equal([workspace, protectedPaths], [['$work'], ['$keep', '**/*.pem']]);
  assert.equal(lists?.get('free'), ['$workspace', '/tmp/**']);
});

test('a list may have the name of a property that every object has', () => {
  assert.equal(
    problems(
      'policy: { lists: { constructor: [x] }, rules: [ { id: r, verdict: deny, match: { command: $constructor } } ] }',
    ),
    [],
  );
  assert.equal(problems(inRule('match: { command: $constructor }')), [
    'f:1:62: policy.rules[0].match.command: expected a list of policy.lists, got "$constructor"',
  ]);
});

for (const [what, text, expected] of [
  [
    'an unknown list',
    'policy: { lists: { a: [x] }, rules: [ { id: r, verdict: deny, match: { command: [ls, $b] } } ] }',
    '1:86: policy.rules[0].match.command[1]: expected a list of policy.lists: $a, got "$b"',
  ],
  [
    'an unknown list in an exception',
    inRule('match: { command: ls, not: [ { reads: $b } ] }'),
    '1:82: policy.rules[0].match.not[0].reads: expected a list of policy.lists, got "$b"',
  ],
  [
    'an unknown list in a list',
    'policy: { lists: { a: [$b] } }',
    '1:24: policy.lists.a[0]: expected a list of policy.lists: $a, got "$b"',
  ],
  [
    'a list that names itself',
    'policy: { lists: { a: [x, $a] } }',
    '1:20: policy.lists.a: expected a list that ends, got one that names itself',
  ],
  [
    'a list that names itself through another',
    'policy: { lists: { a: [$b], b: [$c, y], c: [$b] } }',
    '1:29: policy.lists.b: expected a list that ends, got one that names itself',
  ],
  [
    'a list called workspace',
    'policy: { lists: { workspace: [x] } }',
    '1:20: policy.lists.workspace: expected another name: $workspace is what lies in policy.workspace',
  ],
  [
    'a list of commands where paths are',
    'policy: { lists: { a: [rm] }, rules: [ { id: r, verdict: deny, match: { reads: $a } } ] }',
    '1:80: policy.rules[0].match.reads: expected a list of path globs that start with /, ~/ or **, got "rm" in it',
  ],
  [
    'a list of globs as a workspace',
    'policy: { lists: { a: [srv] }, workspace: $a }',
    '1:43: policy.workspace: expected a list of paths that start with / or ~/, got "srv" in it',
  ],
  [
    '$workspace as a command',
    inRule('match: { command: $workspace }'),
    '1:62: policy.rules[0].match.command: expected a list of policy.lists, got "$workspace"',
  ],
  [
    'a workspace in itself',
    'policy: { workspace: $workspace }',
    '1:22: policy.workspace: expected a list of policy.lists, got "$workspace"',
  ],
  [
    'a workspace that is relative',
    'policy: { workspace: [src] }',
    '1:23: policy.workspace[0]: expected an absolute path, or one that starts with ~/, without "..", or a list as $name, got "src"',
  ],
  [
    'a list without entries',
    'policy: { lists: { a: [] } }',
    '1:23: policy.lists.a: expected a list of at least 1, got an empty list',
  ],
  [
    'a protected path that is relative',
    'policy: { paths: { protected: keys } }',
    '1:31: policy.paths.protected: expected a path glob that starts with /, ~/ or **, or a list as $name, got "keys"',
  ],
  [
    'an exception without a field',
    inRule('match: { command: ls, not: {} }'),
    '1:71: policy.rules[0].match.not: expected at least one field: without one, the rule would never apply, got an empty mapping',
  ],
  [
    'an exception in an exception',
    inRule('match: { command: ls, not: { not: { command: x } } }'),
    '1:73: policy.rules[0].match.not.not: expected one of the keys command, args, flags, without, only, text, reads, writes, removes, wrapper, does, verb, resource, namespace, name, pod, image, serviceAccount, got "not"',
  ],
  [
    'an unknown field of a rule',
    inRule('match: { command: ls }, verdic: deny'),
    '1:68: policy.rules[0].verdic: expected a known key such as "verdict", got "verdic"',
  ],
  [
    'an unknown field of a match',
    inRule('match: { command: ls, commands: x }'),
    '1:66: policy.rules[0].match.commands: expected a known key such as "command", got "commands"',
  ],
  [
    'an unknown field of hours',
    when('day: mon'),
    '1:82: policy.rules[0].on.when.day: expected a known key such as "days", got "day"',
  ],
  [
    'a field that only packs have',
    inRule('match: { command: ls }, evenInWorkspace: true'),
    '1:68: policy.rules[0].evenInWorkspace: expected one of the keys id, on, match, verdict, reason, suggest, approvers, quorum, ttl, tests, got "evenInWorkspace"',
  ],
  [
    'a day that there is not',
    when('days: [monday]'),
    '1:89: policy.rules[0].on.when.days[0]: expected a day such as mon, or a range such as mon-fri, got "monday"',
  ],
  [
    'an hour that there is not',
    when('from: "24:00"'),
    '1:88: policy.rules[0].on.when.from: expected a time from 00:00 to 23:59, got "24:00"',
  ],
  [
    'an hour of one digit',
    when('from: 9:00'),
    '1:88: policy.rules[0].on.when.from: expected a time from 00:00 to 23:59, got "9:00"',
  ],
  [
    'hours that end where they begin',
    when('from: 09:00, to: 09:00'),
    '1:99: policy.rules[0].on.when.to: expected another time than from, got "09:00"',
  ],
  [
    'a zone that there is not',
    when('zone: Mars/Olympus'),
    '1:88: policy.rules[0].on.when.zone: expected a time zone such as Europe/Berlin or UTC, got "Mars/Olympus"',
  ],
  [
    'an offset as a zone',
    when('zone: "+02:00"'),
    '1:88: policy.rules[0].on.when.zone: expected a time zone such as Europe/Berlin or UTC, got "+02:00"',
  ],
  [
    'an exception that nobody may approve',
    'policy: { exceptions: { approvers: ops } }',
    '1:36: policy.exceptions.approvers: expected the name of an approver or group, got "ops"',
  ],
  [
    'a quorum of exceptions that nobody can reach',
    `approvers: { ann: { keys: ["${ed25519Line()}"] } }\npolicy: { exceptions: { approvers: ann, quorum: 2 } }`,
    '2:49: policy.exceptions.quorum: expected at most 1, the number of people who may approve, got 2',
  ],
  [
    'a single denial as probing',
    'policy: { probing: { denials: 1 } }',
    '1:31: policy.probing.denials: expected 2–1000, got 1',
  ],
  [
    'a pack that there is not',
    'policy: { packs: [sqll] }',
    '1:19: policy.packs[0]: expected all, a file (./packs/ours.yaml), or one of the packs sql, got "sqll"',
  ],
] as const) {
  test(`${what} is refused with its place and what was expected`, () => {
    assert.ok(problems(text).includes(`f:${expected}`), problems(text).join('\n'));
  });
}

test.run();
