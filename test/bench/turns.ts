// Times several ways of doing one thing in turns, A B A B …, so that a noisy machine hits all of them alike.
import { spawn } from 'node:child_process';

export interface Way {
  readonly label: string;
  readonly once: () => Promise<void>;
}

/** The times of each way, in ms, one a round. `warmUp` runs all of them once before, unmeasured. */
export async function takeTurns(ways: readonly Way[], rounds: number, { warmUp = true } = {}): Promise<number[][]> {
  const times: number[][] = ways.map(() => []);
  for (let round = warmUp ? -1 : 0; round < rounds; round++) {
    for (const [index, { once }] of ways.entries()) {
      const started = performance.now();
      await once();
      if (round >= 0) times[index]?.push(performance.now() - started);
    }
  }
  return times;
}

/**
 * `name: RATIO × (LOW–HIGH), …`: the median of the ratios of neighbours, so that what lasts longer than a round cancels
 * out, with its quartiles, and both medians.
 */
export function ratioLine(
  name: string,
  [ours, other]: readonly [Way, Way],
  times: readonly (readonly number[])[],
): string {
  const [own = [], others = []] = times;
  const ratios = own.map((ms, round) => ms / (others[round] ?? Number.NaN));
  const [low, ratio, high] = [0.25, 0.5, 0.75].map((part) => quantile(ratios, part).toFixed(2));
  const medians = [
    `${ours.label} ${duration(quantile(own, 0.5))}`,
    `${other.label} ${duration(quantile(others, 0.5))}`,
  ];
  return `${name}: ${ratio} × (${low}–${high}), ${medians.join(', ')}, ${own.length} rounds`;
}

/** A measured value, not one between two: of few values, quartiles are the lowest and the highest. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const round = part < 0.5 ? Math.floor : part > 0.5 ? Math.ceil : Math.round;
  return sorted[round((sorted.length - 1) * part)] ?? Number.NaN;
}

/** Runs a program to its end with its output thrown away; rejects where it fails. */
export function runProgram(file: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${file} ${args.join(' ')} ended with ${code}: ${errors}`));
    });
  });
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
