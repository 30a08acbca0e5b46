// The requests of a recording as people read them: a table of them, and one with what its program wrote. Everything in them is escaped.
import { placeOf, programOf, type RequestEntry, type RequestStream } from '../recording/request-entry.ts';
import { approvedWords, askedWords, endWords, word } from '../recording/request-text.ts';
import { oneLine } from './render.ts';

export const REQUEST_COLUMNS: readonly string[] = [
  '#',
  'VERB',
  'RESOURCE',
  'NAMESPACE/NAME',
  'VERDICT',
  'RULE',
  'STATUS',
  'MS',
  'BYTES',
  'MORE',
];

/** One row; a table cuts and escapes its cells. */
export function requestRow(entry: RequestEntry): readonly string[] {
  const { number, verb, resource, verdict, rule, status, ms, bytes, state, line } = entry;
  // What is about no object has only its line.
  const isBare = resource === null;
  return [
    number === null ? '?' : String(number),
    verb ?? (line.split(' ')[0] || '-'),
    resource ?? '-',
    (isBare ? line.split(' ').slice(1).join(' ') : placeOf(entry)) || '-',
    approvedWords(entry) ?? verdict ?? state,
    rule ?? '-',
    ...[status, ms, verdict === 'deny' ? null : bytes].map((value) => (value === null ? '-' : String(value))),
    moreOf(entry),
  ];
}

function moreOf(entry: RequestEntry): string {
  const { exitCode, streams, error } = entry;
  const program = programOf(entry);
  const more = [
    ...(error === null ? [] : [error.message === '' ? error.code : `${error.code}: ${error.message}`]),
    ...(exitCode === null ? [] : [`exit ${exitCode}`]),
    ...streams
      .filter(({ bytes }) => bytes > 0)
      .map(({ name, bytes, sha256 }) => `${name} ${bytes} B ${sha256.slice(0, 12)}`),
    ...(program.length === 0 ? [] : [program.map(word).join(' ')]),
  ];
  return more.join(' · ') || '-';
}

/** Everything that is known of one. */
export function renderRequest(entry: RequestEntry): string {
  const { line, verdict, rule, approval, bytes, streams } = entry;
  const program = programOf(entry);
  const rows: readonly (readonly [string, string])[] = [
    ['request', askedWords(entry)],
    ['line', line],
    ['runs', program.map(word).join(' ')],
    ['judged', verdict === null ? '' : `${verdict} by rule ${JSON.stringify(rule ?? '')}`],
    ['approval', approval === null ? '' : `${approvedWords(entry)}, request ${word(approval.request)}`],
    ['ended', `${endWords(entry)}${bytes === null ? '' : `, ${bytes} bytes for the client`}`],
    ...streams.map(streamRow),
  ];
  return rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${oneLine(name).padEnd(9)} ${oneLine(value)}\n`)
    .join('');
}

const streamRow = ({ name, bytes, sha256 }: RequestStream): readonly [string, string] => [
  name,
  `${bytes} bytes, sha256 ${sha256}`,
];
