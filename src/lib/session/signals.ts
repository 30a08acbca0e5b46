// Signal names and numbers, as signal(7) has them for the machine the broker runs on.
import { constants } from 'node:os';

/** Number of `SIGKILL` and the like; 0 for a name this system does not have. */
export function signalNumber(name: string): number {
  return (constants.signals as Readonly<Record<string, number>>)[name] ?? 0;
}

/** Signals a client may send to the program it started. */
export const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
