// How a request to an API reads on one line, in recordings and in the audit log alike. Words that hold more than a word are quoted, so that
// no name can go on as what is said of it; whoever shows the line escapes it.
import type { CastMarker } from './read.ts';
import { placeOf, type RequestEntry, requestEntry, streamPiece } from './request-entry.ts';

export type Asked = Pick<RequestEntry, 'number' | 'verb' | 'resource' | 'namespace' | 'name' | 'line'>;

/** `3 list pods default`, `4 create pods/exec default/web`, and for what is about no object the line: `1 GET /api`. */
export function askedWords({ number, verb, resource, namespace, name, line }: Asked): string {
  const first = number === null ? '?' : String(number);
  if (resource === null) return `${first} ${line}`;
  return [first, ...[verb, resource, placeOf({ namespace, name })].map((part) => word(part ?? ''))]
    .filter((part) => part !== '')
    .join(' ');
}

/** A marker about a request, but for its name; undefined for any other. */
export function requestText(marker: Pick<CastMarker, 'name' | 'data'>): string | undefined {
  const piece = streamPiece({ ...marker, atMs: 0 });
  if (piece !== null) return `${piece.request} ${word(piece.stream)}: ${piece.text}`;
  const entry = requestEntry({ ...marker, atMs: 0 });
  return entry === null ? undefined : `${askedWords(entry)} ${endWords(entry)}`;
}

/** `200 12 ms`, `101 130 ms, exit 3`, `denied by rule "no-web"`, `not judged (cannot-preview)`. */
export function endWords({ state, verdict, rule, approval, status, ms, exitCode, error }: RequestEntry): string {
  if (state === 'open') return 'opened';
  if (state === 'refused') return `refused (${word(error?.code ?? '')}: ${error?.message ?? ''})`;
  if (state === 'failed') return `not judged (${word(error?.code ?? '')})${status === null ? '' : ` ${status}`}`;
  if (verdict === 'deny') return `denied by rule ${JSON.stringify(rule ?? '')}`;
  const isUnanswered = verdict === 'ask' && approval === null && status === null;
  const end = `${isUnanswered ? 'not approved' : (status ?? 'no answer')} ${ms ?? '?'} ms`;
  return exitCode === null ? end : `${end}, exit ${exitCode}`;
}

/** `approved by ann, bob`; undefined where nobody approved it. */
export function approvedWords({ approval }: Pick<RequestEntry, 'approval'>): string | undefined {
  return approval === null ? undefined : `approved by ${approval.by.map(word).join(', ')}`;
}

/** As it is where it is one word, else quoted. */
export const word = (text: string): string => (/^[\w.:@*/-]*$/.test(text) ? text : JSON.stringify(text));
