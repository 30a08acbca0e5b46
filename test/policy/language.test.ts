// What rules can say beside one match: exceptions, lists, hours, tasks, workspaces, protected paths, packs of one's own.
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Verdict } from '../../src/lib/core/decision.ts';
import { BrokerError } from '../../src/lib/core/errors.ts';
import type { Pack, PolicyDocument, Rule, RuleMatch, TimeWindow } from '../../src/lib/core/policy-document.ts';
import { compilePaths } from '../../src/lib/policy/facts/glob.ts';
import {
  type CompiledPolicy,
  compilePolicy,
  judgeCommand,
  judgeFreeTerminal,
  PACK_NAMES,
  PACKS,
} from '../../src/lib/policy/index.ts';
import { failedPackTests } from '../../src/lib/policy/review/pack-tests.ts';
import { anyFile } from '../../src/lib/policy/rules/match-files.ts';
import { any } from '../../src/lib/policy/rules/match-result.ts';
import { indexRules, type RuleIndex } from '../../src/lib/policy/rules/rule-index.ts';
import { decide, HERE, judge } from './judged.ts';

function rule(verdict: Verdict, match: RuleMatch, more: Partial<Rule> = {}): Rule {
  return { id: 'r', match, verdict, ...more };
}

/** The verdict of a policy of this one rule, where everything else is allowed if it denies, and asked if it allows. */
function under(one: Rule, text: string, context: object = {}, document: Partial<PolicyDocument> = {}): Verdict {
  const fallback = one.verdict === 'allow' ? 'ask' : 'allow';
  return decide(text, { rules: [one], default: fallback, ...document }, context).verdict;
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof BrokerError) return `${error.code}: ${error.publicMessage}`;
    throw error;
  }
  return 'none';
}

// --- not

const NO_ETC = rule('deny', { writes: ['/etc/**'], not: [{ writes: ['/etc/motd', '/etc/ours/**'] }] });

for (const [text, expected] of [
  ['tee /etc/motd', 'allow'],
  ['tee /etc/ours/a', 'allow'],
  ['tee /etc/motd /tmp/x', 'allow'],
  ['tee /etc/passwd', 'deny'],
  ['tee /etc/motd /etc/passwd', 'deny'],
  ['tee /etc/motd > /etc/passwd', 'deny'],
  ['tee /etc/ours/../passwd', 'deny'],
  ['tee /etc/ours/link/../../x/passwd', 'deny'],
  ['cd /etc/ours && tee a', 'allow'],
  ['cd /etc && tee a', 'deny'],
  ['tee /etc/ours/*', 'allow'],
  ['tee /etc/ours/.*', 'ask'],
  ['tee /etc/ours/..', 'deny'],
  ['tee "/etc/ours/$(cat x)"', 'ask'],
  ['chmod -R 777 /etc/ours', 'allow'],
  ['chmod -R 777 /etc', 'deny'],
  ['chmod -R 777 /etc/motd', 'deny'],
] as const) {
  test(`a denial with an exception for some files says ${expected} of ${text}`, () => {
    assert.is(under(NO_ETC, text, { cwd: '/srv/app' }), expected);
  });
}

test('an exception of a denial holds for a command by its name, its options or what it does', () => {
  const push = rule('deny', {
    command: ['git'],
    args: ['push', '**'],
    not: [{ flags: ['--dry-run'] }, { args: ['push', 'origin'] }],
  });
  assert.is(under(push, 'git push --dry-run --all'), 'allow');
  assert.is(under(push, 'git push origin'), 'allow');
  assert.is(under(push, 'git push origin main'), 'deny');
  assert.is(under(push, 'git push "$x"'), 'ask');
  const net = rule('deny', { command: ['*'], not: [{ command: ['ls', 'cat'] }] });
  assert.is(under(net, 'ls'), 'allow');
  assert.is(under(net, 'curl x'), 'deny');
  assert.is(under(net, 'ls; curl x'), 'deny');
});

