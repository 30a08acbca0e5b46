// A broker's life: take the lock, compose, listen, and leave by the one door, in which every session settles first.
import { chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import { asBrokerError, BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { findGroup } from '../os/groups.ts';
import type { BootOptions } from './boot.ts';
import { type ComposedBroker, composeBroker } from './compose.ts';
import { idleExit } from './idle-exit.ts';
import { loadBrokerConfig } from './load-config.ts';
import { openLog } from './log.ts';
import { prepareStateFolder, takeBrokerLock } from './state-folder.ts';

const EXPIRE_EVERY_MS = 10_000;

export interface RunningBroker {
  /** Resolves when the broker has left; never rejects. */
  readonly left: Promise<void>;
  /** Ends every session, then leaves. Called again, it waits for the same end. */
  stop(by: string): Promise<void>;
}

/**
 * Starts a broker in this process; undefined where another one holds this state folder. Rejects with what keeps it
 * from starting (exit 69, 74 or 78), having closed what it had opened.
 */
export async function runBroker(boot: BootOptions, clock: Clock): Promise<RunningBroker | undefined> {
  const uid = process.getuid?.() ?? -1;
  prepareStateFolder(boot.state, uid);
  const lock = takeBrokerLock(join(boot.state, 'broker.lock'));
  if (lock === undefined) return undefined;
  const log = openLog(boot.log, clock);
  try {
    const config = await loadBrokerConfig(boot);
    let announceLeft = () => {};
    const left = new Promise<void>((resolve) => {
      announceLeft = resolve;
    });
    let stopping: Promise<void> | undefined;
    const stop = (by: string) => {
      stopping ??= leave(by).finally(announceLeft);
      return stopping;
    };
    let waiting = 0;
    const idle =
      config.broker.mode === 'service'
        ? undefined
        : idleExit({
            idleMs: config.broker.idleExitMs,
            isBusy: () => broker.live.list().length > 0 || waiting > 0,
            leave: () => void stop('idle'),
            clock,
          });
    const broker: ComposedBroker = await composeBroker({
      boot,
      config,
      clock,
      log,
      uid,
      onRequest: () => idle?.touch(),
      stop: (by) => setImmediate(() => void stop(by)),
    });
    await listen(broker, boot, config);
    log.info('listening', { socket: boot.socket, mode: config.broker.mode, config: boot.configFile });
    const expiry = setInterval(() => void broker.expireDue().catch((error) => log.error(asBrokerError(error))), EXPIRE_EVERY_MS);
    expiry.unref();
    broker.server.on('connection', (socket) => {
      waiting += 1;
      socket.on('close', () => {
        waiting -= 1;
        idle?.touch();
      });
    });

    async function leave(by: string): Promise<void> {
      log.info('leaving', { by });
      idle?.stop();
      clearInterval(expiry);
      // New connections are refused first, so that no session opens while the others settle.
      const closed = new Promise((resolve) => broker.server.close(resolve));
      await broker.live.endAll(brokerStopped(by));
      broker.server.closeIdleConnections();
      await Promise.race([closed, new Promise((resolve) => clock.after(2000, () => resolve(undefined)))]);
      broker.server.closeAllConnections();
      await broker.close().catch((error) => log.error(asBrokerError(error)));
      rmSync(boot.socket, { force: true });
      log.close();
      lock?.release();
    }

    return { left, stop };
  } catch (error) {
    const failure = asBrokerError(error);
    log.error(failure);
    log.close();
    lock.release();
    throw failure;
  }
}

/** Binds the socket. Whoever holds the lock may remove what a dead broker left there. */
async function listen(broker: ComposedBroker, boot: BootOptions, config: Config): Promise<void> {
  const folder = dirname(boot.socket);
  if (folder !== boot.state) mkdirSync(folder, { recursive: true, mode: config.broker.group === undefined ? 0o700 : 0o750 });
  rmSync(boot.socket, { force: true });
  // Nobody may connect between bind(2) and the final mode.
  const umask = process.umask(0o177);
  try {
    broker.server.listen(boot.socket);
    await once(broker.server, 'listening');
  } catch (cause) {
    throw new BrokerError({
      code: 'cannot-listen',
      exit: EXIT.unavailable,
      message: `the broker cannot listen on "${boot.socket}" (${(cause as NodeJS.ErrnoException).code})`,
      hint: 'check that its folder can be written and that the disk is not full',
      cause,
    });
  } finally {
    process.umask(umask);
  }
  if (config.broker.group !== undefined) admitGroup(folder, boot, config.broker.group);
}

function admitGroup(folder: string, boot: BootOptions, group: string): void {
  const gid = findGroup(group);
  if (gid === undefined) {
    throw new BrokerError({
      code: 'unknown-group',
      exit: EXIT.configuration,
      message: `broker.group: there is no group "${group}"`,
      hint: `create it: groupadd ${group}`,
    });
  }
  if (folder === boot.state) {
    throw new BrokerError({
      code: 'socket-in-state',
      exit: EXIT.configuration,
      message: 'broker.group needs a socket outside the state folder, which only the broker may enter',
      hint: 'set broker.socket, for example to /run/sallyport/broker.sock',
    });
  }
  chownSync(folder, -1, gid);
  chmodSync(folder, 0o750);
  chownSync(boot.socket, -1, gid);
  chmodSync(boot.socket, 0o660);
}

function brokerStopped(by: string): BrokerError {
  return new BrokerError({
    code: 'broker-stopped',
    exit: EXIT.ended,
    message: `the broker was stopped by "${by}"`,
    hint: 'run the command again once it is back',
  });
}
