// The broker's own log: JSON lines for the operator. It may hold the detail of an error; never a credential, never
// a session's output. A log that cannot be written must not end sessions: what was lost is counted and said later.
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import type { BrokerError } from '../core/errors.ts';
import { unusable } from './state-folder.ts';

export interface BrokerLog {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(error: BrokerError): void;
  close(): void;
}

/** Appends to `file` (0600) in the state folder. Throws `state-folder` (78) where it cannot be opened. */
export function openLog(folder: string, file: string, clock: Clock): BrokerLog {
  let fd: number;
  try {
    fd = openSync(file, 'a', 0o600);
  } catch (cause) {
    throw unusable(folder, cause);
  }
  let lost = 0;
  function write(fields: Readonly<Record<string, unknown>>): void {
    const at = new Date(clock.now()).toISOString();
    const line = { at, pid: process.pid, ...fields, ...(lost === 0 ? {} : { linesLostBefore: lost }) };
    try {
      writeSync(fd, `${JSON.stringify(line)}\n`);
      lost = 0;
    } catch {
      lost += 1;
    }
  }
  return {
    info: (message, fields = {}) => write({ level: 'info', message, ...fields }),
    error: (error) => {
      const detail = error.detail ?? (error.cause === undefined ? undefined : String(error.cause));
      write({ level: 'error', code: error.code, message: error.publicMessage, detail });
    },
    close: () => closeSync(fd),
  };
}
