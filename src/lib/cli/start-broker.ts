// Starts a private broker in the background, once, however many CLIs try at the same time: the lock in the state folder
// decides, everybody else waits for the one that has it.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { apiClient, fromPublicError } from '../api/client.ts';
import type { BootAnswer, BootOptions } from '../broker/boot.ts';
import { prepareStateFolder, unusable } from '../broker/state-folder.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { brokerEnvironment } from './environment.ts';

/** How long a broker may take to start; a cold machine under load needs some seconds. */
const START_TIMEOUT_MS = 20_000;
/** How long the holder of the lock is waited for before the next try: it starts, or is about to leave. */
const PATIENCE_MS = 1000;
const POLL_MS = 25;

/**
 * Starts a broker process and waits until it answers, or until another one that was faster does. Rejects with what the
 * broker says keeps it from starting, or `broker-not-started` (69).
 */
export async function startInBackground(boot: BootOptions, uid: number): Promise<'started' | 'already-running'> {
  prepareStateFolder(boot.state, uid);
  const until = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < until) {
    const answer = await spawnBroker(boot);
    if (answer.kind === 'ready') return 'started';
    if (answer.kind === 'failed') throw fromPublicError(answer.error);
    if (await answersSoon(boot.socket)) return 'already-running';
  }
  throw notStarted(`another process holds the lock in ${boot.state} but does not answer`, boot);
}

/** `broker-not-started`, with where to look. */
export function notStarted(why: string, boot: BootOptions): BrokerError {
  return new BrokerError({
    code: 'broker-not-started',
    exit: EXIT.unavailable,
    message: `the private broker did not start: ${why}`,
    hint: `see ${boot.log}, or start it by hand: sallyport broker start --foreground`,
  });
}

function spawnBroker(boot: BootOptions): Promise<BootAnswer> {
  const isSource = import.meta.url.endsWith('.ts');
  const main = fileURLToPath(new URL(`../broker/main.${isSource ? 'ts' : 'js'}`, import.meta.url));
  const loader = isSource ? ['--import', import.meta.resolve('tsx')] : [];
  const log = openLogFile(boot);
  const child = spawn(process.execPath, [...loader, main, JSON.stringify(boot)], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', log, log, 'pipe'],
    env: brokerEnvironment(),
  });
  closeSync(log);
  const pipe = child.stdio[3] as Readable;
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(
      () => done(() => reject(notStarted(`it said nothing for ${START_TIMEOUT_MS / 1000} s`, boot))),
      START_TIMEOUT_MS,
    );
    pipe.on('data', (chunk) => {
      text += chunk;
    });
    pipe.on('end', () =>
      done(() =>
        text.endsWith('\n')
          ? resolve(JSON.parse(text) as BootAnswer)
          : reject(notStarted('it ended without a word', boot)),
      ),
    );
    child.on('error', (error) => done(() => reject(notStarted(String(error), boot))));
    function done(settle: () => void): void {
      clearTimeout(timer);
      pipe.destroy();
      child.unref();
      settle();
    }
  });
}

function openLogFile(boot: BootOptions): number {
  try {
    return openSync(boot.log, 'a', 0o600);
  } catch (cause) {
    throw unusable(dirname(boot.log), cause);
  }
}

async function answersSoon(socket: string): Promise<boolean> {
  const client = apiClient(socket);
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    try {
      await client.get('/hello', AbortSignal.timeout(PATIENCE_MS));
      return true;
    } catch (error) {
      if (!(error instanceof BrokerError && error.code.startsWith('broker-'))) throw error;
      await delay(POLL_MS);
    }
  }
  return false;
}