test('an exception of several fields needs all of them, and one of several exceptions is enough', () => {
  const one = rule('deny', { command: ['rm'], not: [{ flags: ['-i'], removes: ['/tmp/**'] }, { args: ['a'] }] });
  assert.is(under(one, 'rm -i /tmp/x'), 'allow');
  assert.is(under(one, 'rm -i /srv/x'), 'deny');
  assert.is(under(one, 'rm /tmp/x'), 'deny');
  assert.is(under(one, 'rm a'), 'allow');
});

const LOOK = rule('allow', { command: ['cat'], not: [{ reads: ['**/*.key', '/srv/app/secret/**'] }] });

for (const [text, expected] of [
  ['cat a.txt', 'allow'],
  ['cat a.key', 'ask'],
  ['cat a.txt b.key', 'ask'],
  ['cat *.txt', 'allow'],
  ['cat s*/x', 'ask'],
  ['cat "$f"', 'ask'],
  ['cat secret/../a.txt', 'ask'],
  ['cat secret', 'ask'],
] as const) {
  test(`an allowance with an exception says ${expected} of ${text}`, () => {
    assert.is(under(LOOK, text), expected);
  });
}

for (const [text, expected] of [
  ['cat a.key', 'deny'],
  ['cat *', 'allow'],
  ['cat *.key', 'deny'],
  ['cat ?.ke*', 'deny'],
  ['grep -r x .', 'allow'],
  ["find . -name '*.ts' -exec cat {} +", 'allow'],
  ["find . -name '*.key' -exec cat {} +", 'ask'],
  ['find . -type f -exec cat {} +', 'allow'],
  ['find certs -name a.key -exec cat {} +', 'ask'],
] as const) {
  test(`a denial of a name in any folder says ${expected} of ${text}`, () => {
    assert.is(under(rule('deny', { reads: ['**/*.key'] }), text), expected);
  });
}

// --- lists

const LISTS = new Map([
  ['viewers', ['less', '$readers']],
  ['readers', ['cat', 'head']],
  ['shared', ['/srv/shared/**', '~/shared/**']],
  ['people', ['unix:ann', 'unix:b*']],
]);

test('a list stands for what it says, lists in it included, in commands, paths, targets and principals', () => {
  const viewers = rule('allow', { command: ['$viewers'] });
  for (const name of ['less', 'cat', 'head']) assert.is(under(viewers, name, {}, { lists: LISTS }), 'allow', name);
  assert.is(under(viewers, 'tail', {}, { lists: LISTS }), 'ask');
  assert.is(under(rule('deny', { writes: ['$shared'] }), 'tee /srv/shared/x', {}, { lists: LISTS }), 'deny');
  const people = rule('deny', { command: ['ls'] }, { on: { principal: ['$people'] } });
  assert.is(under(people, 'ls', { principal: 'unix:bob' }, { lists: LISTS }), 'deny');
  assert.is(under(people, 'ls', { principal: 'unix:carl' }, { lists: LISTS }), 'allow');
});

test('a policy with an unknown list, or one in a circle, is none', () => {
  const compile = (lists: ReadonlyMap<string, readonly string[]>) =>
    codeOf(() =>
      compilePolicy(
        { packs: [], rules: [rule('deny', { command: ['$a'] })], default: 'ask', opaque: 'deny', lists },
        { approvalTtlMs: 1 },
      ),
    );
  assert.is(compile(new Map()), 'bad-policy: there is no list "a"');
  assert.is(
    compile(
      new Map([
        ['a', ['$b']],
        ['b', ['x', '$a']],
      ]),
    ),
    'bad-policy: the list "a" names itself',
  );
});

test('lists that multiply cost what they say, and long lists in thousands of rules are refused', () => {
  const laughs = new Map(
    Array.from({ length: 30 }, (_, at): [string, string[]] => [
      `l${at}`,
      at === 0 ? ['ha'] : Array.from({ length: 10 }, () => `$l${at - 1}`),
    ]),
  );
  assert.is(under(rule('deny', { command: ['$l29'] }), 'ha', {}, { lists: laughs }), 'deny');
  const long = new Map([['long', Array.from({ length: 1000 }, (_, at) => `/a${at}`)]]);
  const rules = Array.from({ length: 1000 }, (_, at) => rule('deny', { reads: ['$long'] }, { id: `r${at}` }));
  const compile = () =>
    compilePolicy({ packs: [], rules, default: 'ask', opaque: 'deny', lists: long }, { approvalTtlMs: 1 });
  assert.is(codeOf(compile), 'bad-policy: the rules hold more than 200000 patterns, lists written out');
});

