// What `--batch` reads: JSON lines of an id and a text. As bytes: a line ends at a line feed and nowhere else. Node's readline also ends one at U+2028, which may stand
// in a JSON text as it is.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

/** Of one line: what has no end is no line. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

/**
 * The lines of each piece of the source, as soon as they are whole; the last one may have no end. Throws `bad-batch` (64)
 * at a line over `MAX_LINE_BYTES`.
 */
export async function* linesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Buffer[]> {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for await (const piece of source) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, from)) {
      const rest = bytes.subarray(from, end);
      lines.push(begun.length === 0 ? rest : Buffer.concat([...begun, rest]));
      begun = [];
      begunBytes = 0;
      from = end + 1;
    }
    if (from < bytes.length) {
      begun.push(bytes.subarray(from));
      begunBytes += bytes.length - from;
      if (begunBytes > MAX_LINE_BYTES) throw tooLong();
    }
    if (lines.length > 0) yield lines;
  }
  if (begun.length > 0) yield [Buffer.concat(begun)];
}

const LINE_FEED = 0x0a;

function tooLong(): BrokerError {
  return new BrokerError({
    code: 'bad-batch',
    exit: EXIT.usage,
    message: `a line of the input has more than ${MAX_LINE_BYTES / 1024 / 1024} MiB`,
    hint: 'write one JSON object a line',
  });
}

export interface BatchLine {
  readonly id: string | number;
  readonly text: string;
}

/** The line `{"id": …, "<field>": "…"}`; undefined where it is another one. */
export function parseBatchLine(line: string, field: string): BatchLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    const { id, [field]: text } = value as Readonly<Record<string, unknown>>;
    const isGood = (typeof id === 'string' || typeof id === 'number') && typeof text === 'string';
    return isGood ? { id, text } : undefined;
  } catch {
    return undefined;
  }
}

/** `what` says what the field holds. */
export function badBatchLine(number: number, field: string, what: string): BrokerError {
  return new BrokerError({
    code: 'bad-batch',
    exit: EXIT.usage,
    message: `line ${number} of the input is not {"id": …, "${field}": "…"}`,
    hint: `write one JSON object a line, with an id and ${what}`,
  });
}
