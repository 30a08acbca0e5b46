// A gated session under real policy: every command is judged in the folder and with the variables that it will find.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compilePolicy, judgeCommand, judgeFreeTerminal } from '../../src/lib/policy/index.ts';
import { type GatedStage, gatedStage } from '../helpers/gated-stage.ts';
import { liveClock } from '../helpers/local-program.ts';
import { judge as scriptedJudge, withStage } from '../helpers/session-stage.ts';

const policy = compilePolicy(
  { packs: ['destructive', 'secrets'], rules: [], default: 'allow', opaque: 'deny' },
  { approvalTtlMs: 60_000 },
);
const judge = {
  ...scriptedJudge,
  command: (...[input, context]: [Parameters<typeof judgeCommand>[1], Parameters<typeof judgeCommand>[2]]) =>
    judgeCommand(policy, input, context),
  freeTerminal: (context: Parameters<typeof judgeFreeTerminal>[1]) => judgeFreeTerminal(policy, context),
};

/** Never runs what it is about: nothing here may be deleted, whatever is broken. */
const isDenied = async ({ run }: GatedStage, text: string) => {
  const { result } = await run(`${text}; false`, { wait: false });
  return ['denied', 'approval-pending'].includes(result.error?.code ?? '');
};

test('what is split over several commands is judged as if it were one', () =>
  withStage(async (stage) => {
    const steps: readonly [string, string][] = [
      ['cd /usr/share', 'rm -rf ./nothing-here*/../../../etc/nothing-here'],
      ['export D=/etc/', 'rm -rf "$D"nothing-here'],
      ['cd /; cd etc', 'rm -rf nothing-here'],
      ['export X=rm Y=-rf', '$X $Y /etc/nothing-here'],
      ['export HOME=/etc', 'rm -rf ~/nothing-here'],
      ['cd /etc', 'cat shadow-nothing-here* shadow'],
    ];
    for (const [before, then] of steps) {
      await using gated = await gatedStage(stage, { deps: { clock: liveClock, judge } });
      assert.is((await gated.run(before)).result.exitCode, 0, before);
      assert.is(await isDenied(gated, then), true, `${before} → ${then}`);
    }
  }));

test('a folder and variables that make nothing of it worse change nothing', () =>
  withStage(async (stage) => {
    await using gated = await gatedStage(stage, { deps: { clock: liveClock, judge } });
    await gated.run('cd /tmp; export NAME=world EDITION=2');
    assert.is((await gated.run('echo "hello $NAME $EDITION"')).stdout, 'hello world 2\n');
    assert.is((await gated.run('rm -rf ./sp-nothing-here')).result.exitCode, 0);
    // Policy refuses what it cannot know: these pass because it knows the folder and the variable.
    await gated.run('cd /tmp/..; cd tmp; export WHERE=/tmp/sp-nothing-here');
    const known = await gated.run('rm -rf "$WHERE/x"; rm -rf sp-nothing-here');
    assert.equal([known.result.exitCode, known.result.error], [0, null]);
  }));

test.run();