test('a rule that names the workspace through a list is not there without one', () => {
  const lists = new Map([['free', ['$workspace', '/tmp/**']]]);
  const away = rule('deny', { writes: ['**'], not: [{ writes: ['$free'] }] });
  assert.is(under(away, 'tee /etc/x', {}, { lists }), 'allow');
  assert.is(under(away, 'tee /etc/x', {}, { lists, workspace: ['/srv/app'] }), 'deny');
  assert.is(under(away, 'tee x /tmp/y', {}, { lists, workspace: ['/srv/app'] }), 'allow');
});

// --- when and where

const at = (iso: string) => ({ now: Date.parse(iso) });
const window = (days: TimeWindow['days'], fromMinute: number, toMinute: number, zone = 'UTC'): Partial<Rule> => ({
  on: { when: { days, fromMinute, toMinute, zone } },
});
const WORK = window(['mon', 'tue', 'wed', 'thu', 'fri'], 9 * 60, 17 * 60, 'Europe/Berlin');

for (const [what, instant, expected] of [
  ['the first minute, in summer', '2026-07-01T07:00:00Z', 'deny'],
  ['a second before it', '2026-07-01T06:59:59Z', 'allow'],
  ['the last second', '2026-07-01T14:59:59Z', 'deny'],
  ['the end', '2026-07-01T15:00:00Z', 'allow'],
  ['the first minute, in winter', '2026-01-05T08:00:00Z', 'deny'],
  ['an hour before it', '2026-01-05T07:30:00Z', 'allow'],
  ['a Saturday', '2026-07-04T10:00:00Z', 'allow'],
] as const) {
  test(`a denial on weekdays from nine to five in Berlin says ${expected} at ${what}`, () => {
    assert.is(under(rule('deny', { command: ['ls'] }, WORK), 'ls', at(instant)), expected);
  });
}

test('hours over midnight belong to the day on which they begin', () => {
  const night = rule('deny', { command: ['ls'] }, window(['fri'], 22 * 60, 6 * 60));
  assert.is(under(night, 'ls', at('2026-07-03T22:00:00Z')), 'deny', 'Friday night');
  assert.is(under(night, 'ls', at('2026-07-04T05:59:00Z')), 'deny', 'Saturday before six');
  assert.is(under(night, 'ls', at('2026-07-04T06:00:00Z')), 'allow');
  assert.is(under(night, 'ls', at('2026-07-03T05:00:00Z')), 'allow', 'Friday before six is Thursday night');
  assert.is(under(night, 'ls', at('2026-07-04T23:00:00Z')), 'allow');
});

test('from midnight to midnight is the whole day, and Sunday is followed by Monday', () => {
  const sunday = rule('deny', { command: ['ls'] }, window(['sun'], 0, 1440));
  assert.is(under(sunday, 'ls', at('2026-07-05T00:00:00Z')), 'deny');
  assert.is(under(sunday, 'ls', at('2026-07-05T23:59:59Z')), 'deny');
  assert.is(under(sunday, 'ls', at('2026-07-06T00:00:00Z')), 'allow');
  const late = rule('deny', { command: ['ls'] }, window(['sun'], 23 * 60, 60));
  assert.is(under(late, 'ls', at('2026-07-06T00:30:00Z')), 'deny');
});

test('where the hour is not known a rule with hours denies and asks, and does not allow', () => {
  assert.is(under(rule('deny', { command: ['ls'] }, WORK), 'ls'), 'deny');
  assert.is(under(rule('allow', { command: ['ls'] }, WORK), 'ls'), 'ask');
  assert.is(under(rule('allow', { command: ['ls'] }, WORK), 'ls', at('2026-07-01T10:00:00Z')), 'allow');
});

