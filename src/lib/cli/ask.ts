// Questions to the person at the terminal. Asked on standard error, so that standard output stays the result's.
import { createInterface } from 'node:readline/promises';

/** The answer without blanks around it; undefined where the person ended the input (Ctrl-D) or gave up (Ctrl-C). */
export async function question(text: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const left = new AbortController();
  // Without this an ended input leaves the question unanswered for ever.
  lines.once('close', () => left.abort());
  try {
    return (await lines.question(text, { signal: left.signal })).trim();
  } catch (error) {
    if (!left.signal.aborted) throw error;
    process.stderr.write('\n');
    return undefined;
  } finally {
    lines.close();
  }
}
