import { shellTarget } from '../../src/lib/targets/shell.ts';
import { targetContract } from '../contract/target.ts';
import { liveClock } from '../helpers/local-program.ts';
import { shellSpec } from '../helpers/shell-target.ts';

targetContract('shell', async () => {
  const target = shellTarget('local', { env: ['PATH'] }, { clock: liveClock, brokerUid: process.getuid?.() ?? -1 });
  return {
    target,
    spec: (text, pty) => shellSpec(text, { pty }),
    open: (spec, signal) => target.open(spec, [], signal),
    async [Symbol.asyncDispose]() {},
  };
});