test('a zone that nobody knows is an error when the policy is loaded', () => {
  const rules = [rule('deny', { command: ['ls'] }, window(['mon'], 0, 60, 'Mars/Olympus'))];
  const compile = () => compilePolicy({ packs: [], rules, default: 'ask', opaque: 'deny' }, { approvalTtlMs: 1 });
  assert.is(codeOf(compile), 'bad-policy: there is no time zone "Mars/Olympus"');
});

test('a rule for a task applies where the client names it, and not where it names none', () => {
  const deploy = rule('allow', { command: ['make'] }, { on: { task: ['deploy-*'] } });
  assert.is(under(deploy, 'make', { task: 'deploy-7' }), 'allow');
  assert.is(under(deploy, 'make', { task: 'other' }), 'ask');
  assert.is(under(deploy, 'make', { task: null }), 'ask');
  assert.is(under(deploy, 'make'), 'ask');
});

test('a free terminal is granted in its hours only', () => {
  const policy = compilePolicy(
    { packs: ['all'], rules: [rule('allow', { terminal: 'free' }, WORK)], default: 'ask', opaque: 'deny' },
    { approvalTtlMs: 1 },
  );
  assert.is(judgeFreeTerminal(policy, { ...HERE, ...at('2026-07-01T10:00:00Z') }).verdict, 'allow');
  assert.is(judgeFreeTerminal(policy, { ...HERE, ...at('2026-07-01T20:00:00Z') }).verdict, 'deny');
  assert.is(judgeFreeTerminal(policy, HERE).verdict, 'deny');
});

// --- workspace

const PACK: Pack = {
  name: 'ours',
  description: 'for tests',
  rules: [
    { id: 'bulk', match: { removes: ['**'] }, verdict: 'deny', reason: 'it removes' },
    { id: 'hooks', match: { writes: ['**/.git/hooks/**'] }, verdict: 'deny', evenInWorkspace: true, reason: 'hooks' },
    { id: 'notes', match: { writes: ['**/*.conf'] }, verdict: 'ask', reason: 'it configures' },
    { id: 'away', match: { writes: ['/**', '**'], not: [{ writes: ['$workspace', '/tmp/**'] }] }, verdict: 'ask' },
  ],
  attacks: ['rm /etc/x'],
  lookAlikes: ['ls'],
};

const working = (workspace: readonly string[]): Partial<PolicyDocument> => ({
  ownPacks: [PACK],
  default: 'allow',
  workspace,
});

for (const [text, expected] of [
  ['rm a', 'allow'],
  ['rm -rf build', 'allow'],
  ['rm -rf ./*', 'allow'],
  ['rm -rf /srv/app/sub/../build', 'deny'],
  ['rm -rf .', 'deny'],
  ['rm -rf /srv/app', 'deny'],
  ['rm -rf /srv/app/', 'deny'],
  ['rm -rf /srv/app/.', 'deny'],
  ['rm -rf /srv/app/../app', 'deny'],
  ['rm -rf /srv', 'deny'],
  ['rm -rf ..', 'deny'],
  ['rm -rf .*', 'deny'],
  ['rm -rf /srv/app/.?', 'deny'],
  ['rm -rf /srv/application', 'deny'],
  ['rm -rf "$dir"', 'ask'],
  ['rm -rf "build/$x"', 'ask'],
  ['rm a /srv/other/b', 'deny'],
  ["find /srv/app -name '*.o' -exec rm {} +", 'allow'],
  ["find /srv -name '*.o' -exec rm {} +", 'ask'],
  ['cd /srv/app/sub && rm a', 'allow'],
  ['cd / && rm -rf srv/app/a', 'allow'],
  ['cd / && rm -rf srv', 'deny'],
  ['cd "$x" && rm -rf build', 'ask'],
  ['cd sub; rm -rf ../other', 'ask'],
  ['tee a.conf', 'allow'],
  ['tee /srv/other/a.conf', 'ask'],
  ['tee .git/hooks/pre-commit', 'deny'],
  ['tee /tmp/x', 'allow'],
  ['tee /srv/other/x', 'ask'],
  ['rm -rf /proc/self/root/srv/app', 'deny'],
  ['rm -rf /proc/self/root/etc', 'deny'],
  ['rm -rf /proc/self/cwd', 'deny'],
] as const) {
  test(`with a workspace, a pack says ${expected} of ${text}`, () => {
    assert.is(decide(text, working(['/srv/app'])).verdict, expected);
  });
}

