import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Rule, RuleMatch } from '../../src/lib/core/policy-document.ts';
import { compilePolicy, judgeFreeTerminal } from '../../src/lib/policy/index.ts';
import { decide, HERE } from './judged.ts';

const rule = (verdict: Rule['verdict'], match: RuleMatch, more: Partial<Rule> = {}): Rule => ({
  id: `${verdict}-${JSON.stringify(match)}`,
  match,
  verdict,
  ...more,
});

const verdictOf = (text: string, ...rules: Rule[]) => decide(text, { rules }).verdict;

/** An allow rule, what it covers, and what it must not cover. */
const COVERS: readonly (readonly [match: RuleMatch, covered: readonly string[], not: readonly string[]])[] = [
  [
    { command: ['./deploy', '/opt/app/bin/*'] },
    ['./deploy', './deploy --dry', '/opt/app/bin/tool', "sh -c './deploy'"],
    ['deploy', '../deploy', '/tmp/deploy', '/opt/app/bin/../../../tmp/x', '/opt/app/bin/a/b', 'sudo ./deploy'],
  ],
  [
    { command: ['ls'] },
    [
      'ls',
      'ls -la /x',
      '/bin/ls',
      '/usr/bin/ls',
      'nice ls',
      'LC_ALL=C ls',
      'ls > /dev/null',
      'ls 2>&1',
      'ls $x',
      "sh -c 'ls'",
    ],
    [
      './ls',
      '/tmp/ls',
      'bin/ls',
      '~/ls',
      'lsof',
      'ls > x',
      'ls >> x',
      'ls &> x',
      'sudo ls',
      'PATH=. ls',
      'X=1 ls',
      'export X=1; ls',
      'ssh h ls',
      'ls; id',
      'ls | id',
      'ls $(id)',
      'LC_ALL=zh_CN.GBK ls',
    ],
  ],
  [{ command: ['l*'] }, ['ls', 'lsof'], ['als']],
  [
    { command: ['git'], args: ['status', '**'] },
    ['git status', 'git status -s'],
    ['git', 'git push', 'git -c a=b status', 'git $x', 'git status; git push'],
  ],
  [{ command: ['a'], args: ['b', '*'] }, ['a b c'], ['a b', 'a b c d', 'a b $x', 'a $x c', 'a b *', 'a c b']],
  [{ command: ['a'], args: [] }, ['a'], ['a b', 'a $x', 'a ""']],
  [
    { command: ['a'], flags: ['-r', '-f'] },
    ['a -rf', 'a -r -f', 'a -fr x', 'a --recursive --force'],
    ['a -r', 'a', 'a $x', 'a -- -r -f'],
  ],
  [
    { command: ['a'], without: ['--write', '-w'] },
    ['a', 'a x', 'a -- -w'],
    ['a -w', 'a -xw', 'a --write=x', 'a --wri', 'a $x', 'a "$(b)"', 'a *', 'a ?w', 'a [-]w', 'a b$x'],
  ],
  [
    { command: ['a'], only: ['-n', '-k=', '--lines=', '--all'] },
    ['a', 'a -n', 'a -nk3', 'a -k 3 b', 'a --lines 3', 'a --lines=3 --all', 'a ./*', 'a b*', 'a -- -x *', 'a -k -x'],
    [
      'a -x',
      'a -nx',
      'a --al',
      'a --line 3',
      'a --other',
      'a *',
      'a ?x',
      'a $x',
      'a b$x',
      'a -n$x',
      'a -k * b',
      'a b -x',
    ],
  ],
  [{ command: ['a'], only: [] }, ['a', 'a b', 'a -', 'a -- -x'], ['a -x', 'a --x', 'a *']],
  [{ command: ['a'], only: ['+', '-n'] }, ['a -n b -x', 'a b *'], ['a -x b', 'a * b', 'a "$x" b']],
  [
    { command: ['a'], only: ['-name=', '-print', '-exec;'] },
    ['a . -name x -print', 'a -name *.ts', 'a -exec b -x ";" -print', 'a -name -x'],
    [
      'a -prin',
      'a -x',
      'a -- -x',
      'a ?print',
      'a -name * -print',
      'a -exec b ";" -x',
      'a -exec b * ";"',
      'a -exec b + -x ";"',
    ],
  ],
  [{ command: ['a'], text: 'a (b|c)( .*)?' }, ['a b', "a 'b'", 'a b c d'], ['a', 'a d', 'q; a b', 'a b $x', 'ab']],
  [
    { command: ['cp'], writes: ['/tmp/**'] },
    ['cp a /tmp/b', 'cp a /tmp'],
    ['cp a b', 'cp a /tmp/../etc/b', 'cp a "$x"', 'cp a /tmp/$x', 'cp a ~/b'],
  ],
  [{ command: ['touch'], writes: ['**'] }, ['touch a', 'touch /etc/x'], ['touch a > b; id']],
  [
    { command: ['rm'], removes: ['/srv/app/**'] },
    ['rm a', 'rm -r build', 'rm ./*'],
    ['rm ../a', 'rm /etc/x', 'rm $x', 'cd /; rm a', 'cd /srv/app/missing && rm ../../x', 'cd /etc; rm a'],
  ],
  [{ command: ['cat'], reads: ['/srv/app/**'] }, ['cat a', 'cat < a'], ['cat /x', 'cat $x', 'cat "$(a)"']],
  [{ command: ['a'], writes: [] }, ['a'], ['a > b']],
  [{ command: ['ls'], wrapper: ['sudo'] }, ['sudo ls', 'sudo -u x ls'], ['ls', 'doas ls', 'sudo id', 'sudo doas ls']],
];

