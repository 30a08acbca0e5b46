// How the data of an entry of the audit log reads: requests to a cluster in words, everything else as pairs. Untrusted text in it is for
// the caller to escape.
import { timestamp } from '../core/timestamp.ts';
import type { AuditEntry } from '../ports/store.ts';
import { requestEntry } from '../recording/request-entry.ts';
import { askedWords, endWords } from '../recording/request-text.ts';

/** Evidence that only a program reads; --json has it. */
const BULKY = new Set(['proof', 'statement', 'signature', 'subject', 'guidance', 'judgedIn']);

/** `prod 3 list pods default: allow by "kubernetes/look" (it only looks)`, `target=web verdict=allow …`. */
export function auditText({ type, data }: Pick<AuditEntry, 'type' | 'data'>): string {
  return requestWords(type, data) ?? pairs(data);
}

function requestWords(type: string, data: Readonly<Record<string, unknown>>): string | undefined {
  const name = NAMES.get(type);
  const entry = name === undefined ? null : requestEntry({ name, data, atMs: 0 });
  if (entry === null) return undefined;
  const target = asText(data.target) ?? '?';
  if (entry.state !== 'ended') return `${target} ${askedWords(entry)} ${endWords(entry)}`;
  const approval = asText(data.approval);
  return [
    `${target} ${askedWords(entry)}:`,
    ...(data.isDryRun === true ? ['as a dry run,'] : []),
    `${entry.verdict ?? '?'} by ${JSON.stringify(entry.rule ?? '')} (${asText(data.reason) ?? ''})`,
    ...(approval === null ? [] : [`approved as ${approval}`]),
    entry.line,
  ].join(' ');
}

/** Entries about requests, and the markers of recordings that have the same fields. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['api.judged', 'api.request'],
  ['api.refused', 'api.refused'],
  ['api.failed', 'api.failed'],
]);

function pairs(data: Readonly<Record<string, unknown>>): string {
  return Object.entries(data)
    .filter(([name, value]) => !BULKY.has(name) && value !== null)
    .map(([name, value]) => `${name}=${shown(name, value)}`)
    .join(' ');
}

/** Fields named `…At` hold ms since 1970. */
function shown(name: string, value: unknown): string {
  if (typeof value === 'number' && name.endsWith('At')) return timestamp(value);
  return asText(value) ?? JSON.stringify(value);
}

const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null);
