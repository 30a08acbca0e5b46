// Verifies the chain, in the file or in the store, reading everything once. It finds any entry that was altered, removed
// from the middle, reordered or inserted by somebody who did not recompute the rest, and by comparing file and store a cut
// tail, and the first entry where they part. Somebody who recomputes both from some entry on, or cuts both, is not found
// out here: that takes a signed head, which comes later.
import { createReadStream } from 'node:fs';
import { BrokerError, Bug } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { AuditEntry, Store } from '../ports/store.ts';
import { GENESIS, hashOf, lineOf, MAX_LINE_BYTES } from './chain.ts';

export type AuditFault =
  /** Not an entry at all: not UTF-8, not JSON, or without the fields of one. */
  | 'unreadable'
  /** The last line has no end: it was half written, or cut. */
  | 'torn'
  /** Its hash is not that of its content. */
  | 'altered'
  /** An entry is gone from the middle. */
  | 'missing'
  /** An entry stands in another's place, or twice. */
  | 'reordered'
  /** It names another predecessor than the one before it: one of the two is not what it was. */
  | 'unlinked'
  /** The end of the file is gone: the store has more. */
  | 'cut'
  /** The file has another entry here than the store, or one more. */
  | 'diverged';

export type AuditVerdict =
  | { readonly kind: 'intact'; readonly entries: number; readonly head: AuditHead | null }
  /** `seq`: the first place where the chain does not hold. */
  | {
      readonly kind: 'broken';
      readonly where: 'file' | 'store';
      readonly seq: number;
      readonly why: AuditFault;
      readonly detail: string;
    };

export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

const PAGE = 500;

/**
 * Verifies a file by its path, or lines (without line feeds) as they come. A tail that was cut at a line's end is not
 * found here: compare the head with one noted earlier. Rejects with `audit-unreadable` (69).
 */
export function verifyAuditFile(source: string | Iterable<string> | AsyncIterable<string>): Promise<AuditVerdict> {
  return verifyChain('file', parsed(typeof source === 'string' ? linesOf(source) : source));
}

/** Verifies what the store holds. */
export function verifyAuditStore(store: Pick<Store, 'audit'>): Promise<AuditVerdict> {
  return verifyChain('store', entriesOf(store));
}

/**
 * Verifies both, and that they are the same chain, entry by entry: this is what finds a cut tail. Safe while the log is
 * written. Rejects with `audit-unreadable` (69), and with what the store rejects with.
 */
export async function verifyAuditLog(source: { file: string; store: Pick<Store, 'audit'> }): Promise<AuditVerdict> {
  const atLeast = (await source.store.audit.last())?.seq ?? 0;
  const file = await verifyChain('file', parsed(linesOf(source.file, 'may be missing')), entriesOf(source.store));
  // The log is being written: what came after `last` may be half there.
  const isBeingWritten = file.kind === 'broken' && file.why === 'torn' && file.seq > atLeast;
  if (file.kind === 'broken' && file.why !== 'diverged' && !isBeingWritten) return file;
  const store = await verifyAuditStore(source.store);
  if (store.kind === 'broken' || isBeingWritten) return store;
  if (file.kind === 'broken') return file;
  if (file.entries >= atLeast) return file;
  return broken(
    'file',
    file.entries + 1,
    'cut',
    `the file ends at entry ${file.entries}, the store goes to ${atLeast}`,
  );
}

type Item = AuditEntry | { readonly fault: 'unreadable' | 'torn' | 'altered'; readonly detail: string };

/** `twin`: the same chain from elsewhere, which `items` must not differ from; it may go on longer. */
async function verifyChain(
  where: 'file' | 'store',
  items: AsyncIterable<Item>,
  twin?: AsyncIterator<AuditEntry>,
): Promise<AuditVerdict> {
  let head: AuditHead | null = null;
  let gap: { seq: number; found: number } | undefined;
  const standsWhere = (found: number, seq: number) =>
    broken(where, seq, 'reordered', `entry ${found} stands where ${seq} should be`);
  for await (const item of items) {
    const seq: number = (head?.seq ?? 0) + 1;
    if (gap !== undefined) {
      // The place is known; what is left to find out is whether the missing entry turns up later.
      if (!('fault' in item) && item.seq === gap.seq) return standsWhere(gap.found, gap.seq);
      continue;
    }
    if ('fault' in item) return broken(where, seq, item.fault, item.detail);
    const { hash } = item;
    if (hash !== canonical(() => hashOf(item))) {
      return broken(where, seq, 'altered', `entry ${item.seq} is not what its hash was made of`);
    }
    if (item.seq < seq) return standsWhere(item.seq, seq);
    if (item.seq > seq) {
      gap = { seq, found: item.seq };
      continue;
    }
    if (item.previous !== (head?.hash ?? GENESIS)) {
      return broken(where, seq, 'unlinked', `entry ${seq} does not follow the one before it: one of them was replaced`);
    }
    const same = await twin?.next();
    if (same?.done === true) return broken(where, seq, 'diverged', `entry ${seq} is not in the store`);
    if (same !== undefined && same.value.hash !== hash) {
      return broken(where, seq, 'diverged', `entry ${seq} is another one in the store`);
    }
    head = { seq, hash };
  }
  if (gap !== undefined) {
    return broken(where, gap.seq, 'missing', `entry ${gap.seq} is gone: ${gap.found} follows`);
  }
  return { kind: 'intact', entries: head?.seq ?? 0, head };
}

