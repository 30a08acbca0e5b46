// The broker's own log: JSON lines for the operator. It may hold the detail of an error; never a credential, never
// a session's output.
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import type { BrokerError } from '../core/errors.ts';

export interface BrokerLog {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(error: BrokerError): void;
  close(): void;
}

/** Appends to `file` (0600). */
export function openLog(file: string, clock: Clock): BrokerLog {
  const fd = openSync(file, 'a', 0o600);
  const write = (fields: Readonly<Record<string, unknown>>) =>
    void writeSync(fd, `${JSON.stringify({ at: new Date(clock.now()).toISOString(), pid: process.pid, ...fields })}\n`);
  return {
    info: (message, fields = {}) => write({ level: 'info', message, ...fields }),
    error: (error) =>
      write({ level: 'error', code: error.code, message: error.publicMessage, detail: error.detail ?? String(error.cause) }),
    close: () => closeSync(fd),
  };
}
