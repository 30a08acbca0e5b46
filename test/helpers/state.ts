// A broker's state in a folder of its own: the real store and the real audit log, on the clock a test moves.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditLog, openAuditLog } from '../../src/lib/audit/log.ts';
import type { Clock } from '../../src/lib/core/clock.ts';
import type { AuditEntry, Store } from '../../src/lib/ports/store.ts';
import { openSqliteStore } from '../../src/lib/store/sqlite.ts';
import { fakeClock } from './fake-clock.ts';

export interface TestState {
  readonly folder: string;
  readonly auditFile: string;
  readonly store: Store;
  readonly audit: AuditLog;
  /** Entries of a type, in order; all without one. */
  entries(type?: string): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

/** Opens the state in `folder`, as a broker that starts would. */
export async function openState(folder: string, clock: Clock = fakeClock()): Promise<TestState> {
  const auditFile = join(folder, 'audit.jsonl');
  const store = await openSqliteStore(join(folder, 'sallyport.db'));
  const audit = await openAuditLog({ store, file: auditFile, clock });
  return {
    folder,
    auditFile,
    store,
    audit,
    async entries(type) {
      const all = await store.audit.from(1, 100_000);
      return type === undefined ? all : all.filter((entry) => entry.type === type);
    },
    async close() {
      await audit.close();
      await store.close();
    },
  };
}

/** Opens a state in a new folder, and removes it after the work. */
export async function withState(work: (state: TestState) => Promise<void>, clock?: Clock): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-state-'));
  try {
    const state = await openState(folder, clock);
    try {
      await work(state);
    } finally {
      await state.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
