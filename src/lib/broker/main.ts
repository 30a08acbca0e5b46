// Entry of a broker process in the background: takes its options from the first argument, answers on descriptor 3,
// then lives on its own.
import { closeSync, writeSync } from 'node:fs';
import { systemClock } from '../core/clock.ts';
import { asBrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { BootAnswer, BootOptions } from './boot.ts';
import { runBroker } from './run.ts';

const ANSWER_FD = 3;

/** Whoever started this may be gone by now; others may be waiting for the same broker. */
function answer(value: BootAnswer): void {
  try {
    writeSync(ANSWER_FD, `${JSON.stringify(value)}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
  closeSync(ANSWER_FD);
}

const boot = JSON.parse(process.argv[2] ?? '') as BootOptions;
process.chdir('/');
try {
  const broker = await runBroker(boot, systemClock);
  if (broker === undefined) {
    answer({ kind: 'already-running' });
  } else {
    answer({ kind: 'ready', pid: process.pid });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void broker.stop(signal));
    process.on('SIGHUP', () => void broker.reload('SIGHUP'));
    await broker.left;
  }
  process.exit(EXIT.ok);
} catch (error) {
  const failure = asBrokerError(error);
  answer({ kind: 'failed', error: failure.toPublic() });
  process.exit(failure.exit);
}
