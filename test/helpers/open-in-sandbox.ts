// Opens a command in a sandbox and says what came of it, in a process of its own: to be killed, or to live where the machine
// lacks something. Arguments: the workspace, the command. Lines: `open` or `refused {"code",…}`, then its output.
import type { BrokerError } from '../../src/lib/core/errors.ts';
import { shellTarget } from '../../src/lib/targets/shell.ts';
import { liveClock, readToEnd } from './local-program.ts';
import { OWN_UID, shellSpec, TERMINAL } from './shell-target.ts';

const [, , workspace = '', text = '', terminal = ''] = process.argv;
const target = shellTarget(
  'box',
  { env: [], sandbox: { preset: 'workspace', workspace: [workspace], hide: [], network: 'none' } },
  { clock: liveClock, brokerUid: OWN_UID },
);
const spec = shellSpec(text, { cwd: workspace, pty: terminal === 'terminal' ? TERMINAL : null });
try {
  const program = await target.open(spec, [], new AbortController().signal);
  process.stdout.write('open\n');
  process.stdout.write((await readToEnd(program)).stdout);
} catch (error) {
  const { code, exit, publicMessage, hint } = error as BrokerError;
  process.stdout.write(`refused ${JSON.stringify({ code, exit, publicMessage, hint })}\n`);
}
