// Resident memory of a broker of its own: fresh, after many one-shots, after much output.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openStage } from './stage.ts';
import { writeText } from './terminal.ts';

const ONE_SHOTS = 50;

export async function brokerMemory(): Promise<readonly string[]> {
  await using stage = await openStage();
  const before = residentMiB(stage.brokerPid);
  for (let i = 0; i < ONE_SHOTS; i++) await stage.sallyport('shell', 'here', '--', 'true');
  const afterMany = residentMiB(stage.brokerPid);
  const file = join(stage.folder, 'text');
  await writeText(file);
  await stage.sallyport('shell', 'here', '--tty', '--no-stdin', '--', 'cat', file);
  stage.dropRecordings();
  rmSync(file);
  const afterMuch = residentMiB(stage.brokerPid);
  return [
    `broker memory, after ${ONE_SHOTS} one-shots: ${ratio(afterMany, before)}`,
    `broker memory, after 200 MB more: ${ratio(afterMuch, before)}, at most ${statusMiB(stage.brokerPid, 'VmHWM')} MiB`,
  ];
}

function ratio(after: number, before: number): string {
  return `${(after / before).toFixed(2)} ×, ${before} MiB before, ${after} MiB after`;
}

export function residentMiB(pid: number): number {
  return statusMiB(pid, 'VmRSS');
}

function statusMiB(pid: number, field: string): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(match?.[1]) / 1024);
}