for (const [match, covered, not] of COVERS) {
  for (const text of covered) {
    test(`an allow for ${JSON.stringify(match)} covers ${text}`, () => {
      assert.is(verdictOf(text, rule('allow', match)), 'allow');
    });
  }
  for (const text of not) {
    test(`an allow for ${JSON.stringify(match)} does not cover ${text}`, () => {
      assert.is.not(verdictOf(text, rule('allow', match), rule('allow', { command: ['x', 'true', 'b'] })), 'allow');
    });
  }
}

/** A deny rule, what it denies, what it can only ask about, and what it leaves alone. */
const CONCERNS: readonly (readonly [
  match: RuleMatch,
  denied: readonly string[],
  unsure: readonly string[],
  not: readonly string[],
])[] = [
  [
    { command: ['rm'] },
    [
      'rm',
      '/bin/rm',
      './rm',
      'sudo rm',
      'env X=1 rm',
      "sh -c 'rm'",
      'x=rm; $x',
      'ssh h rm',
      'xargs rm',
      'a | rm',
      'f() { rm; }; f',
      'find . -exec rm {} +',
    ],
    [],
    ['ls rm', 'echo "rm"', 'rmdir', ': rm'],
  ],
  [{ command: ['a'], args: ['b', '**'] }, ['a b', 'a b c'], ['a $x', 'a *'], ['a', 'a c', 'a c b']],
  [
    { command: ['a'], flags: ['-f'] },
    ['a -f', 'a -xf', 'a --force'],
    ['a $x', 'a *', 'a ?f', 'a b$x'],
    ['a', 'a f', 'a -- -f'],
  ],
  [{ command: ['a'], without: ['-n'] }, ['a', 'a b'], ['a $x', 'a *'], ['a -n']],
  [{ command: ['a'], only: ['-n'] }, ['a', 'a -n'], ['a $x', 'a *'], ['a -x']],
  [
    { writes: ['/etc/**'] },
    ['a > /etc/b', 'cp a /etc', 'cp -r a /etc/b', 'sed -i p /etc/a', 'cd /etc && a > b', 'cd /etc; a > b', 'a > /e*/b'],
    ['a > "$x"', 'cd "$x"; a > b'],
    ['a > b', 'cat /etc/a', 'a > /dev/null'],
  ],
  [
    { removes: ['/etc/**'] },
    ['rm /etc/a', 'rm -r /', 'rm -r /e*', 'mv /etc /x'],
    ['rm -r "$x"', 'rm -r /$x'],
    ['rm /x', 'rm /'],
  ],
  [
    { reads: ['/etc/a'] },
    ['cat /etc/a', 'b < /etc/a', 'cat /etc/*', 'cat /etc/../etc/a'],
    ['cat "$x"', 'grep -r b /etc', 'tar cf x /etc', 'cat x/../a'],
    ['cat /etc/b', 'echo /etc/a'],
  ],
  [{ wrapper: ['sudo'] }, ['sudo a', 'nice sudo a', "sudo sh -c 'a'"], [], ['a', 'echo sudo']],
];

for (const [match, denied, unsure, not] of CONCERNS) {
  const rules = [rule('deny', match), rule('allow', { command: ['*'] }, { id: 'all' })];
  for (const text of denied) {
    test(`a deny for ${JSON.stringify(match)} meets ${text}`, () => assert.is(verdictOf(text, ...rules), 'deny'));
  }
  for (const text of unsure) {
    test(`a deny for ${JSON.stringify(match)} asks about ${text}`, () => {
      const decision = decide(text, { rules });
      assert.is(decision.verdict, 'ask');
      assert.match(decision.reason, /only known when it runs/);
    });
  }
  for (const text of not) {
    test(`a deny for ${JSON.stringify(match)} leaves ${text} alone`, () => {
      assert.is.not(decide(text, { rules }).rule, rules[0]?.id);
    });
  }
}

test('deny beats ask beats allow, whatever the order of the rules', () => {
  const rules = (['allow', 'ask', 'deny'] as const).map((verdict) => rule(verdict, { command: ['a'] }));
  for (const order of [rules, [...rules].reverse(), [rules[1], rules[0], rules[2]].flatMap((each) => each ?? [])]) {
    assert.is(verdictOf('a', ...order), 'deny');
  }
  assert.is(verdictOf('a', ...rules.slice(0, 2)), 'ask');
  assert.is(verdictOf('a', ...rules.slice(0, 1)), 'allow');
});

