// Who connected to the broker's socket, in the kernel's word. It never reads a byte of what the caller sent.
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Principal } from '../core/principal.ts';
import { findAccount } from '../os/accounts.ts';
import { peerCredentials } from '../os/libc.ts';
import type { Verifier } from '../ports/verifier.ts';

/**
 * Names a caller `unix:` and the account's name, or its uid where no account has it. Digits alone always mean a uid:
 * an account whose name is a number is not named by it. The pid is who connected and may be gone by now; use it for
 * the audit only.
 */
export function unixPeerVerifier(): Verifier {
  return {
    identify(socket): Principal {
      const { pid, uid, gid } = readPeer(socket);
      if (standsForManyUsers(uid)) throw unidentified('the caller has no uid in the user namespace of the broker');
      const account = findAccount({ uid });
      return { name: `unix:${account?.name ?? uid}`, proof: { method: 'unix-peer', pid, uid, gid } };
    },
  };
}

function readPeer(socket: Socket): ReturnType<typeof peerCredentials> {
  const fd = descriptorOf(socket);
  if (fd === undefined) throw unidentified('the connection is closed already');
  try {
    return peerCredentials(fd);
  } catch (cause) {
    if (cause instanceof BrokerError) throw cause;
    throw unidentified('the kernel does not say who connected', cause);
  }
}

/**
 * In a user namespace (a rootless container) the kernel shows everybody from outside as one overflow uid, usually
 * "nobody"; user_namespaces(7). Without a namespace that uid is an account like any other.
 */
function standsForManyUsers(uid: number): boolean {
  if (uid !== Number(readFileSync('/proc/sys/kernel/overflowuid', 'utf8'))) return false;
  const [inside, outside, count] = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/);
  return !(inside === '0' && outside === '0' && Number(count) >= 0xffff_ffff);
}

/** Node keeps the descriptor in a property that its types do not name; absent once the socket is closed. */
function descriptorOf(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}

function unidentified(detail: string, cause?: unknown): BrokerError {
  return new BrokerError({
    code: 'unidentified',
    exit: EXIT.denied,
    message: 'the broker cannot tell who is calling',
    hint: "connect to the broker's Unix socket on the same machine",
    detail,
    cause,
  });
}
