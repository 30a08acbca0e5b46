// Processor time of processes, user and system: other work on the machine disturbs it less than the clock on the wall.
import { readFileSync } from 'node:fs';
import type { Way } from './turns.ts';

/** Linux counts in these steps, whatever the kernel's own are. */
const STEP_MS = 10;

/** ms that these processes used, with what they started and waited for; without any: what this one started. Exact to 10 ms. */
export function processorMs(...pids: readonly number[]): number {
  return (
    (pids.length === 0 ? children('self') : pids.reduce((sum, pid) => sum + own(pid) + children(pid), 0)) * STEP_MS
  );
}

export interface CountedWay extends Way {
  /** Of all rounds so far, the one to warm up among them. */
  readonly meanMs: () => number;
}

/** `RATIO ×, OURS ms, OTHER ms`. */
export function processorRatio(ours: CountedWay, other: CountedWay): string {
  const [own, others] = [ours.meanMs(), other.meanMs()];
  return `${(own / others).toFixed(2)} ×, ${own.toFixed(0)} ms, ${others.toFixed(0)} ms`;
}

/** A way that adds up the processor time of what it starts, and of `pids`. */
export function counted(way: Way, ...pids: readonly number[]): CountedWay {
  const read = () => processorMs() + (pids.length === 0 ? 0 : processorMs(...pids));
  let [total, times] = [0, 0];
  return {
    label: way.label,
    async once() {
      const before = read();
      await way.once();
      total += read() - before;
      times += 1;
    },
    meanMs: () => total / times,
  };
}

/** utime and stime, the 14th and 15th field; the name, which is the second, may have blanks. */
const own = (pid: number): number => sumOf(pid, 11);
const children = (pid: number | 'self'): number => sumOf(pid, 13);

function sumOf(pid: number | 'self', from: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[from]) + Number(fields[from + 1]);
}