test('a command is allowed only where every part of it is', () => {
  const rules = [rule('allow', { command: ['a', 'b'] }), rule('deny', { command: ['d'] })];
  assert.is(verdictOf('a; b | a && b', ...rules), 'allow');
  assert.is(verdictOf('a; c', ...rules), 'ask');
  assert.is(verdictOf('a; c; d', ...rules), 'deny');
  assert.is(verdictOf('a "$(d)"', ...rules), 'deny');
});

test('what is not understood has the verdict of opaque, even where everything is allowed', () => {
  const rules = [rule('allow', { command: ['*'] })];
  assert.is(decide('$x a', { rules, default: 'allow' }).verdict, 'deny');
  assert.is(decide('$x a', { rules, default: 'allow', opaque: 'ask' }).verdict, 'ask');
  assert.ok(decide('$x a', { rules }).opaque);
  assert.not(decide('a', { rules }).opaque);
});

test('rules apply only to their target, kind and principal', () => {
  const on = (scope: Rule['on'] & object) => [rule('deny', { command: ['a'] }, { on: scope })];
  const check = (scope: Rule['on'] & object) => decide('a', { rules: on(scope), default: 'allow' }).verdict;
  assert.is(check({ target: ['lo*'] }), 'deny');
  assert.is(check({ target: ['web-*'] }), 'allow');
  assert.is(check({ kind: ['shell'] }), 'deny');
  assert.is(check({ kind: ['ssh'] }), 'allow');
  assert.is(check({ principal: ['unix:agent'] }), 'deny');
  assert.is(check({ principal: ['agent'] }), 'allow');
});

test('a request asks the people that every asking rule names, the most of them, the shortest time', () => {
  const rules = [
    rule('ask', { command: ['a'] }, { approvers: ['ops', 'lead'], quorum: 1, ttlMs: 9000 }),
    rule('ask', { command: ['b'] }, { approvers: ['lead'], quorum: 2, ttlMs: 5000 }),
  ];
  assert.equal(decide('a', { rules }).approval, { approvers: ['ops', 'lead'], quorum: 1, ttlMs: 9000 });
  assert.equal(decide('a; b', { rules }).approval, { approvers: ['lead'], quorum: 2, ttlMs: 5000 });
  assert.equal(decide('c', { rules }).approval, { approvers: [], quorum: 1, ttlMs: 60_000 });
});

test('a command whose parts ask different people is denied, with what to do', () => {
  const rules = ['x', 'y'].map((name) => rule('ask', { command: [name] }, { approvers: [name] }));
  const decision = decide('x; y', { rules });
  assert.is(decision.verdict, 'deny');
  assert.match(decision.guidance?.instead ?? '', /split/);
});

test('a decision carries rule, reason and what to do instead', () => {
  const rules = [rule('deny', { command: ['a'] }, { id: 'no-a', reason: 'it hurts', suggest: 'use b' })];
  const decision = decide('a', { rules });
  assert.equal([decision.rule, decision.reason, decision.guidance?.instead], ['no-a', 'it hurts', 'use b']);
});

test('a free terminal needs a rule that says so', () => {
  const policy = (...rules: Rule[]) =>
    compilePolicy({ packs: [], rules, default: 'allow', opaque: 'ask' }, { approvalTtlMs: 1 });
  assert.is(judgeFreeTerminal(policy(), HERE).verdict, 'deny');
  assert.is(judgeFreeTerminal(policy(rule('allow', { command: ['*'] })), HERE).verdict, 'deny');
  assert.is(judgeFreeTerminal(policy(rule('allow', { terminal: 'free' })), HERE).verdict, 'allow');
  assert.is(
    judgeFreeTerminal(policy(rule('allow', { terminal: 'free' }), rule('ask', { terminal: 'free' })), HERE).verdict,
    'ask',
  );
  const elsewhere = rule('allow', { terminal: 'free' }, { on: { target: ['web'] } });
  assert.is(judgeFreeTerminal(policy(elsewhere), HERE).verdict, 'deny');
});

test('a policy with an unknown pack or an expression that is not linear is refused', () => {
  const compile = (document: object) => () =>
    compilePolicy({ packs: [], rules: [], default: 'ask', opaque: 'deny', ...document }, { approvalTtlMs: 1 });
  const isBad = (error: { code: string; exit: number }) => error.code === 'bad-policy' && error.exit === 78;
  assert.throws(compile({ packs: ['nothing'] }), isBad);
  assert.throws(compile({ rules: [rule('deny', { text: '(' })] }), isBad);
  assert.throws(compile({ rules: [rule('deny', { text: '(?=a)b' })] }), isBad);
  assert.throws(compile({ rules: [rule('deny', { text: '(a)\\1' })] }), isBad);
});

test.run();
