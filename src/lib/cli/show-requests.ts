// Prints the requests of a recording while it is read, so that a long one needs no more memory than a short one.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { openCast } from '../recording/read.ts';
import { isDescription, type RequestEntry, requestsOf, streamsOf } from '../recording/request-entry.ts';
import type { OpenableRecording } from './recording-source.ts';
import { REQUEST_COLUMNS, renderRequest, requestRow } from './render-requests.ts';
import { streamTranscript } from './stream-transcript.ts';

/** Resolves once the reader can take more. */
export type Write = (text: string) => Promise<void>;
type Source = Pick<OpenableRecording, 'open'>;
type Table = (header: readonly string[], rows: readonly (readonly string[])[]) => string;

/** Rows that share the widths of their columns; a request line alone may have 192 KiB. */
const ROWS_AT_ONCE = 100;

/** The table of all requests; descriptions of the API are counted in a last line, or stand among them with `all`. */
export async function printRequests({ open }: Source, all: boolean, table: Table, write: Write): Promise<void> {
  let rows: (readonly string[])[] = [];
  let [count, descriptions] = [0, 0];
  const page = async () => {
    if (rows.length > 0) await write(table(REQUEST_COLUMNS, rows));
    rows = [];
  };
  for await (const entry of await entriesOf(open)) {
    if (!all && isDescription(entry)) {
      descriptions += 1;
      continue;
    }
    count += 1;
    if (rows.push(requestRow(entry)) === ROWS_AT_ONCE) await page();
  }
  await page();
  if (count === 0) await write('none\n');
  if (descriptions > 0) {
    await write(`and ${descriptions} description${descriptions === 1 ? '' : 's'} of the API, which --all lists\n`);
  }
}

/** One object: what is given, and all requests as its last member. */
export async function printRequestsJson({ open }: Source, shown: object, write: Write): Promise<void> {
  await printListJson(shown, 'requests', await entriesOf(open), write);
}

/** One request, and what went through it where that is kept. Throws `unknown-request` (64). */
export async function printRequest(source: OpenableRecording, number: number, write: Write): Promise<void> {
  const entry = await findRequest(source, number);
  await write(renderRequest(entry));
  const { push, flush } = streamTranscript();
  let isEmpty = true;
  for await (const { stream, text } of streamsOf((await openCast(source.open())).events, number)) {
    if (isEmpty) await write('\n');
    isEmpty = false;
    await write(push(stream, text));
  }
  await write(flush());
  if (isEmpty && entry.streams.some(({ bytes }) => bytes > 0))
    await write('text      none is kept: archives and connections are counted only\n');
}

/** One object with the request, and the pieces of its streams as its last member. Throws `unknown-request` (64). */
export async function printRequestJson(
  source: OpenableRecording,
  number: number,
  shown: object,
  write: Write,
): Promise<void> {
  const request = await findRequest(source, number);
  await printListJson(
    { ...shown, request },
    'streams',
    streamsOf((await openCast(source.open())).events, number),
    write,
  );
}

async function findRequest({ open, name }: OpenableRecording, number: number): Promise<RequestEntry> {
  for await (const entry of await entriesOf(open)) if (entry.number === number) return entry;
  throw new BrokerError({
    code: 'unknown-request',
    exit: EXIT.usage,
    message: `recording "${name}" has no request ${number}`,
    hint: `see: sallyport recordings show ${name} --all`,
  });
}

const entriesOf = async (open: Source['open']): Promise<AsyncIterable<RequestEntry>> =>
  requestsOf((await openCast(open())).events);

async function printListJson(shown: object, list: string, items: AsyncIterable<unknown>, write: Write): Promise<void> {
  await write(`${JSON.stringify({ ...shown, [list]: [] }).slice(0, -2)}`);
  let separator = '';
  for await (const item of items) {
    await write(`${separator}${JSON.stringify(item)}`);
    separator = ',';
  }
  await write(']}\n');
}
