// A broker's life: take the lock, compose, listen, and leave by the one door, in which every session settles first.
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { asBrokerError, BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { closeMemoryToOthers } from '../os/libc.ts';
import type { BootOptions } from './boot.ts';
import { type ComposedBroker, composeBroker } from './compose.ts';
import { type IdleExit, idleExit } from './idle-exit.ts';
import { listen } from './listen.ts';
import { loadBrokerConfig } from './load-config.ts';
import { type BrokerLog, openLog } from './log.ts';
import { prepareStateFolder, takeBrokerLock } from './state-folder.ts';
import { watchFiles } from './watch-files.ts';

const TIDY_EVERY_MS = 10_000;
/** Whoever started the broker asks it something first. */
const WARM_UP_AFTER_MS = 500;
/** For answers under way, after every session has settled. */
const LEAVE_GRACE_MS = 2000;

export interface RunningBroker {
  /** Resolves when the broker has left; never rejects. */
  readonly left: Promise<void>;
  /** Ends every session, then leaves. Called again, it waits for the same end. */
  stop(by: string): Promise<void>;
  /** Reads the policy again; never rejects. */
  reload(by: string): Promise<void>;
}

/**
 * Starts a broker in this process; undefined where another one holds this state folder. Rejects with what keeps it
 * from starting (exit 69, 74 or 78), having closed what it had opened.
 */
export async function runBroker(boot: BootOptions, clock: Clock): Promise<RunningBroker | undefined> {
  // Before there is a key in it.
  closeMemoryToOthers();
  const uid = process.getuid?.() ?? -1;
  prepareStateFolder(boot.state, uid);
  const lock = takeBrokerLock(boot.state, join(boot.state, 'broker.lock'));
  if (lock === undefined) return undefined;
  // The clock's timers keep no process alive, and before it listens nothing else does.
  const awake = setInterval(() => {}, TIDY_EVERY_MS);
  let log: BrokerLog | undefined;
  try {
    log = openLog(boot.state, boot.log, clock);
    return await start(boot, clock, log, uid, () => lock.release());
  } catch (error) {
    const failure = asBrokerError(error);
    log?.error(failure);
    log?.close();
    lock.release();
    throw failure;
  } finally {
    clearInterval(awake);
  }
}

async function start(
  boot: BootOptions,
  clock: Clock,
  log: BrokerLog,
  uid: number,
  release: () => void,
): Promise<RunningBroker> {
  const loaded = await loadBrokerConfig(boot, uid);
  const { config } = loaded;
  let idle: IdleExit | undefined;
  let connections = 0;
  const { promise: left, resolve: announceLeft } = newPromise();
  let stopping: Promise<void> | undefined;
  const stop = (by: string) => {
    stopping ??= leave(by).finally(announceLeft);
    return stopping;
  };

  const broker: ComposedBroker = await composeBroker({
    boot,
    loaded,
    clock,
    log,
    uid,
    onRequest: () => idle?.touch(),
    stop: (by) => setImmediate(() => void stop(by)),
  });
  broker.server.on('connection', (socket) => {
    connections += 1;
    socket.on('close', () => {
      connections -= 1;
      idle?.touch();
    });
  });
  try {
    await listen(broker.server, boot, config.broker);
  } catch (error) {
    await broker.close();
    throw error;
  }
  log.info('listening', { socket: boot.socket, mode: config.broker.mode, config: boot.configFile });
  const reload = async (by: string) => void (await broker.reloadPolicy(by));
  const watching = watchFiles(broker.policyFiles, () => void reload('change'), clock);
  // What changed between the first reading and the watch.
  void reload('change');
  const tidy = () => void broker.tidy().catch((error) => log.error(asBrokerError(error)));
  const tidying = setInterval(tidy, TIDY_EVERY_MS);
  tidying.unref();
  clock.after(WARM_UP_AFTER_MS, () => broker.warmUp());
  if (config.broker.mode === 'private') {
    idle = idleExit({
      idleMs: config.broker.idleExitMs,
      isBusy: () => broker.live.list().length > 0 || connections > 0,
      leave: () => void stop('idle'),
      clock,
    });
  }
  return { left, stop, reload };

  /** Once it does not listen any more nothing else keeps the process alive, and what is under way must end. */
  async function leave(by: string): Promise<void> {
    const awake = setInterval(() => {}, TIDY_EVERY_MS);
    await endEverything(by).finally(() => clearInterval(awake));
  }

  async function endEverything(by: string): Promise<void> {
    log.info('leaving', { by });
    idle?.stop();
    watching.stop();
    clearInterval(tidying);
    // New connections are refused first (this also unlinks the socket), so that no session opens while others settle.
    const closed = new Promise((resolve) => broker.server.close(resolve));
    await broker.live.endAll(brokerStopped(by));
    broker.server.closeIdleConnections();
    await Promise.race([closed, new Promise((resolve) => clock.after(LEAVE_GRACE_MS, () => resolve(undefined)))]);
    broker.server.closeAllConnections();
    await broker.close().catch((error) => log.error(asBrokerError(error)));
    log.close();
    release();
  }
}

function newPromise(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function brokerStopped(by: string): BrokerError {
  return new BrokerError({
    code: 'broker-stopped',
    exit: EXIT.ended,
    message: `the broker was stopped by "${by}"`,
    hint: 'run the command again once it is back',
  });
}
