// The chain: how an event becomes an entry that names its predecessor's hash. Pure.
import { canonicalJson, digestOf, sha256 } from '../core/digest.ts';
import type { AuditEvent } from '../ports/audit.ts';
import type { AuditEntry } from '../ports/store.ts';

/** What the first entry names as its predecessor. */
export const GENESIS = sha256('sallyport-audit-v1');

/** Longest line of the file; callers cap what they put into `data` far below. */
export const MAX_LINE_BYTES = 256 * 1024;

/** The entry after `last`. `data` becomes plain JSON: secrets redact themselves, broken UTF-16 is replaced. */
export function seal(event: AuditEvent, at: number, last: AuditEntry | undefined): AuditEntry {
  const open = {
    seq: (last?.seq ?? 0) + 1,
    at,
    type: event.type,
    actor: wellFormed(event.actor),
    session: event.session ?? null,
    data: plainJson(event.data),
    previous: last?.hash ?? GENESIS,
  };
  return { ...open, hash: digestOf(open) };
}

/** The hash an entry must have. */
export function hashOf({ hash: _, ...open }: AuditEntry): string {
  return digestOf(open);
}

/** The entry's one line in the file: canonical JSON and a line feed. */
export function lineOf(entry: AuditEntry): string {
  return `${canonicalJson(entry)}\n`;
}

function plainJson(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const text = JSON.stringify(data, (_, value: unknown) => (typeof value === 'string' ? wellFormed(value) : value));
  return JSON.parse(text) as Record<string, unknown>;
}

/** A lone surrogate has no UTF-8 form: it would read back as something else than what was hashed. */
function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}
