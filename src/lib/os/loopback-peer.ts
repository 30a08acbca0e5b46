// Whose process is at the other end of a connection on 127.0.0.1. The kernel says so of every socket of this machine, in proc(5)'s
// /proc/net/tcp; a connection that is not there is nobody's.
import { readFileSync } from 'node:fs';

/** Uid of who holds the socket bound to 127.0.0.1:`port` that is connected to 127.0.0.1:`to`; undefined where there is none. */
export function uidOfLoopbackPeer(port: number, to: number): number | undefined {
  const local = address(port);
  const remote = address(to);
  for (const line of readFileSync('/proc/net/tcp', 'latin1').split('\n')) {
    const [, from, target, , , , , uid] = line.trim().split(/\s+/);
    if (from === local && target === remote) return Number(uid);
  }
  return undefined;
}

/** As the table has it: the address as a number in the machine's byte order, all in hexadecimal. */
const address = (port: number): string => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