function broken(where: 'file' | 'store', seq: number, why: AuditFault, detail: string): AuditVerdict {
  return { kind: 'broken', where, seq, why, detail: where === 'store' ? `in the store: ${detail}` : detail };
}

async function* entriesOf(store: Pick<Store, 'audit'>): AsyncGenerator<AuditEntry> {
  for (let seq = 0; ; ) {
    const page = await store.audit.from(seq, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    if (last.seq < seq) throw new Bug('the store pages backwards');
    seq = last.seq + 1;
  }
}

async function* parsed(lines: Iterable<string | TornLine> | AsyncIterable<string | TornLine>): AsyncGenerator<Item> {
  for await (const line of lines) {
    yield typeof line === 'string'
      ? parseLine(line)
      : { fault: 'torn', detail: `the last line, ${line.bytes} bytes, has no end` };
  }
}

function parseLine(line: string): Item {
  const unreadable = (detail: string): Item => ({ fault: 'unreadable', detail });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return unreadable(line === '' ? 'an empty line' : 'a line that is not JSON');
  }
  if (!isEntry(value)) return unreadable('a line without the fields of an entry');
  // The bytes themselves: a second key of the same name, or a blank more, would not change the parsed value.
  if (canonical(() => lineOf(value)) !== `${line}\n`)
    return { fault: 'altered', detail: `entry ${value.seq} is not in canonical form` };
  return value;
}

/** Undefined where it has no canonical form: half a character, or nested deeper than the stack goes. */
function canonical(form: () => string): string | undefined {
  try {
    return form();
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is AuditEntry {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Record<string, unknown>;
  return (
    Object.keys(entry).length === 8 &&
    Number.isSafeInteger(entry.seq) &&
    Number.isSafeInteger(entry.at) &&
    typeof entry.type === 'string' &&
    typeof entry.actor === 'string' &&
    (entry.session === null || typeof entry.session === 'string') &&
    typeof entry.data === 'object' &&
    entry.data !== null &&
    typeof entry.previous === 'string' &&
    typeof entry.hash === 'string'
  );
}

interface TornLine {
  /** Bytes after the last line feed. */
  readonly bytes: number;
}

/** Lines between line feeds, and only those: U+2028 inside a string is no line end. Bytes that are not UTF-8, or too many, spoil the line. */
async function* linesOf(path: string, missing?: 'may be missing'): AsyncGenerator<string | TornLine> {
  let held: Buffer[] = [];
  let bytes = 0;
  // Of a line that the log cannot have written only the length is kept: it must not fill the memory.
  const hold = (part: Buffer) => {
    bytes += part.length;
    if (bytes <= MAX_LINE_BYTES) held.push(part);
  };
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
        hold(chunk.subarray(start, end));
        yield bytes > MAX_LINE_BYTES ? '(too long)' : decode(Buffer.concat(held));
        held = [];
        bytes = 0;
        start = end + 1;
      }
      if (start < chunk.length) hold(chunk.subarray(start));
    }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
    if (code === undefined) throw cause;
    if (code === 'ENOENT' && missing !== undefined) return;
    throw new BrokerError({
      code: 'audit-unreadable',
      exit: EXIT.unavailable,
      message: `the audit file "${path}" cannot be read (${code})`,
      hint: 'name the file that the broker writes, audit.jsonl in its state folder',
      cause,
    });
  }
  if (bytes > 0) yield { bytes };
}

function decode(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    // Parses as no entry, which is what the verdict then says.
    return '(not utf-8)';
  }
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
