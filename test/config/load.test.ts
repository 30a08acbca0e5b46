// A config as people write it: what comes out, and the exact words for every mistake.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { builtInConfig } from '../../src/lib/config/built-in.ts';
import { parseConfig } from '../../src/lib/config/load.ts';
import { configError, formatProblem } from '../../src/lib/config/problem.ts';
import { sha256 } from '../../src/lib/core/digest.ts';
import { NO_MASKING } from '../../src/lib/core/masking-document.ts';
import { ed25519Line, FINGERPRINT } from './ed25519-line.ts';

const test = suite('config: load');
const KEY = ed25519Line();
const OTHER_KEY = ed25519Line('bob');
const PACKS = ['read-only', 'destructive'];

function load(text: string) {
  const parsed = parseConfig(text, { file: 'sallyport.yaml', knownPacks: PACKS });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.config;
}

function complaints(text: string): string[] {
  const parsed = parseConfig(text, { file: 'sallyport.yaml', knownPacks: PACKS });
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
}

test('a whole config comes out with durations in ms, sizes in bytes and every default filled in', () => {
  const config = load(`
version: 1
broker: { mode: service, socket: /run/sallyport.sock, group: agents, state: /var/lib/sallyport }
targets:
  here: { kind: shell, user: agent, cwd: /srv/app, env: [PATH, LC_*], set: { CI: "1" }, shell: /bin/bash, limits: { hard: 2h } }
  jump: { kind: ssh, host: jump.example.org, user: j, hostCa: "${KEY}" }
  web-1:
    kind: ssh
    host: 2001:db8::7
    port: 2222
    user: deploy
    hostKey: ["${FINGERPRINT}"]
    via: jump
    sourceAddress: [10.0.0.0/8, 192.0.2.7, "2001:db8::/32"]
    connectTimeout: 3s
    credential: { provider: ssh-ca, ttl: 5m }
    limits: { idle: 90s }
approvers:
  ann: { keys: ["${KEY}"], groups: [ops], user: ann }
policy:
  packs: [read-only]
  rules:
    - { id: restart, on: { target: web-*, kind: [ssh] }, match: { command: systemctl, args: [restart, "*"] }, verdict: ask, approvers: ops, quorum: 1, ttl: 10m, tests: [ { input: systemctl restart x, verdict: ask } ] }
    - id: free
      match: { terminal: free }
      verdict: allow
  default: deny
  opaque: ask
  workspace: [/srv/app, ~/src]
  lists: { shared: [/srv/shared/**] }
  paths: { protected: [/srv/app/keys, $shared] }
  exceptions: { approvers: ops, ttl: 5m }
  probing: { denials: 5, within: 30s }
recording: { folder: /srv/rec, maxBytes: 64MiB }
limits: { hard: 30m, idle: 5m, approvalWait: 1h }
`);
  assert.equal(config, {
    broker: {
      mode: 'service',
      socket: '/run/sallyport.sock',
      group: 'agents',
      state: '/var/lib/sallyport',
      idleExitMs: 900_000,
    },
    targets: new Map<string, unknown>([
      [
        'here',
        {
          kind: 'shell',
          name: 'here',
          user: 'agent',
          cwd: '/srv/app',
          env: ['PATH', 'LC_*'],
          set: new Map([['CI', '1']]),
          shell: '/bin/bash',
          sandbox: 'off',
          limits: { hardMs: 7_200_000, idleMs: 300_000 },
        },
      ],
      [
        'jump',
        {
          kind: 'ssh',
          name: 'jump',
          host: 'jump.example.org',
          port: 22,
          user: 'j',
          hostKey: [],
          hostCa: [KEY],
          via: undefined,
          cwd: undefined,
          sourceAddress: undefined,
          connectTimeoutMs: 10_000,
          credential: { provider: 'ssh-ca', ttlMs: 120_000 },
          limits: { hardMs: 1_800_000, idleMs: 300_000 },
        },
      ],
      [
        'web-1',
        {
          kind: 'ssh',
          name: 'web-1',
          host: '2001:db8::7',
          port: 2222,
          user: 'deploy',
          hostKey: [FINGERPRINT],
          hostCa: [],
          via: 'jump',
          cwd: undefined,
          sourceAddress: ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'],
          connectTimeoutMs: 3000,
          credential: { provider: 'ssh-ca', ttlMs: 300_000 },
          limits: { hardMs: 1_800_000, idleMs: 90_000 },
        },
      ],
    ]),
    approvers: new Map([['ann', { name: 'ann', keys: [KEY], groups: ['ops'], user: 'ann' }]]),
    policy: {
      packs: ['read-only'],
      rules: [
        {
          id: 'restart',
          on: { target: ['web-*'], kind: ['ssh'] },
          match: { command: ['systemctl'], args: ['restart', '*'] },
          verdict: 'ask',
          approvers: ['ops'],
          quorum: 1,
          tests: [{ input: 'systemctl restart x', verdict: 'ask' }],
          ttlMs: 600_000,
          at: { line: 23, column: 7 },
        },
        { id: 'free', match: { terminal: 'free' }, verdict: 'allow', at: { line: 24, column: 7 } },
      ],
      default: 'deny',
      opaque: 'ask',
      workspace: ['/srv/app', '~/src'],
      lists: new Map([['shared', ['/srv/shared/**']]]),
      listsAt: new Map([['shared', { line: 30, column: 20 }]]),
      protectedPaths: ['/srv/app/keys', '$shared'],
      exceptions: { approvers: ['ops'], quorum: 1, ttlMs: 300_000 },
      probing: { denials: 5, withinMs: 30_000, coolDownMs: 300_000 },
    },
    masking: NO_MASKING,
    recording: { folder: '/srv/rec', maxBytes: 67_108_864 },
    limits: { hardMs: 1_800_000, idleMs: 300_000, approvalWaitMs: 3_600_000 },
  });
});

