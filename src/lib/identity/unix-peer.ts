// Who connected to the broker's socket, in the kernel's word. It never reads a byte of what the caller sent.
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