test('without a workspace a pack minds every file, and its rules about the workspace are not there', () => {
  assert.is(decide('rm a', working([])).verdict, 'deny');
  assert.is(decide('tee /srv/other/x', working([])).verdict, 'allow');
});

test('a workspace in the home folder is the own one only', () => {
  const home = working(['~/src']);
  assert.is(decide('rm ~/src/a', home).verdict, 'allow');
  assert.is(decide('rm /home/me/src/a', home).verdict, 'allow');
  assert.is(decide('rm /home/other/src/a', home).verdict, 'deny');
  assert.is(decide('rm /root/src/a', home).verdict, 'deny');
  assert.is(decide('rm -rf ~/src', home).verdict, 'deny');
  assert.is(decide('rm ~other/src/a', home).verdict, 'deny');
});

test('a workspace loosens no rule of the policy itself', () => {
  const own = {
    rules: [rule('deny', { removes: ['/srv/app/**'] })],
    default: 'allow',
    workspace: ['/srv/app'],
  } as const;
  assert.is(decide('rm a', own).verdict, 'deny');
});

test('the whole disk as a workspace is everything but the root', () => {
  assert.is(decide('rm /etc/x', working(['/'])).verdict, 'allow');
  assert.is(decide('rm -rf /', working(['/'])).verdict, 'deny');
});

test('an allow rule for files in the own home does not cover those of another', () => {
  const notes = rule('allow', { command: ['cat'], reads: ['~/notes/**'] });
  assert.is(under(notes, 'cat ~/notes/a'), 'allow');
  assert.is(under(notes, 'cat /home/me/notes/a'), 'allow');
  assert.is(under(notes, 'cat /home/other/notes/a'), 'ask');
  assert.is(under(notes, 'cat ~/notes/link/../../x'), 'ask');
});

// --- protected paths

const KEEP: Partial<PolicyDocument> = {
  default: 'allow',
  workspace: ['/srv/app'],
  protectedPaths: ['/srv/app/keys', '/srv/data/**', '**/*.pem', '~/vault'],
  rules: [rule('allow', { command: ['*'] })],
};

for (const [text, expected] of [
  ['tee keys', 'deny'],
  ['tee keys/a', 'deny'],
  ['rm -rf keys', 'deny'],
  ['rm -rf k*', 'deny'],
  ['rm -rf /srv/app', 'deny'],
  ['rm -rf /srv', 'deny'],
  ['rm -rf [k]eys/?', 'deny'],
  ['> keys/a', 'deny'],
  ['cp x keys/', 'deny'],
  ['mv keys other', 'deny'],
  ['rm certs/a.pem', 'deny'],
  ['cat keys/a', 'ask'],
  ['cat < certs/a.pem', 'ask'],
  ['grep -r x /srv/data', 'ask'],
  ['cp -r keys /tmp/k', 'ask'],
  ['rm -rf ~/vault', 'deny'],
  ['rm -rf /home/me/vault/x', 'deny'],
  ['tee "$f"', 'ask'],
  ['rm other', 'allow'],
  ['cat other', 'allow'],
  ['tee keyset', 'allow'],
] as const) {
  test(`protected paths say ${expected} of ${text}`, () => {
    const decision = decide(text, KEEP);
    assert.is(decision.verdict, expected, decision.reason);
    if (expected !== 'allow') assert.is(decision.rule, 'protected');
  });
}

// --- packs

test('"all" is every shipped pack, wherever it stands', () => {
  const ids = (packs: readonly string[]) =>
    compilePolicy(
      { packs, rules: [], default: 'ask', opaque: 'deny', workspace: ['/srv/app'] },
      { approvalTtlMs: 1 },
    ).rules.map(({ id }) => id);
  assert.equal(ids(['all']), ids(PACK_NAMES));
  assert.equal(ids(['sql', 'all', 'sql']), ids(PACK_NAMES));
  assert.ok(ids(['sql']).every((id) => id.startsWith('sql/')));
});