for (const [what, text] of [
  ['an empty file', ''],
  ['a file of comments', '# nothing\n# here\n'],
  ['a byte order mark alone', '\uFEFF'],
  ['an empty mapping', '{}'],
  ['a document mark alone', '---\n'],
] as const) {
  test(`${what} is a config with nothing in it, whose defaults are those of the built-in one`, () => {
    const config = load(text);
    const builtIn = builtInConfig(config.policy);
    assert.is(config.targets.size, 0);
    assert.equal({ ...config, targets: builtIn.targets }, builtIn);
    assert.equal(config.policy, builtInConfig({ packs: [], rules: [], default: 'ask', opaque: 'deny' }).policy);
  });
}

test('a shell target of a file equals the built-in one', () => {
  const config = load('targets: { local: { kind: shell } }');
  assert.equal(config.targets, builtInConfig(config.policy).targets);
});

test('the digest is that of the text, byte order mark included', () => {
  const text = '\uFEFFversion: 1\n';
  const parsed = parseConfig(text, { file: 'f' });
  assert.is(parsed.ok && parsed.digest, sha256(text));
});

test('names that objects inherit are names like any other', () => {
  const config = load('targets: { constructor: { kind: shell }, tostring: { kind: shell, set: { constructor: x } } }');
  assert.equal([...config.targets.keys()], ['constructor', 'tostring']);
  assert.is(config.targets.get('valueOf'), undefined);
  const target = config.targets.get('tostring');
  assert.is(target?.kind === 'shell' && target.set.get('constructor'), 'x');
});

test('an anchor and its aliases stand for the same value', () => {
  const config = load('targets:\n  a: &base { kind: shell, cwd: /srv }\n  b: *base\n');
  assert.is(config.targets.get('b')?.cwd, '/srv');
  assert.is(config.targets.get('b')?.name, 'b');
});

