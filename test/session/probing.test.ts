// Cool-downs: what counts as a variant, who is stopped, for how long, and that no way around it is left.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Decision } from '../../src/lib/core/decision.ts';
import type { AuditEntry } from '../../src/lib/ports/store.ts';
import { probing } from '../../src/lib/session/probing.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { testClient, withStage } from '../helpers/session-stage.ts';

const SETTINGS = { denials: 3, withinMs: 60_000, coolDownMs: 300_000 };
const AGENT = { principal: 'unix:agent', target: 'web' };

function decision(verdict: Decision['verdict'], rule = 'no-rm', program: string | null = 'rm'): Decision {
  return { verdict, rule, program, reason: 'r', guidance: null, opaque: false };
}

function counter() {
  const clock = fakeClock();
  const counted = probing({ settings: () => SETTINGS, now: clock.now });
  const deny = (rule: string, program: string | null, who = AGENT) =>
    counted.notice(decision('deny', rule, program), who);
  const isCool = (who = AGENT) =>
    counted.notice(decision('ask', 'other', 'y'), who).decision.guidance?.code === 'cooling-down';
  return { clock, counted, deny, isCool };
}

test('the third denial of one rule within a minute begins a cool-down, whatever the program', () => {
  const { clock, deny, isCool } = counter();
  assert.is(deny('no-rm', 'rm').event, undefined);
  assert.is(deny('no-rm', 'unlink').event, undefined);
  assert.not.ok(isCool());
  const { event, decision: last } = deny('no-rm', 'shred');
  assert.equal(event, {
    rule: 'no-rm',
    program: 'shred',
    denials: 3,
    withinMs: 60_000,
    targets: ['web'],
    until: clock.now() + 300_000,
  });
  assert.is(last.rule, 'no-rm');
  assert.ok(isCool());
});

test('denials of one program count together, whatever the rule, and "default" is no rule that is tried', () => {
  const { deny, isCool } = counter();
  for (const rule of ['a', 'default', 'c']) deny(rule, 'curl');
  assert.ok(isCool());
  const other = counter();
  for (const program of ['make', 'gcc', 'go', 'cargo']) other.deny('default', program);
  assert.not.ok(other.isCool());
  for (let i = 0; i < 3; i++) other.deny('default', null);
  assert.ok(other.isCool());
});

test('in a cool-down what is allowed runs, all else is refused with the time that is left, and then it is over', () => {
  const { clock, counted, deny } = counter();
  for (let i = 0; i < 3; i++) deny('no-rm', 'rm');
  assert.is(counted.notice(decision('allow'), AGENT).decision.verdict, 'allow');
  clock.advance(240_000);
  const { decision: refused } = counted.notice(decision('ask'), AGENT);
  assert.equal([refused.verdict, refused.rule, refused.guidance?.retry], ['deny', 'cooling-down', 'after-wait']);
  assert.match(refused.guidance?.instead ?? '', /^wait 1m,/);
  clock.advance(60_000);
  assert.is(counted.notice(decision('ask'), AGENT).decision.verdict, 'ask');
  assert.is(deny('no-rm', 'rm').event, undefined);
});

test('alternating targets evades nothing: every target that was tried cools down, no other', () => {
  const { deny, isCool } = counter();
  for (const target of ['a', 'b', 'a']) deny('no-rm', 'rm', { ...AGENT, target });
  assert.equal(
    ['a', 'b', 'c'].map((target) => isCool({ ...AGENT, target })),
    [true, true, false],
  );
});

test('one principal’s denials are nobody else’s, and slow ones are no probing', () => {
  const { clock, deny, isCool } = counter();
  for (let i = 0; i < 6; i++) deny('no-rm', 'rm', { ...AGENT, principal: `unix:${i}` });
  assert.not.ok(isCool());
  for (let i = 0; i < 6; i++) {
    deny('no-rm', 'rm');
    clock.advance(30_000);
  }
  assert.not.ok(isCool());
});

test('a flood of other denials does not wash the count away', () => {
  const { deny, isCool } = counter();
  deny('no-rm', 'rm');
  deny('no-rm', 'rm');
  for (let i = 0; i < 900; i++) deny(`rule-${i}`, `program-${i}`);
  deny('no-rm', 'rm');
  assert.ok(isCool());
});

test('a broker that starts again goes on counting, and keeps cool-downs', () => {
  const { clock, counted, isCool } = counter();
  const entry = (type: string, data: object): AuditEntry => ({
    ...{ seq: 1, at: clock.now(), type, actor: AGENT.principal, session: null, previous: '', hash: '' },
    data: data as Record<string, unknown>,
  });
  const denied = entry('command.judged', {
    verdict: 'deny',
    target: 'web',
    rule: 'no-rm',
    program: 'rm',
    guidance: null,
  });
  counted.restore([denied, denied]);
  assert.not.ok(isCool());
  counted.notice(decision('deny'), AGENT);
  assert.ok(isCool());
  const other = counter();
  const until = other.clock.now() + 1000;
  other.counted.restore([
    entry('policy.probing', { rule: 'no-rm', program: 'rm', denials: 3, withinMs: 1, targets: ['web'], until }),
  ]);
  assert.ok(other.isCool());
  other.clock.advance(1000);
  assert.not.ok(other.isCool());
});

test('calls at the same time count like calls in a row, and the audit log says when it began', () =>
  withStage(async (stage) => {
    const counted = probing({ settings: () => SETTINGS, now: () => stage.clock.now() });
    const deps = { probing: counted };
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, i) => stage.open(`rm ${i} #deny`, { deps, client: testClient() })),
    );
    const codes = results.map(({ error, exitCode }) => `${error?.code} ${exitCode}`).sort();
    assert.equal(codes, [...Array(3).fill('cooling-down 77'), ...Array(3).fill('denied 77')]);
    const events = await stage.entries('policy.probing');
    assert.equal(
      events.map(({ data }) => [data.rule, data.denials, data.targets]),
      [['rule-deny', 3, ['web']]],
    );
    assert.is((await stage.open('x #ask', { deps, wait: false })).error?.code, 'cooling-down');
    assert.is((await stage.open('echo on', { deps, target: 'here' })).exitCode, 0);
    stage.clock.advance(300_000);
    assert.is((await stage.open('x #ask', { deps, wait: false })).error?.code, 'approval-pending');
  }));

test.run();
