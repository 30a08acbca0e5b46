// The audit log: one entry at a time, into the store first, then into the file. What cannot be written here must not
// happen, so a failure is thrown and never kept quiet. The chain has no key yet: signed heads come later.
import type { Clock } from '../core/clock.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { newLane } from '../core/serial.ts';
import type { AuditEvent, AuditLog as AuditPort } from '../ports/audit.ts';
import type { AuditEntry, Store } from '../ports/store.ts';
import { lineOf, MAX_LINE_BYTES, seal } from './chain.ts';
import { auditFile } from './file.ts';

export interface AuditLog extends AuditPort {
  /** Waits for the appends under way, syncs the file and closes it. Rejects with `cannot-audit` (74). */
  close(): Promise<void>;
}

/**
 * Opens the log and brings the file up to the store; where lines were missing (a crash, or a cut), the chain itself
 * says so with an `audit.repaired` entry. Only the last lines are compared here: `verifyAuditLog` reads all.
 * Rejects with `audit-broken` (exit 74) where file and store contradict each other, `cannot-audit` (exit 74) where the
 * file cannot be written, and what the store rejects with.
 */
export async function openAuditLog(deps: {
  readonly store: Pick<Store, 'audit'>;
  readonly file: string;
  readonly clock: Clock;
}): Promise<AuditLog> {
  const { clock } = deps;
  const store = deps.store.audit;
  const file = auditFile(deps.file);
  const lane = newLane();
  let last: AuditEntry | undefined;
  // False after a failure: what was written and what was not is then read from the store and the file again.
  let isInStep = false;
  let isClosed = false;

  async function add(event: AuditEvent): Promise<AuditEntry> {
    const entry = seal(event, clock.now(), last);
    if (Buffer.byteLength(lineOf(entry)) > MAX_LINE_BYTES) throw tooLong(event.type);
    isInStep = false;
    await store.append(entry);
    file.append(entry);
    last = entry;
    isInStep = true;
    return entry;
  }

  async function getInStep(): Promise<void> {
    if (isInStep && file.isAsLeft()) return;
    isInStep = false;
    last = await store.last();
    const missing = await file.catchUp(store);
    isInStep = true;
    if (missing === 0) return;
    const from = (last?.seq ?? 0) - missing + 1;
    await add({ type: 'audit.repaired', actor: 'broker', data: { missing, from } });
  }

  await getInStep().catch((error: unknown) => {
    file.close();
    throw error instanceof BrokerError ? error : cannotAudit(deps.file, error);
  });

  return {
    append: (event) =>
      lane(async () => {
        try {
          if (isClosed) throw new Error('the audit log is closed');
          await getInStep();
          return await add(event);
        } catch (error) {
          throw cannotAudit(deps.file, error);
        }
      }),
    close: () =>
      lane(async () => {
        if (isClosed) return;
        isClosed = true;
        try {
          file.close();
        } catch (error) {
          throw cannotAudit(deps.file, error);
        }
      }),
  };
}

function tooLong(type: string): BrokerError {
  return new BrokerError({
    code: 'cannot-audit',
    exit: EXIT.cannotRecord,
    message: `an entry "${type}" would be over ${MAX_LINE_BYTES} bytes`,
    hint: 'ask for less at once: a shorter command, or a script file on the target',
  });
}

function cannotAudit(file: string, cause: unknown): BrokerError {
  const why =
    cause instanceof BrokerError ? cause.publicMessage : cause instanceof Error ? cause.message : String(cause);
  return new BrokerError({
    code: 'cannot-audit',
    exit: EXIT.cannotRecord,
    message: `the audit log cannot be written, so nothing is done: ${why}`,
    hint: cause instanceof BrokerError ? cause.hint : `make "${file}" writable and check the space on its disk`,
    cause,
  });
}