for (const pack of PACKS) {
  test(`${pack.name} passes its own tests, of which there are enough, and explains every rule`, () => {
    assert.equal(failedPackTests(pack), []);
    assert.ok(pack.attacks.length >= 10 && pack.lookAlikes.length >= 10);
    assert.equal(
      pack.rules.filter(({ reason }) => reason === undefined).map(({ id }) => id),
      [],
    );
    const silent = pack.rules.filter(({ verdict, suggest }) => verdict === 'deny' && suggest === undefined);
    assert.equal(
      silent.map(({ id }) => id),
      [],
    );
  });
}

test('a pack that fails its own tests is refused, with every input and its place', () => {
  const bad: Pack = {
    ...PACK,
    attacks: ['rm /etc/x', 'cat /etc/shadow', 'if'],
    lookAlikes: ['ls', 'rm /etc/hosts'],
    source: {
      file: '/etc/ours.yaml',
      attacks: [1, 2, 3].map((line) => ({ line, column: 5 })),
      lookAlikes: [7, 8].map((line) => ({ line, column: 5 })),
    },
  };
  const message = codeOf(() => decide('ls', { ownPacks: [bad] }));
  assert.is(
    message,
    'failed-pack: /etc/ours.yaml:2:5: pack "ours": expected deny or ask for "cat /etc/shadow", got allow (default)\n' +
      '/etc/ours.yaml:8:5: pack "ours": expected allow for "rm /etc/hosts", got deny (ours/bulk)',
  );
});

test('a pack that allows is tested where everything else is asked', () => {
  const looking: Pack = {
    name: 'looking',
    description: 'for tests',
    rules: [rule('allow', { command: ['ls', 'find'] })],
    attacks: ['rm x', 'find . -delete'],
    lookAlikes: ['ls -l', 'cat x'],
  };
  assert.equal(
    failedPackTests(looking).map(({ input }) => input),
    ['find . -delete', 'cat x'],
  );
});

// --- size and speed

/** What regular expressions that backtrack need an age for. */
const CATASTROPHES = ['(a+)+b', '(a|aa)+b', '(.*)*b', '([a-z]+)*[0-9]', '(a|a?)+b', '(x+x+)+y|(a*)*b'];

test('the work for an expression grows with the text, not with the ways to read it', () => {
  // An engine that backtracks would not come back from these: its work doubles with every character.
  const timeOf = (source: string, length: number) => {
    const text = `${'a'.repeat(length)}!`;
    const start = process.cpuUsage();
    for (let round = 0; round < 3; round++) {
      decide(`echo ${text}`, { rules: [rule('deny', { text: `echo ${source}` })] });
    }
    const { user } = process.cpuUsage(start);
    return user / 1000;
  };
  for (const source of CATASTROPHES) {
    timeOf(source, 1000);
    assert.ok(timeOf(source, 20_000) < 3000, source);
  }
});

test('ten thousand rules load, and judge as each of them would', () => {
  const rules = Array.from({ length: 10_000 }, (_, n): Rule => {
    const id = `r${n}`;
    if (n % 3 === 0) return { id, match: { command: [`tool-${n}`] }, verdict: 'deny' };
    if (n % 3 === 1) return { id, match: { writes: [`/data/${n}/**`] }, verdict: 'deny' };
    return { id, match: { command: ['make'], args: [`task-${n}`] }, verdict: 'allow' };
  });
  const document = { packs: ['all'], rules, default: 'ask', opaque: 'deny' } as const;
  const policy = compilePolicy(document, { approvalTtlMs: 1 });
  assert.is(policy.rules.length > 10_000, true);
  const ruleOf = (text: string) => judge(text, document).decision.rule;
  assert.is(ruleOf('tool-9999'), 'r9999');
  assert.is(ruleOf('tee /data/9997/x'), 'r9997');
  assert.is(ruleOf('make task-9998'), 'r9998');
  assert.is(ruleOf('make task-9999'), 'default');
});

