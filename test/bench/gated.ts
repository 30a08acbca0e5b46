// What a command costs in a gated session over running it directly: asked for over the attach socket by a client that
// runs already, as an agent's own process or the line editor is one; and what the sandbox adds to it.
import { join } from 'node:path';
import { apiClient } from '../../src/lib/api/client.ts';
import { attach } from '../../src/lib/cli/attach.ts';
import type { ExecRequest, ExecResult, GatedRequest } from '../../src/lib/session/gated/exec.ts';
import type { Stage } from './stage.ts';
import { quantile, ratioLine, runProgram, takeTurns, type Way } from './turns.ts';

const ROUNDS = 60;

export async function gatedCommands(stage: Stage): Promise<readonly string[]> {
  const bare: Way = {
    label: 'bash --norc -c true',
    once: () => runProgram('bash', ['--noprofile', '--norc', '-c', 'true'], stage.env),
  };
  const gated = await openWay(stage, 'here', 'session exec, here');
  const boxed = await openWay(stage, 'box', 'session exec, in a sandbox');
  const ways = [gated, boxed, bare];
  const [own = [], inBox = [], others = []] = await takeTurns(ways, ROUNDS);
  const over = (times: readonly number[]) =>
    quantile(
      times.map((ms, round) => ms - (others[round] ?? Number.NaN)),
      0.5,
    ).toFixed(1);
  const lines = [
    `${ratioLine('a gated command', [gated, bare], [own, others])}; ${over(own)} ms more`,
    `${ratioLine('a gated command in a sandbox', [boxed, bare], [inBox, others])}; ${over(inBox)} ms more`,
  ];
  if (stage.server === null)
    return [...lines, 'a gated command over ssh: skipped, sshd or ssh-keygen is not installed'];
  const far = await openWay(stage, 'web', 'session exec, over ssh');
  const [farTimes = [], bareTimes = []] = await takeTurns([far, bare], ROUNDS);
  return [...lines, ratioLine('a gated command over ssh', [far, bare], [farTimes, bareTimes])];
}

async function openWay(stage: Stage, target: string, label: string): Promise<Way> {
  const client = apiClient(join(stage.folder, 'state', 'broker.sock'));
  const request: GatedRequest = {
    target,
    kind: target === 'web' ? 'ssh' : 'shell',
    cwd: target === 'here' ? stage.folder : null,
    env: {},
    task: null,
    why: null,
    pty: null,
  };
  const { session } = await client.post<{ session: string }>('/gated', request);
  const exec: ExecRequest = {
    session,
    command: { kind: 'text', text: 'true' },
    pty: null,
    why: null,
    wait: false,
    timeoutMs: null,
    detach: false,
    stdin: false,
    interactive: false,
  };
  const once = async () => {
    const { exitCode, error } = await attach<ExecResult>({
      client,
      opening: { type: 'exec', exec },
      name: session,
      input: null,
      onOutput: async () => {},
      onNotice: () => {},
    });
    if (exitCode !== 0) throw new Error(`${label} ended with ${exitCode}: ${error?.message ?? ''}`);
  };
  return { label, once };
}
