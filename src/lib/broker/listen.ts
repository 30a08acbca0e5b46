// Binds the broker's socket with the mode it must have, and takes away only what is certainly left over.
import { once } from 'node:events';
import { chmodSync, chownSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { Config } from '../config/config.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { findGroup } from '../os/groups.ts';
import type { BootOptions } from './boot.ts';

/**
 * Listens on `boot.socket`; the caller holds the lock of the state folder. Rejects with `socket-in-the-way`,
 * `unknown-group`, `socket-in-state` (78), `socket-in-use`, `cannot-listen` (69).
 */
export async function listen(
  server: Server,
  boot: BootOptions,
  { group }: Pick<Config['broker'], 'group'>,
): Promise<void> {
  const folder = dirname(boot.socket);
  const gid = group === undefined ? undefined : groupId(group, folder, boot);
  try {
    const isNew = mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined;
    await removeLeftover(boot.socket);
    // Nobody may connect between bind(2) and the final mode.
    const umask = process.umask(0o177);
    try {
      server.listen(boot.socket);
      await once(server, 'listening');
    } finally {
      process.umask(umask);
    }
    if (gid !== undefined) {
      // A folder that was there, such as /run, has its own rules; the socket's mode is the gate in both cases.
      if (isNew) admit(folder, gid, 0o750);
      admit(boot.socket, gid, 0o660);
    }
  } catch (cause) {
    if (cause instanceof BrokerError) throw cause;
    throw new BrokerError({
      code: 'cannot-listen',
      exit: EXIT.unavailable,
      message: `the broker cannot listen on "${boot.socket}" (${(cause as NodeJS.ErrnoException).code})`,
      hint: 'check that its folder can be written and that the disk is not full',
      cause,
    });
  }
}

/** A socket on which nobody answers is a dead broker's. Anything else at that path is not ours to remove. */
async function removeLeftover(path: string): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) {
    throw new BrokerError({
      code: 'socket-in-the-way',
      exit: EXIT.configuration,
      message: `"${path}" is there already and is no socket`,
      hint: 'move it away, or set broker.socket to another path',
    });
  }
  if (await isAnswered(path)) {
    throw new BrokerError({
      code: 'socket-in-use',
      exit: EXIT.unavailable,
      message: `another process listens on "${path}"`,
      hint: 'stop it, or set broker.socket to another path',
    });
  }
  rmSync(path, { force: true });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function groupId(group: string, folder: string, boot: BootOptions): number {
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
  return gid;
}

function admit(path: string, gid: number, mode: number): void {
  chownSync(path, -1, gid);
  chmodSync(path, mode);
}
