// Verifies the chain, in the file or in the store, reading everything once. It finds any entry that was altered, removed
// from the middle, reordered or inserted by somebody who did not recompute the rest; a cut tail shows by comparing file and
// store. Somebody who recomputes both from some entry on is not found out here: that takes a signed head, which comes later.
import { createReadStream } from 'node:fs';
import { Bug } from '../core/errors.ts';
import type { AuditEntry, Store } from '../ports/store.ts';
import { GENESIS, hashOf, lineOf } from './chain.ts';

export type AuditFault =
  /** Not an entry at all: not UTF-8, not JSON, or without the fields of one. */
  | 'unreadable'
  /** Its hash is not that of its content. */
  | 'altered'
  /** An entry is gone from the middle. */
  | 'missing'
  /** An entry stands in another's place. */
  | 'reordered'
  /** It names another predecessor than the one before it. */
  | 'unlinked'
  /** The end of the file is gone: the store has more. */
  | 'cut'
  /** The file goes on after the store's last entry, or disagrees with it. */
  | 'diverged';

export type AuditVerdict =
  | { readonly kind: 'intact'; readonly entries: number; readonly head: AuditHead | null }
  /** `seq`: the first place where the chain does not hold. */
  | { readonly kind: 'broken'; readonly seq: number; readonly why: AuditFault; readonly detail: string };

export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

const PAGE = 500;

/** Verifies a file by its path, or lines (without line feeds) as they come. Rejects only where the file cannot be read. */
export function verifyAuditFile(source: string | Iterable<string> | AsyncIterable<string>): Promise<AuditVerdict> {
  return verifyChain(parsed(typeof source === 'string' ? linesOf(source) : source));
}

/** Verifies what the store holds. */
export function verifyAuditStore(store: Pick<Store, 'audit'>): Promise<AuditVerdict> {
  return verifyChain(entriesOf(store));
}

/** Verifies both, and that they are the same chain: this is what finds a cut tail. Safe while the log is written. */
export async function verifyAuditLog(source: { file: string; store: Pick<Store, 'audit'> }): Promise<AuditVerdict> {
  const atLeast = (await source.store.audit.last())?.seq ?? 0;
  const file = await verifyAuditFile(source.file);
  if (file.kind === 'broken') return file;
  const store = await verifyAuditStore(source.store);
  if (store.kind === 'broken') return store;
  const end = file.head?.seq ?? 0;
  if (end < atLeast) return broken(end + 1, 'cut', `the file ends at entry ${end}, the store goes to ${atLeast}`);
  const [same] = end === 0 ? [] : await source.store.audit.from(end, 1);
  if (file.head !== null && same?.hash !== file.head.hash) {
    return broken(end, 'diverged', `entry ${end} of the file is not the store's`);
  }
  return file;
}

type Item = AuditEntry | { readonly fault: 'unreadable' | 'altered'; readonly detail: string };

async function verifyChain(items: AsyncIterable<Item>): Promise<AuditVerdict> {
  let head: AuditHead | null = null;
  let fault: { seq: number; found: number } | undefined;
  for await (const item of items) {
    const seq: number = (head?.seq ?? 0) + 1;
    if (fault !== undefined) {
      // The place is known; what is left to find out is whether the missing entry turns up later.
      if (!('fault' in item) && item.seq === fault.seq) return reordered(fault);
      continue;
    }
    if ('fault' in item) return broken(seq, item.fault, item.detail);
    if (item.hash !== hashOf(item)) return broken(seq, 'altered', `entry ${item.seq} is not what its hash was made of`);
    if (item.seq < seq) return broken(seq, 'reordered', `entry ${item.seq} stands where ${seq} should be`);
    if (item.seq > seq) fault = { seq, found: item.seq };
    else if (item.previous !== (head?.hash ?? GENESIS)) {
      return broken(seq, 'unlinked', `entry ${seq} does not follow the one before it`);
    } else head = { seq, hash: item.hash };
  }
  if (fault !== undefined) return broken(fault.seq, 'missing', `entry ${fault.seq} is gone: ${fault.found} follows`);
  return { kind: 'intact', entries: head?.seq ?? 0, head };
}

function reordered({ seq, found }: { seq: number; found: number }): AuditVerdict {
  return broken(seq, 'reordered', `entry ${found} stands where ${seq} should be`);
}

function broken(seq: number, why: AuditFault, detail: string): AuditVerdict {
  return { kind: 'broken', seq, why, detail };
}

async function* entriesOf(store: Pick<Store, 'audit'>): AsyncGenerator<Item> {
  for (let seq = 0; ; ) {
    const page = await store.audit.from(seq, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    if (last.seq < seq) throw new Bug('the store pages backwards');
    seq = last.seq + 1;
  }
}

async function* parsed(lines: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Item> {
  for await (const line of lines) yield parseLine(line);
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
  if (lineOf(value) !== `${line}\n`) return { fault: 'altered', detail: `entry ${value.seq} is not in canonical form` };
  return value;
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

/** Lines between line feeds, and only those: U+2028 inside a string is no line end. Bytes that are not UTF-8 spoil the line. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const decode = (bytes: Uint8Array): string => {
    try {
      return decoder.decode(bytes);
    } catch {
      return '(not utf-8)';
    }
  };
  const held: Buffer[] = [];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      yield decode(Buffer.concat([...held.splice(0), chunk.subarray(start, end)]));
      start = end + 1;
    }
    if (start < chunk.length) held.push(chunk.subarray(start));
  }
  // A last line without its line feed was torn: it must not pass for a whole one.
  if (held.length > 0) yield `${decode(Buffer.concat(held))} (no line feed)`;
}
