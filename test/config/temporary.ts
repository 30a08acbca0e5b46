// Folders and files for the tests of this room.
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BrokerError } from '../../src/lib/core/errors.ts';

/** Absolute, without symbolic links on the way, readable by its owner alone. */
export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'config-')));
}

/** Writes a file that its owner alone can change, with the folders above it; returns its path. */
export function put(folder: string, name: string, text: string | Uint8Array = 'version: 1\n'): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** The BrokerError that `work` throws. */
export function refusal(work: () => unknown): BrokerError {
  try {
    work();
  } catch (error) {
    if (error instanceof BrokerError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
