// Unix sockets that somebody on this machine listens on. A network namespace does not close them: whoever sees the file may
// connect, and behind it may be a service that starts programs outside.
import { readFileSync, statSync } from 'node:fs';

/** Absolute paths of the sockets that are bound now, as far as they are told: a relative path is not. */
export function boundSockets(): readonly string[] {
  return socketsIn(readTable()).filter(isSocket);
}

/** The absolute paths in a table of proc_net(5), `unix`: of any process in this network, in whatever mounts it has. */
export function socketsIn(table: string): readonly string[] {
  const paths = table.split('\n').map((line) => /^\S+: \S+ \S+ \S+ \S+ \S+ +\d+ (\/.*)$/.exec(line)?.[1]);
  return [...new Set(paths.filter((path) => path !== undefined))];
}

function readTable(): string {
  try {
    return readFileSync('/proc/net/unix', 'utf8');
  } catch {
    // A kernel without Unix sockets has nothing to hide.
    return '';
  }
}

/** With mounts of its own, anybody can bind a socket "/usr/bin/env"; what is no socket here must not be covered. */
function isSocket(path: string): boolean {
  try {
    return statSync(path).isSocket();
  } catch {
    return false;
  }
}