const ssh = (more: string) => `targets:\n  web: { kind: ssh, host: h, user: u, hostKey: "${FINGERPRINT}", ${more} }\n`;
const shell = (more: string) => `targets:\n  here: { kind: shell, ${more} }\n`;
const rule = (more: string) => `policy:\n  rules:\n    - { id: r, match: { command: ls }, ${more} }\n`;
const match = (fields: string) => `policy:\n  rules:\n    - { id: r, verdict: deny, match: { ${fields} } }\n`;
const NAME_FORM = 'a name: a-z, 0-9, ".", "_", "-", starting with a letter or digit, at most 63';
const KEYS_OF_TOP = 'version, broker, targets, approvers, policy, masking, recording, limits';

const MISTAKES: readonly (readonly [what: string, text: string, ...lines: string[]])[] = [
  // one field
  [
    'a port of 0',
    `targets:\n  web-1:\n    kind: ssh\n    host: h\n    user: u\n    hostKey: ${FINGERPRINT}\n    port:  0\n`,
    '7:12: targets.web-1.port: expected 1–65535, got 0',
  ],
  ['a port of 65536', ssh('port: 65536'), '2:108: targets.web.port: expected 1–65535, got 65536'],
  ['a port in words', ssh('port: "22"'), '2:108: targets.web.port: expected 1–65535, got "22"'],
  ['a port of one and a half', ssh('port: 1.5'), '2:108: targets.web.port: expected 1–65535, got 1.5'],
  ['a port that is no number', ssh('port: .nan'), '2:108: targets.web.port: expected 1–65535, got NaN'],
  [
    'a host with an option in it',
    `targets:\n  web: { kind: ssh, host: -oProxyCommand=x, user: u, hostKey: ${FINGERPRINT} }`,
    '2:27: targets.web.host: expected a host name or an IP address, got "-oProxyCommand=x"',
  ],
  [
    'a missing user',
    `targets:\n  web:\n    kind: ssh\n    host: h\n    hostKey: ${FINGERPRINT}\n`,
    '2:3: targets.web.user: expected an account name, got nothing',
  ],
  [
    'no host key at all',
    'targets:\n  web: { kind: ssh, host: h, user: u }',
    '2:3: targets.web: expected hostKey or hostCa: without one, any server could answer, got neither',
  ],
  [
    'an empty list of host keys',
    'targets:\n  web: { kind: ssh, host: h, user: u, hostKey: [] }',
    '2:48: targets.web.hostKey: expected at least one, got an empty list',
  ],
  [
    'a host key of another hash',
    'targets:\n  web: { kind: ssh, host: h, user: u, hostKey: "MD5:aa" }',
    '2:48: targets.web.hostKey: expected a host key fingerprint, SHA256:… as ssh-keygen -l prints it, got "MD5:aa"',
  ],
  [
    'a relative folder',
    shell('cwd: app'),
    '2:29: targets.here.cwd: expected an absolute path without "..", starting with /, got "app"',
  ],
  [
    'a folder through ..',
    shell('cwd: /srv/../etc'),
    '2:29: targets.here.cwd: expected an absolute path without "..", starting with /, got "/srv/../etc"',
  ],
  [
    'a home folder',
    shell('cwd: ~/app'),
    '2:29: targets.here.cwd: expected an absolute path without "..", starting with /, got "~/app"',
  ],
  [
    'a sandbox that does not exist',
    shell('sandbox: wrkspace'),
    '2:33: targets.here.sandbox: expected off, read-only or workspace, got "wrkspace"',
  ],
  [
    'a workspace that is wherever the caller stands',
    shell('sandbox: workspace'),
    '2:24: targets.here.sandbox: expected a cwd of the target, or folders in workspace: where a caller stands is no bound, got neither',
  ],
  [
    'a workspace of a sandbox that has none',
    shell('sandbox: { preset: read-only, workspace: [/srv] }'),
    '2:54: targets.here.sandbox.workspace: expected no workspace with preset read-only, got a list',
  ],
  [
    'walls without a sandbox',
    shell('sandbox: { preset: off, network: none }'),
    '2:48: targets.here.sandbox.network: expected no network with preset off, got "none"',
  ],
  [
    'a server without its port',
    shell('sandbox: { preset: read-only, network: [example.org] }'),
    '2:64: targets.here.sandbox.network[0]: expected a host and a port, such as registry.npmjs.org:443 or *.example.org:443, got "example.org"',
  ],
  [
    'a hidden path through ..',
    shell('sandbox: { preset: read-only, hide: [~/../bob] }'),
    '2:61: targets.here.sandbox.hide[0]: expected an absolute path, or one that starts with ~/, without "..", got "~/../bob"',
  ],
  [
    'another kind of target',
    'targets:\n  prod: { kind: postgres }',
    '2:17: targets.prod.kind: expected shell, ssh or kubectl, got "postgres"',
  ],
  [
    'a target without a kind',
    'targets:\n  prod: { host: h }',
    '2:3: targets.prod.kind: expected shell, ssh or kubectl, got nothing',
  ],
  [
    'a cluster without an account',
    'targets:\n  prod: { kind: kubectl }',
    '2:3: targets.prod.credential: expected a mapping, got nothing',
  ],
  [
    'an account without a namespace',
    'targets:\n  prod: { kind: kubectl, credential: { serviceAccount: reader } }',
    '2:56: targets.prod.credential.serviceAccount: expected a service account as NAMESPACE/NAME, got "reader"',
  ],
  [
    'an account with a path in its name',
    'targets:\n  prod: { kind: kubectl, credential: { serviceAccount: a/../b } }',
    '2:56: targets.prod.credential.serviceAccount: expected a service account as NAMESPACE/NAME, got "a/../b"',
  ],
  [
    'a quota that is none',
    'targets:\n  prod: { kind: kubectl, credential: { serviceAccount: a/b }, quota: { deletes: -1 } }',
    '2:81: targets.prod.quota.deletes: expected 0–1000000, got -1',
  ],
  ['a target that is nothing', 'targets:\n  prod:\n', '2:3: targets.prod: expected a mapping, got nothing'],
  ['targets that are a list', 'targets: [a]', '1:10: targets: expected a mapping of names, got a list'],
  [
    'a name with a capital',
    'targets:\n  Prod: { kind: shell }',
    `2:3: targets.Prod: expected ${NAME_FORM}, got "Prod"`,
  ],
  [
    'a name in another script',
    'targets:\n  сервер: { kind: shell }',
    `2:3: targets["сервер"]: expected ${NAME_FORM}, got "сервер"`,
  ],
  [
    'a name with a path in it',
    'targets:\n  ../x: { kind: shell }',
    `2:3: targets["../x"]: expected ${NAME_FORM}, got "../x"`,
  ],
  [
    'a name that is too long',
    `targets:\n  ${'a'.repeat(64)}: { kind: shell }`,
    `2:3: targets.${'a'.repeat(64)}: expected ${NAME_FORM}, got "${'a'.repeat(60)}…"`,
  ],
  [
    'a duration without a unit',
    'limits: { hard: 60 }',
    '1:17: limits.hard: expected a duration from 1s to 7d, such as 90s or 15m, got 60',
  ],
  [
    'a duration that is too long',
    'limits: { hard: 8d }',
    '1:17: limits.hard: expected a duration from 1s to 7d, such as 90s or 15m, got "8d"',
  ],
  [
    'a certificate that lives too long',
    ssh('credential: { ttl: 61m }'),
    '2:121: targets.web.credential.ttl: expected a duration from 30s to 1h, such as 90s or 15m, got "61m"',
  ],
  [
    'a certificate that lives too short',
    ssh('credential: { ttl: 29s }'),
    '2:121: targets.web.credential.ttl: expected a duration from 30s to 1h, such as 90s or 15m, got "29s"',
  ],
  [
    'a size without a unit',
    'recording: { maxBytes: 1000000 }',
    '1:24: recording.maxBytes: expected a size from 64KiB to 1TiB, such as 64MiB, got 1000000',
  ],
  [
    'a network with host bits',
    ssh('sourceAddress: [10.0.0.1/8]'),
    '2:118: targets.web.sourceAddress[0]: expected an IP address or a network without host bits, such as 10.0.0.0/8, got "10.0.0.1/8"',
  ],
  ['another version', 'version: 2', '1:10: version: expected 1, got 2'],
  [
    'a socket path that is too long',
    `broker: { socket: /${'x'.repeat(107)} }`,
    `1:19: broker.socket: expected an absolute path of at most 107 bytes, got "/${'x'.repeat(59)}…"`,
  ],
  [
    'a verdict that is none',
    rule('verdict: alow'),
    '3:49: policy.rules[0].verdict: expected deny, ask or allow, got "alow"',
  ],
  ['opaque: allow', 'policy: { opaque: allow }', '1:19: policy.opaque: expected deny or ask, got "allow"'],
  ['a document that is a list', '- a', '1:1: expected a mapping, got a list'],
  ['a document that is a word', 'hello', '1:1: expected a mapping, got "hello"'],
  ['a section that is empty', 'policy:\n', '1:1: policy: expected a mapping, got nothing'],
  [
    'a variable that is no text',
    shell('set: { PORT: 8080 }'),
    '2:37: targets.here.set.PORT: expected a text (put numbers in quotes), got a number',
  ],
  [
    'a variable of an impossible name',
    shell('set: { "A=B": x }'),
    '2:31: targets.here.set["A=B"]: expected the name of a variable, got "A=B"',
  ],
  [
    'a relative path in a rule',
    match('writes: etc/passwd'),
    '3:48: policy.rules[0].match.writes: expected a path glob that starts with /, ~/ or **, or a list as $name, got "etc/passwd"',
  ],
  [
    'an approver without a key',
    'approvers: { ann: { keys: [] } }',
    '1:27: approvers.ann.keys: expected a list of at least 1, got an empty list',
  ],
  [
    'a rule id that a decision uses',
    'policy: { rules: [ { id: default, match: { command: ls }, verdict: ask } ] }',
    '1:26: policy.rules[0].id: expected a name (a-z, 0-9, ".", "_", "-", at most 63) other than default, opaque, protected, cooling-down, exception, got "default"',
  ],
  // keys
  [
    'a misspelt key',
    'broker: { sokcet: /run/s }',
    '1:11: broker.sokcet: expected a known key such as "socket", got "sokcet"',
  ],
  ['a misspelt section', 'tragets: {}', '1:1: tragets: expected a known key such as "targets", got "tragets"'],
  ['an unknown key that is like no other', 'zzz: 1', `1:1: zzz: expected one of the keys ${KEYS_OF_TOP}, got "zzz"`],
  [
    'a key of the other kind',
    shell('host: h'),
    '2:24: targets.here.host: expected one of the keys kind, user, cwd, env, set, shell, sandbox, limits, got "host"',
  ],
  [
    'a duplicate key',
    'version: 1\nlimits: {}\nversion: 1\n',
    '3:1: version: expected each key once, got it again (first in line 1)',
  ],
  [
    'a key that would be a prototype',
    'targets:\n  __proto__: { kind: shell }\n',
    '2:3: targets: expected a plain key, got "__proto__"',
  ],
  [
    'an unknown key called constructor',
    'constructor: 1',
    `1:1: constructor: expected one of the keys ${KEYS_OF_TOP}, got "constructor"`,
  ],
  [
    'a merge key',
    'limits: { <<: { hard: 1h } }',
    '1:11: limits.<<: expected one of the keys hard, idle, approvalWait, got "<<"'.replace('limits.<<', 'limits["<<"]'),
  ],
  // more than one field
  ['via nowhere', ssh('via: nope'), '2:107: targets.web.via: expected the name of an ssh target, got "nope"'],
  [
    'via a shell',
    `targets:\n  a: { kind: shell }\n  w: { kind: ssh, host: h, user: u, hostKey: "${FINGERPRINT}", via: a }`,
    '3:105: targets.w.via: expected the name of an ssh target, got "a"',
  ],
  ['via itself', ssh('via: web'), '2:107: targets.web.via: expected a way that ends, got "web → web"'],
  [
    'a group with a private broker',
    'broker: { group: agents }',
    '1:11: broker.group: expected no group with mode private (only you can connect), got "agents"',
  ],
  [
    'idleExit with a service',
    'broker: { mode: service, idleExit: 1h }',
    '1:26: broker.idleExit: expected no idleExit with mode service (it stays), got "1h"',
  ],
  [
    'a pack that does not exist',
    'policy: { packs: [read-only, destructiv] }',
    '1:30: policy.packs[1]: expected all, a file (./packs/ours.yaml), or one of the packs read-only, destructive, got "destructiv"',
  ],
  [
    'a rule that matches nothing in particular',
    'policy: { rules: [ { id: r, match: {}, verdict: deny } ] }',
    '1:36: policy.rules[0].match: expected at least one field (command: "*" is every command), got an empty mapping',
  ],
  [
    'a free terminal with a command',
    match('terminal: free, command: ls'),
    '3:40: policy.rules[0].match.terminal: expected terminal on its own: at its opening there is no command yet, got other fields beside it',
  ],
  [
    'a quorum where nobody is asked',
    rule('verdict: allow, quorum: 2'),
    '3:56: policy.rules[0].quorum: expected no quorum with verdict allow (nobody is asked), got 2',
  ],
  [
    'an approver that does not exist',
    rule('verdict: ask, approvers: [ops]'),
    '3:66: policy.rules[0].approvers[0]: expected the name of an approver or group, got "ops"',
  ],
  [
    'a quorum that nobody can reach',
    `approvers: { ann: { keys: ["${KEY}"] } }\n${rule('verdict: ask, quorum: 2')}`,
    '4:62: policy.rules[0].quorum: expected at most 1, the number of people who may approve, got 2',
  ],
  [
    'a key of two approvers',
    `approvers:\n  ann: { keys: ["${KEY}"] }\n  bob: { keys: ["${OTHER_KEY}", "${KEY.replace('ann@', 'eve@')}"] }`,
    `3:${21 + OTHER_KEY.length}: approvers.bob.keys[1]: expected a key of one approver only: a quorum counts people, got a key of "ann"`,
  ],
  [
    'a group that is also a person',
    `approvers:\n  ann: { keys: ["${KEY}"] }\n  bob: { groups: [ann], keys: ["${OTHER_KEY}"] }`,
    '3:19: approvers.bob.groups[0]: expected a group that is not also an approver: a rule could mean either, got "ann"',
  ],
  [
    'two rules of one id',
    `${rule('verdict: ask')}    - { id: r, match: { command: ls }, verdict: deny }`,
    '4:13: policy.rules[1].id: expected each id once, got "r" again',
  ],
  // YAML itself
  ['a tab for indentation', 'limits:\n\thard: 1h\n', '2:1: expected spaces, got a tab'],
  [
    'a bracket that stays open',
    'policy:\n  packs: [read-only\n',
    '3:1: expected the indentation of the lines around it, and every bracket closed',
  ],
  ['a quote that stays open', 'limits: { hard: "1h }\n', '2:1: expected a closing quote, a colon or a space'],
  ['two documents', 'version: 1\n---\nversion: 1\n', '2:1: expected one document, got a second one'],
  ['a tag', 'version: !secret 1', '1:18: version: expected a value without a tag, got "!secret"'],
  ['an alias without an anchor', 'version: *one', '1:10: version: expected an alias of an anchor above it, got "*one"'],
  ['YAML 1.1', '%YAML 1.1\n---\nversion: 1\n', '1:1: expected YAML 1.2, got another version'],
  ['a list as a key', '? [a]\n: 1', '1:3: expected a plain key, got a list or a mapping'],
];

