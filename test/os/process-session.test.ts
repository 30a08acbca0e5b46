import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  endMarkedSession,
  endSession,
  markProcess,
  sendSignal,
  sessionMembers,
} from '../../src/lib/os/process-session.ts';
import { commandLine } from '../helpers/cli.ts';
import { liveClock, OWN, processesWith } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';

/** Bash source as the leader of a session of its own; resolves once it printed `ready`. */
async function start(text: string) {
  const child = spawn('/bin/bash', ['--noprofile', '--norc', '-c', `${text}; wait`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let reaped = false;
  const exited = once(child, 'exit').then(() => {
    reaped = true;
  });
  await once(child.stdout, 'data');
  return { session: { id: child.pid ?? -1, leaderReaped: () => reaped }, exited };
}

const pidsOf = (session: Parameters<typeof sessionMembers>[0]) => sessionMembers(session).map(({ pid }) => pid);

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5_000; !holds() && Date.now() < deadline; )
    await new Promise((resolve) => setTimeout(resolve, 10));
}

test('finds the leader, its children, theirs, and those that left the session', async () => {
  const { session, exited } = await start(
    `sleep 4714.${OWN}01 & (sleep 4714.${OWN}01 & sleep 4714.${OWN}01) & setsid sleep 4714.${OWN}01 & echo ready`,
  );
  await until(() => pidsOf(session).length === 6);
  assert.is(pidsOf(session).length, 6);
  assert.ok(pidsOf(session).includes(session.id));
  assert.ok(!pidsOf(session).includes(process.pid));
  await endSession(session, liveClock, 1_000);
  await exited;
  assert.equal(processesWith(`4714.${OWN}01`), []);
});

test('what ends when it is hung up is not killed', async () => {
  const { session } = await start(`trap 'sleep 0.3; exit' HUP; echo ready; while :; do sleep 0.05; done`);
  const started = performance.now();
  await endSession(session, liveClock, 10_000);
  const tookMs = performance.now() - started;
  assert.ok(tookMs > 250 && tookMs < 5_000, `${tookMs} ms`);
});

test('what ignores the hang-up, is stopped or forks for ever is killed', async () => {
  for (const text of [
    `trap '' HUP TERM INT; sleep 4714.${OWN}03 & echo ready; while :; do sleep 0.05 4714.${OWN}03; done`,
    `sleep 4714.${OWN}03 & kill -STOP $!; echo ready; kill -STOP $$`,
    `trap '' HUP; f() { sleep 0.002; f 4714.${OWN}03 & }; f & sleep 4714.${OWN}03 & echo ready; while :; do sleep 0.05; done`,
    `trap '' HUP; setsid bash -c 'trap "" HUP; while :; do sleep 0.02; setsid sleep 4714.${OWN}03 & done' & echo ready; sleep 1000`,
  ]) {
    const { session, exited } = await start(text);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await endSession(session, liveClock, 100);
    await exited;
    assert.equal(pidsOf(session), [], text);
    assert.equal(processesWith(`4714.${OWN}03`), [], text);
  }
});

test('a session whose leader is gone is still found, and an empty one stays empty', async () => {
  const { session, exited } = await start(`sleep 4714.${OWN}04 & echo ready; exit`);
  await exited;
  assert.is(pidsOf(session).length, 1);
  await endSession(session, liveClock, 1_000);
  assert.equal(pidsOf(session), []);
  await endSession(session, liveClock, 1_000);
});

test("a stranger's process that came to have the leader's pid is left alone", async () => {
  const { session, exited } = await start(`echo ready; sleep 4714.${OWN}05`);
  // As if our leader had been waited for and the number given away: the process that has it now is not ours.
  const stranger = { id: session.id, leaderReaped: () => true };
  assert.equal(sessionMembers(stranger), []);
  await endSession(stranger, liveClock, 10);
  assert.ok(processesWith(`4714.${OWN}05`).length > 0);
  await endSession(session, liveClock, 1_000);
  await exited;
});

test('a signal to nobody is not an error', () => {
  assert.is(sendSignal(2 ** 22 + 1, 'SIGTERM'), false);
});

needs(test, 'root')('says which processes of another user cannot be ended', async () => {
  const { session, exited } = await start(`trap '' HUP; echo ready; sleep 4714.${OWN}06`);
  const script = `
    import { endSession } from ${JSON.stringify(new URL('../../src/lib/os/process-session.ts', import.meta.url).href)};
    import { systemClock } from ${JSON.stringify(new URL('../../src/lib/core/clock.ts', import.meta.url).href)};
    process.setgid(1); process.setuid(1);
    setInterval(() => {}, 1000);
    await endSession({ id: ${session.id}, leaderReaped: () => false }, systemClock, 50).catch((error) => console.log(error.code, error.exit));
    process.exit();`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [bytes] = await once(child.stdout, 'data');
  assert.is(String(bytes), 'processes-left 69\n');
  await endSession(session, liveClock, 100);
  await exited;
  assert.equal(processesWith(`4714.${OWN}06`), []);
});

test('a session is found again by its mark and ended whole, also what ignores the hang-up', async () => {
  const { session, exited } = await start(`trap '' HUP; sleep 4714.${OWN}07 & sleep 4714.${OWN}07 & echo ready`);
  const mark = markProcess(session.id);
  assert.ok(mark);
  assert.is(await endMarkedSession(mark, liveClock, 50), 'ended');
  await exited;
  assert.equal(processesWith(`4714.${OWN}07`), []);
  assert.is(await endMarkedSession(mark, liveClock, 50), 'gone');
});

test('a process that only has the pid of a marked one is left alone, and so is one that leads no session', async () => {
  const { session, exited } = await start(`sleep 4714.${OWN}08 & echo ready`);
  const mark = markProcess(session.id);
  const childOf = () =>
    processesWith(`4714.${OWN}08`).find((pid) => pid !== session.id && commandLine(pid).startsWith('sleep'));
  // It says that it is ready when it has forked: what it forked becomes a sleep after that, and is nothing for a moment.
  await until(() => childOf() !== undefined);
  const child = childOf() ?? -1;
  const member = markProcess(child);
  assert.ok(mark && member);
  assert.is(await endMarkedSession({ ...mark, startTime: `${Number(mark.startTime) + 1}` }, liveClock, 50), 'gone');
  assert.is(await endMarkedSession({ ...mark, boot: 'another' }, liveClock, 50), 'gone');
  assert.is(await endMarkedSession(member, liveClock, 50), 'gone');
  assert.is(markProcess(4_194_305), undefined, 'beyond the largest pid');
  assert.ok(processesWith(`4714.${OWN}08`).includes(child));
  await endSession(session, liveClock, 1_000);
  await exited;
});

test.run();
