// Identity: turns a connection into a principal, or refuses it.
import type { Socket } from 'node:net';
import type { Principal } from '../core/principal.ts';

export interface Verifier {
  /** Throws BrokerError `unidentified` (exit 77) where the caller cannot be proven. */
  identify(socket: Socket): Principal;
}
