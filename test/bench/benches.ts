// The measurements by name. Each returns lines to print; a ratio says how many times the other's time ours takes.
import { echoLatency } from './echo.ts';
import { gatedCommands } from './gated.ts';
import { kubectlTimes } from './kubectl.ts';
import { maskTimes } from './mask.ts';
import { brokerMemory } from './memory.ts';
import { policyTimes } from './policy.ts';
import { policyRate } from './policy-rate.ts';
import { counted, processorRatio } from './processor-time.ts';
import { plainSsh, type Stage } from './stage.ts';
import { terminalThroughput } from './terminal.ts';
import { ratioLine, runProgram, takeTurns, type Way } from './turns.ts';

const QUICK_ROUNDS = 15;

export interface Bench {
  readonly name: string;
  /** A part that is missing on this machine is said so in a line. */
  run(stage: Stage): Promise<readonly string[]>;
}

export const BENCHES: readonly Bench[] = [
  { name: 'cli', run: cliStart },
  { name: 'ssh', run: sshOneShot },
  { name: 'gated', run: gatedCommands },
  { name: 'echo', run: echoLatency },
  { name: 'terminal', run: terminalThroughput },
  { name: 'memory', run: brokerMemory },
  { name: 'policy', run: policyTimes },
  { name: 'rate', run: policyRate },
  { name: 'mask', run: maskTimes },
  { name: 'kubectl', run: kubectlTimes },
];

async function cliStart(stage: Stage): Promise<readonly string[]> {
  // In the same environment: with NODE_EXTRA_CA_CERTS a bare Node takes three times as long.
  const bare: Way = { label: 'node -e 0', once: () => runProgram(process.execPath, ['-e', '0'], stage.env) };
  const version: Way = { label: 'sallyport --version', once: () => stage.sallyport('--version') };
  const oneShot: Way = {
    label: 'sallyport shell here -- true',
    once: () => stage.sallyport('shell', 'here', '--', 'true'),
  };
  const ways = [counted(version), counted(oneShot), counted(bare)] as const;
  const [versionTimes = [], oneShotTimes = [], bareTimes = []] = await takeTurns(ways, QUICK_ROUNDS);
  return [
    ratioLine('CLI start, no broker', [version, bare], [versionTimes, bareTimes]),
    ratioLine('one-shot in a shell target', [oneShot, bare], [oneShotTimes, bareTimes]),
    `processor time of the CLI: --version ${processorRatio(ways[0], ways[2])}; one-shot ${processorRatio(ways[1], ways[2])}`,
  ];
}

async function sshOneShot(stage: Stage): Promise<readonly string[]> {
  const { server } = stage;
  if (server === null) return ['one-shot over ssh: skipped, sshd or ssh-keygen is not installed'];
  const ours: Way = { label: 'sallyport ssh web -- true', once: () => stage.sallyport('ssh', 'web', '--', 'true') };
  const plain: Way = { label: 'ssh -i key … true', once: () => plainSsh(server, 'true') };
  return [ratioLine('one-shot over ssh', [ours, plain], await takeTurns([ours, plain], QUICK_ROUNDS))];
}
