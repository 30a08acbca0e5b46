// Leave to run: what is judged again after a wait, and how a denied command passes as an exception.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Decision } from '../../src/lib/core/decision.ts';
import { askFirst } from '../../src/lib/session/ask-first.ts';
import type { Judge } from '../../src/lib/session/deps.ts';
import { decisionOn, TERMS } from '../helpers/approval-people.ts';
import { refusal } from '../helpers/refusal.ts';
import { type Stage, testClient, withStage } from '../helpers/session-stage.ts';

const ASK = { verdict: 'ask', rule: 'restart', approval: TERMS } as const;
const DENY = { verdict: 'deny', rule: 'restart' } as const;
const EXCEPTION = { ...DENY, exception: TERMS } as const;

/** A judge whose policy a test replaces while something runs. */
function changeableJudge(first: Partial<Decision>) {
  const holder = { policy: first };
  const decision = (): Decision => ({
    ...{ verdict: 'deny', rule: 'x', reason: 'because', guidance: null, program: 'x', opaque: false },
    ...holder.policy,
  });
  const judge: Judge = {
    command: (input) => ({ decision: decision(), printed: input.kind === 'text' ? input.text : '' }),
    freeTerminal: decision,
    client: () => ({ decision: decision(), printed: null }),
    request: decision,
    needsResult: () => false,
  };
  return Object.assign(holder, { judge });
}

const approve = async ({ desk }: Stage, id: string) => desk.decide(decisionOn(await desk.get(id)));

/** Waits for a person, changes the policy, and only then gets the approval. */
async function approvedAfter(stage: Stage, change: Partial<Decision>) {
  const holder = changeableJudge(ASK);
  const client = testClient();
  const running = stage.open('restart', { client, target: 'here', deps: { judge: holder.judge } });
  const { request } = await client.notice('waiting');
  holder.policy = change;
  await approve(stage, request);
  return { running, client, request };
}

test('a command that is denied by the time its approval comes does not run', () =>
  withStage(async (stage) => {
    const { running, request } = await approvedAfter(stage, DENY);
    const result = await running;
    assert.equal([result.exitCode, result.error?.code, result.decision?.verdict], [77, 'denied', 'deny']);
    assert.is((await stage.desk.get(request)).state, 'used');
    assert.equal(await stage.deps.archive.list(), []);
    assert.equal(
      (await stage.entries('command.judged')).map(({ data }) => data.verdict),
      ['ask', 'deny'],
    );
  }));

test('an approval under yesterday’s terms asks anew where today’s policy wants others', () =>
  withStage(async (stage) => {
    const { running, client, request } = await approvedAfter(stage, { ...ASK, rule: 'restart-of-today' });
    while (client.notices.filter(({ kind }) => kind === 'waiting').length < 2) await new Promise(setImmediate);
    const [, second] = client.notices.flatMap((notice) => (notice.kind === 'waiting' ? [notice.request] : []));
    assert.is.not(second, request);
    client.leave();
    assert.is((await running).error?.code, 'client-gone');
  }));

test('a policy that changed in words alone lets the approval count', () =>
  withStage(async (stage) => {
    const { running } = await approvedAfter(stage, { ...ASK, reason: 'the same in other words' });
    assert.is((await running).origin, 'child');
    assert.is((await stage.entries('command.judged')).length, 1);
  }));

test('a denied command runs once as an exception that a person signed, and is denied again', () =>
  withStage(async (stage) => {
    const { judge } = changeableJudge(EXCEPTION);
    const open = () => stage.open('echo once', { target: 'here', deps: { judge } });
    assert.is((await open()).error?.code, 'denied');
    const { principal } = testClient();
    const command = { kind: 'text', text: 'echo once' } as const;
    const question = { target: 'here', cwd: '/tmp', task: null, why: 'the disk is full', command };
    const request = await askFirst(question, principal, { ...stage.deps, judge });
    assert.equal([request.state, request.subject.rule], ['pending', 'exception to restart']);
    assert.match(request.reason, /^it is denied by rule "restart": because$/);
    assert.is((await open()).error?.code, 'denied');
    await approve(stage, request.id);
    const { origin, decision } = await open();
    assert.equal([origin, decision?.verdict, decision?.rule], ['child', 'ask', 'exception to restart']);
    assert.is((await open()).error?.code, 'denied');
    const [opened] = await stage.entries('session.opened');
    assert.is(opened?.data.approval, request.id);
  }));

test('an approval that a rule asked for is no exception once the rule denies', () =>
  withStage(async (stage) => {
    const holder = changeableJudge(ASK);
    const deps = { judge: holder.judge };
    const first = await stage.open('restart', { target: 'here', wait: false, deps });
    await approve(stage, first.error?.request ?? '');
    holder.policy = EXCEPTION;
    assert.is((await stage.open('restart', { target: 'here', deps })).error?.code, 'denied');
    assert.is((await stage.desk.get(first.error?.request ?? '')).state, 'approved');
  }));

test('where nobody may make an exception, or nobody needs to, asking is refused', () =>
  withStage(async (stage) => {
    const { principal } = testClient();
    const command = { kind: 'text', text: 'x' } as const;
    const ask = (policy: Partial<Decision>) =>
      askFirst({ target: 'here', cwd: '/tmp', task: null, why: 'w', command }, principal, {
        ...stage.deps,
        judge: changeableJudge(policy).judge,
      });
    assert.is((await refusal(ask(DENY))).code, 'denied');
    assert.is((await refusal(ask({ verdict: 'allow' }))).code, 'not-asked');
    assert.equal(await stage.desk.list({ limit: 9 }), []);
    assert.is((await stage.entries('command.judged')).length, 2);
  }));

test.run();
