// A program in a sandbox is a program like any other.
import { test } from 'uvu';
import { targetContract } from '../contract/target.ts';
import { has } from '../helpers/needs.ts';
import { sandboxWorld } from '../helpers/sandbox.ts';
import { shellSpec } from '../helpers/shell-target.ts';

if (has('bwrap')) {
  targetContract('shell in a sandbox', async () => {
    const world = sandboxWorld();
    const target = world.target({ options: { env: ['PATH'] } });
    return {
      target,
      spec: (text, pty) => shellSpec(text, { pty }),
      open: (spec, signal) => target.open(spec, [], signal),
      async [Symbol.asyncDispose]() {
        world[Symbol.dispose]();
      },
    };
  });
} else {
  process.stdout.write('# skipped: needs bwrap\n');
  test.skip('the contract of targets, in a sandbox', () => {});
  test.run();
}
