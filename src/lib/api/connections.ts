// How many connections one OS user may hold, so that no caller can use up the broker's descriptors and memory.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Principal } from '../core/principal.ts';
import type { Verifier } from '../ports/verifier.ts';

/** A waiting CLI and a session hold one each. Ten descriptors a session stay below 4096, a common hard limit. */
export const MAX_CONNECTIONS_PER_USER = 256;
/** Above this nobody is answered any more: an answer needs a request, and who floods sends none. */
const MAX_UNANSWERED_PER_USER = 2 * MAX_CONNECTIONS_PER_USER;

export interface Connections {
  /** Who holds the other end; the kernel's word, asked once a connection. Throws what the verifier throws. */
  principalOf(socket: Socket): Principal;
  /** Throws `too-many-connections` (69) where this user holds more than its share. */
  checkShare(socket: Socket): void;
}

/** Watches a server's connections from now on. */
export function watchConnections(server: Server, verifier: Verifier): Connections {
  const principals = new WeakMap<Socket, Principal>();
  const perUser = new Map<number, number>();

  server.on('connection', (socket: Socket) => {
    const uid = uidOf(socket);
    if (uid === undefined) return;
    const count = (perUser.get(uid) ?? 0) + 1;
    perUser.set(uid, count);
    socket.once('close', () => {
      const left = (perUser.get(uid) ?? 1) - 1;
      if (left === 0) perUser.delete(uid);
      else perUser.set(uid, left);
    });
    if (count > MAX_UNANSWERED_PER_USER) socket.destroy();
  });

  function principalOf(socket: Socket): Principal {
    const known = principals.get(socket);
    if (known !== undefined) return known;
    const principal = verifier.identify(socket);
    principals.set(socket, principal);
    return principal;
  }

  function uidOf(socket: Socket): number | undefined {
    try {
      return principalOf(socket).proof.uid;
    } catch {
      // Its first request is refused with the reason.
      return undefined;
    }
  }

  return {
    principalOf,
    checkShare(socket) {
      const { name, proof } = principalOf(socket);
      if ((perUser.get(proof.uid) ?? 0) <= MAX_CONNECTIONS_PER_USER) return;
      throw new BrokerError({
        code: 'too-many-connections',
        exit: EXIT.unavailable,
        message: `"${name}" holds more than ${MAX_CONNECTIONS_PER_USER} connections to the broker`,
        hint: 'end some sessions or waiting commands, then try again',
      });
    },
  };
}
