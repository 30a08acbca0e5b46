// timeout: 90
// The line of a gated session to every kind of target.
import { shellTarget } from '../../src/lib/targets/shell.ts';
import { lineContract } from '../contract/line.ts';
import { liveClock } from '../helpers/local-program.ts';
import { has } from '../helpers/needs.ts';
import { shellSpec } from '../helpers/shell-target.ts';
import { issue, newCa, specOf, targetOn } from '../helpers/ssh-target.ts';
import { startSshd } from '../helpers/sshd.ts';

const never = new AbortController().signal;
const gated = { kind: 'gated' } as const;

lineContract('shell', async () => {
  const target = shellTarget('local', { env: ['HOME'] }, { clock: liveClock, brokerUid: process.getuid?.() ?? -1 });
  const env = { HOME: '/tmp' };
  const line = await target.connect(shellSpec(null, { work: gated }), [], never);
  return {
    line,
    spec: (text, pty) => shellSpec(text, { pty, env }),
    [Symbol.asyncDispose]: () => Promise.resolve(line[Symbol.asyncDispose]()),
  };
});

if (has('sshd') && has('ssh-keygen')) {
  lineContract('ssh', async () => {
    const { line: ca, provider } = await newCa();
    const sshd = await startSshd({ trustedUserCa: ca, config: ['MaxSessions 2'] });
    const target = targetOn(sshd);
    const spec = { ...specOf(null), work: gated };
    const line = await target.connect(spec, await issue(provider, target.credentialsFor(spec)), never);
    return {
      line,
      spec: (text, pty) => specOf(text, { pty }),
      async [Symbol.asyncDispose]() {
        await line[Symbol.asyncDispose]();
        await sshd[Symbol.asyncDispose]();
      },
    };
  });
} else process.stdout.write('# skipped: needs sshd, ssh-keygen\n');
