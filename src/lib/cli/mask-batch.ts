// `sallyport mask --batch`: texts as JSON lines, each masked by a stage of its own that is fed the text in pieces.
import type { Stage } from '../stream/stage.ts';
import { badBatchLine, linesOf, parseBatchLine } from './batch-lines.ts';
import { piecesOf, type Splits } from './mask-splits.ts';

export interface MaskBatchOptions {
  readonly source: AsyncIterable<Uint8Array>;
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly newStage: () => Stage;
  readonly splits: Splits;
  readonly seed: number;
}

/**
 * Answers `{"id", "masked"}` for every line `{"id", "text"}`, one for one and in order, as soon as it is read. Throws
 * `bad-batch` (64) at a line that is not of that form; lines before it have been answered.
 */
export async function maskBatch({ source, write, newStage, splits, seed }: MaskBatchOptions): Promise<void> {
  let number = 0;
  for await (const lines of linesOf(source)) {
    let answers = '';
    for (const bytes of lines) {
      number += 1;
      const text = bytes.toString('utf8');
      if (text.trim() === '') continue;
      const line = parseBatchLine(text, 'text');
      if (line === undefined) {
        await write(Buffer.from(answers));
        throw badBatchLine(number, 'text', 'the text to mask');
      }
      // Each line has pieces of its own, whatever stands before it.
      const masked = maskWhole(newStage(), piecesOf(Buffer.from(line.text), splits, seed + number * 0x9e3779b1));
      answers += `${JSON.stringify({ id: line.id, masked: masked.toString('utf8') })}\n`;
      if (answers.length > ANSWERS_LENGTH) {
        await write(Buffer.from(answers));
        answers = '';
      }
    }
    if (answers !== '') await write(Buffer.from(answers));
  }
}

/** Answers go out in pieces of about this size. */
const ANSWERS_LENGTH = 64 * 1024;

/** What the stage makes of all pieces. */
export function maskWhole(stage: Stage, pieces: Iterable<Uint8Array>): Buffer {
  const output: Uint8Array[] = [];
  for (const piece of pieces) output.push(...stage.push(piece));
  output.push(...stage.flush());
  return Buffer.concat(output);
}
