// The audit log as JSON lines, for people, log shippers and offline verification. The store is the durable copy; this
// file follows it. It never rewrites a line that is there: it adds what is missing, or refuses.
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { AuditEntry, AuditStore } from '../ports/store.ts';
import { lineOf, MAX_LINE_BYTES } from './chain.ts';

/** A torn line and a whole one before it always fit. */
const TAIL_BYTES = 2 * MAX_LINE_BYTES;
/** How many of the last lines are compared with the store when the file is opened; `audit verify` reads all. */
const COMPARED_LINES = 200;
const PAGE = 500;

export interface AuditFile {
  /** One write(2) of the entry's line. Not synced: after a power cut the missing lines come from the store. */
  append(entry: AuditEntry): void;
  /** False where somebody else moved, removed, cut or extended the file since the last append. */
  isAsLeft(): boolean;
  /**
   * Opens the file anew if need be and adds, synced, what the store has and the file lacks; returns how many entries
   * that were. Throws `audit-broken` (exit 74) where the end of the file says something else than the store.
   */
  catchUp(store: AuditStore): Promise<number>;
  /** fsync, then close. */
  close(): void;
}

/** A file not yet opened: `catchUp` does that. Created with mode 0600, never through a symbolic link. */
export function auditFile(path: string): AuditFile {
  let descriptor: number | undefined;
  let size = 0;

  function open(): number {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
    const { O_RDWR, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
    const opened = openSync(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
    try {
      // A pipe in its place would take what nobody can read again, and then nothing at all.
      if (!fstatSync(opened).isFile()) throw broken(path, 'it is no file');
      fchmodSync(opened, 0o600);
    } catch (error) {
      closeSync(opened);
      throw error;
    }
    descriptor = opened;
    return opened;
  }

  function write(opened: number, text: string): void {
    const bytes = Buffer.from(text);
    for (let offset = 0; offset < bytes.length; ) {
      const count = writeSync(opened, bytes, offset);
      offset += count;
      size += count;
    }
  }

  return {
    append(entry) {
      write(descriptor ?? open(), lineOf(entry));
    },
    isAsLeft() {
      if (descriptor === undefined) return false;
      const [ours, theirs] = [fstatSync(descriptor), statSync(path, { throwIfNoEntry: false })];
      return theirs !== undefined && theirs.ino === ours.ino && theirs.dev === ours.dev && theirs.size === size;
    },
    async catchUp(store) {
      const opened = open();
      const end = readEnd(opened);
      const last = (await store.last())?.seq ?? 0;
      const known = await compareEnd(end, store, last, path);
      size = end.offset;
      if (end.torn !== '') ftruncateSync(opened, size);
      for (let seq = known + 1; seq <= last; ) {
        const page = await store.from(seq, PAGE);
        if (page.length === 0) break;
        for (const entry of page) write(opened, lineOf(entry));
        seq += page.length;
      }
      if (known < last) fsyncSync(opened);
      return last - known;
    },
    close() {
      if (descriptor === undefined) return;
      const opened = descriptor;
      descriptor = undefined;
      try {
        fsyncSync(opened);
      } finally {
        closeSync(opened);
      }
    },
  };
}

interface FileEnd {
  /** The last complete lines, without line feeds. */
  readonly lines: readonly string[];
  /** What follows the last line feed. */
  readonly torn: string;
  /** Where `torn` starts, in bytes. */
  readonly offset: number;
}

function readEnd(descriptor: number): FileEnd {
  const { size } = fstatSync(descriptor);
  const start = Math.max(0, size - TAIL_BYTES);
  const bytes = Buffer.alloc(size - start);
  for (let done = 0; done < bytes.length; ) {
    const count = readSync(descriptor, bytes, done, bytes.length - done, start + done);
    if (count === 0) break;
    done += count;
  }
  const complete = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.toString('utf8', 0, Math.max(0, complete - 1)).split('\n');
  // The first one may have lost its beginning to the window.
  if (start > 0 || complete === 0) lines.shift();
  return { lines: lines.slice(-COMPARED_LINES), torn: bytes.toString('utf8', complete), offset: start + complete };
}

/** The seq of the file's last complete line, every line looked at being the store's. */
async function compareEnd(end: FileEnd, store: AuditStore, last: number, path: string): Promise<number> {
  if (end.lines.length === 0 && end.offset > 0) throw broken(path, 'its last line is no audit entry');
  const seq = end.lines.length === 0 ? 0 : seqOf(end.lines.at(-1) ?? '');
  if (seq === undefined) throw broken(path, 'its last line is no audit entry');
  if (seq > last) throw broken(path, `it goes to entry ${seq}, the store only to ${last}`);
  const start = seq - end.lines.length + 1;
  if (start < 1) throw broken(path, 'it has more lines than entries');
  // One more than the complete lines: what a torn line must be the beginning of.
  const expected = (await store.from(start, end.lines.length + 1)).map(lineOf);
  const differs = end.lines.findIndex((line, index) => `${line}\n` !== expected[index]);
  if (differs >= 0) throw broken(path, `entry ${start + differs} is not what the store has`);
  // A line torn inside a character reads back with a replacement at its end.
  const torn = end.torn.replace(/\ufffd+$/, '');
  if (torn !== '' && expected[end.lines.length]?.startsWith(torn) !== true) {
    throw broken(path, `what follows entry ${seq} is no audit entry`);
  }
  return seq;
}

function seqOf(line: string): number | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null || !('seq' in entry)) return undefined;
    return Number.isSafeInteger(entry.seq) ? (entry.seq as number) : undefined;
  } catch {
    // Not JSON: the caller says so.
    return undefined;
  }
}

function broken(path: string, what: string): BrokerError {
  return new BrokerError({
    code: 'audit-broken',
    exit: EXIT.cannotRecord,
    message: `the audit file "${path}" does not fit the store: ${what}`,
    hint: 'somebody changed one of them: keep both as evidence, then move the file away; it is written anew from the store',
  });
}