for (const [what, text, ...lines] of MISTAKES) {
  test(`${what} is refused with its place and what was expected`, () => {
    assert.equal(
      complaints(text),
      lines.map((line) => `sallyport.yaml:${line}`),
    );
  });
  test(`${what} is refused alike with CRLF ends of line`, () => {
    assert.equal(
      complaints(text.replaceAll('\n', '\r\n')),
      lines.map((line) => `sallyport.yaml:${line}`),
    );
  });
}

test('a byte order mark does not move the columns', () => {
  assert.equal(complaints('\uFEFFversion: 2'), ['sallyport.yaml:1:10: version: expected 1, got 2']);
});

test('mistakes of different kinds are all reported at once, in file order', () => {
  const text = `targets:
  a: { kind: ssh, host: h, user: u, via: b, prot: 1 }
  a: { kind: shell }
policy:
  rules:
    - { id: r, match: {}, verdict: maybe }
limits: { hard: 0s }
`;
  assert.equal(complaints(text), [
    'sallyport.yaml:2:3: targets.a: expected hostKey or hostCa: without one, any server could answer, got neither',
    'sallyport.yaml:2:42: targets.a.via: expected the name of an ssh target, got "b"',
    'sallyport.yaml:2:45: targets.a.prot: expected a known key such as "port", got "prot"',
    'sallyport.yaml:3:3: targets.a: expected each key once, got it again (first in line 2)',
    'sallyport.yaml:6:23: policy.rules[0].match: expected at least one field (command: "*" is every command), got an empty mapping',
    'sallyport.yaml:6:36: policy.rules[0].verdict: expected deny, ask or allow, got "maybe"',
    'sallyport.yaml:7:17: limits.hard: expected a duration from 1s to 7d, such as 90s or 15m, got "0s"',
  ]);
});