test('the index finds the rule wherever it would be looked for', () => {
  const rules: readonly Rule[] = [
    { id: 'glob', match: { command: ['mk*'] }, verdict: 'ask' },
    { id: 'path', match: { command: ['./deploy'] }, verdict: 'ask' },
    { id: 'action', match: { does: ['git.force-push'] }, verdict: 'ask' },
    { id: 'reads', match: { reads: ['/a/**'] }, verdict: 'ask' },
    { id: 'none', match: { reads: [], command: ['wc', 'c[a]t'] }, verdict: 'ask' },
    { id: 'text', match: { text: 'echo .*secret.*' }, verdict: 'ask' },
    { id: 'wrapped', match: { wrapper: ['sudo'] }, verdict: 'ask' },
    { id: 'named', match: { command: ['ls', 'constructor'] }, verdict: 'ask' },
  ];
  const ruleOf = (text: string) => decide(text, { rules, default: 'allow' }).rule;
  for (const [text, id] of [
    ['mkdir x', 'glob'],
    ['./deploy', 'path'],
    ['git push -f', 'action'],
    ['head /a/b', 'reads'],
    ['head < /a/b', 'reads'],
    ['wc', 'none'],
    ['echo a secret', 'text'],
    ['sudo id', 'wrapped'],
    ['ls', 'named'],
    ['constructor', 'named'],
    ['toString', 'default'],
  ] as const) {
    assert.is(ruleOf(text), id, text);
  }
});

test('through the index every line of the corpora is judged as by looking at every rule', () => {
  const indexed = compilePolicy(
    {
      packs: ['all'],
      rules: [],
      default: 'allow',
      opaque: 'deny',
      workspace: ['/srv/app'],
      protectedPaths: ['/srv/keep', '**/*.pem'],
    },
    { approvalTtlMs: 1 },
  );
  const whole = (index: RuleIndex): RuleIndex => ({ ...indexRules([]), all: index.all, others: index.all });
  const linear = { ...indexed, strict: whole(indexed.strict), allowing: whole(indexed.allowing) };
  const folder = new URL('corpus/', import.meta.url);
  const lines = readdirSync(folder)
    .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').split('\n'))
    .filter((_, index) => index % 6 === 0);
  assert.ok(lines.length > 400);
  const said = (policy: CompiledPolicy, text: string) =>
    codeOf(() => {
      const { verdict, rule: id } = judgeCommand(policy, { kind: 'text', text }, HERE).decision;
      throw new BrokerError({ code: verdict, exit: 64, message: id, hint: '' });
    });
  for (const line of lines) assert.is(said(indexed, line), said(linear, line), line);
});

test('a long list of path globs says of a file what its globs say one by one', () => {
  // None of them matches everything, which would hide the rest.
  const folders = ['/etc', '/usr/lib', '~/.ssh', '/srv/app/sub', '/h*e/*', '**/id'];
  const globs = compilePaths(folders.flatMap((folder) => [folder, `${folder}/**`, `${folder}/x*`.replace('//', '/')]));
  const paths = [
    '/etc',
    '/etc/x',
    '/etc/*',
    '/',
    '/*',
    '/usr',
    '/usr/lib/y',
    '~',
    '~/.ssh/id',
    'a',
    'sub/a',
    'id',
    '/opt/id',
    '/opt/idx',
    '/home/x',
    '../..',
    '$x',
    '/$x',
    '/etc/$x',
    '~root',
    '/?tc',
  ];
  for (const path of paths) {
    for (const command of [`rm ${path}`, `rm -rf ${path}`, `cd "$x" && rm ${path}`]) {
      const files = judge(command).facts.commands.flatMap(({ removes }) => removes);
      for (const below of ['yes', 'maybe'] as const) {
        const one = globs.map((glob) => anyFile([glob], files, below));
        assert.is(anyFile(globs, files, below), any(one), command);
      }
    }
  }
});

test('of rules that say the same, the first in the policy is named', () => {
  const rules: readonly Rule[] = [
    { id: 'first', match: { text: 'rm .*' }, verdict: 'deny' },
    { id: 'second', match: { command: ['rm'] }, verdict: 'deny' },
    { id: 'third', match: { removes: ['**'] }, verdict: 'deny' },
  ];
  assert.is(decide('rm x', { rules }).rule, 'first');
  assert.is(decide('rm x', { rules: [...rules].reverse() }).rule, 'third');
});

test.run();