test('every circle of jump hosts is reported once, and those outside it are not blamed', () => {
  const host = (name: string, via: string) =>
    `  ${name}: { kind: ssh, host: h, user: u, hostKey: "${FINGERPRINT}", via: ${via} }\n`;
  const text = `targets:\n${host('out', 'a')}${host('a', 'b')}${host('b', 'a')}${host('c', 'd')}${host('d', 'c')}`;
  assert.equal(
    complaints(text).map((line) => line.replace(/^.*: targets/, 'targets')),
    [
      'targets.a.via: expected a way that ends, got "a → b → a"',
      'targets.c.via: expected a way that ends, got "c → d → c"',
    ],
  );
});

test('no message shows a value of "set", a pasted private key or the value of an unknown key', () => {
  const secret = 'correct-horse-battery';
  const text = `targets:
  a: { kind: shell, set: { TOKEN: [${secret}], "BAD NAME": ${secret}, N: 12345 }, password: ${secret} }
approvers:
  ann: { keys: ["-----BEGIN OPENSSH PRIVATE KEY----- ${secret}"] }
`;
  const said = complaints(text);
  assert.is(said.length, 5);
  assert.not.match(said.join('\n'), /correct-horse|12345|BEGIN/);
});

test('no syntax error quotes the file', () => {
  for (const text of [
    '"sk-12345" "foo"',
    'a: "sk-12345',
    'k: sk-12345: x',
    '[sk-12345}',
    '%sk-12345\n---\n',
    'a: @sk-12345',
    'a: "\\sk-12345"',
  ]) {
    const said = complaints(text).join('\n');
    assert.is.not(said, '', text);
    assert.not.match(said, /12345/, text);
  }
});

test('control and direction characters of a hostile file reach no terminal', () => {
  const [said = ''] = complaints('"a\\e[2J\\u202e\\u0085\\u200b": 1');
  assert.match(said, 'got "a\\u001b[2J\\u{202e}\\u{85}\\u{200b}"');
});

test('all problems become one error with exit 78, fifty lines at most', () => {
  const parsed = parseConfig(Array.from({ length: 60 }, (_, i) => `zz${i}: 1`).join('\n'), { file: 'f.yaml' });
  if (parsed.ok) throw new Error('it passed');
  assert.is(parsed.problems.length, 60);
  const error = configError(parsed.problems);
  assert.is(error.code, 'bad-config');
  assert.is(error.exit, 78);
  const lines = error.publicMessage.split('\n');
  assert.is(lines.length, 51);
  assert.is(lines[0], `f.yaml:1:1: zz0: expected one of the keys ${KEYS_OF_TOP}, got "zz0"`);
  assert.is(lines[50], 'and 10 more');
});

test('without a list of packs their names are not checked', () => {
  assert.ok(parseConfig('policy: { packs: [anything] }', { file: 'f' }).ok);
});

test.run();
