// A program for a test's terminal: reads lines with the editor until it ends, and says what was entered, as JSON. Paths
// are completed from a list of its own.
import { readLine } from '../../src/lib/cli/editor/editor.ts';
import { History } from '../../src/lib/cli/editor/history.ts';
import { isComplete } from '../../src/lib/cli/editor/is-complete.ts';

const PATHS = ['src/', 'src/main.ts', 'src/main.test.ts', 'notes one.txt'];

const history = new History();
for (;;) {
  const entered = await readLine({
    stdin: process.stdin,
    output: process.stderr,
    prompt: { text: 'web:/srv$ ', cells: 10 },
    history,
    isComplete,
    pathsLike: async (path) => PATHS.filter((name) => name.startsWith(path)),
    onDropped: (bytes) => process.stderr.write(`dropped ${bytes}\r\n`),
  });
  process.stdout.write(`${JSON.stringify(entered)}\n`);
  if (entered.kind !== 'line') break;
  // Time to type ahead in.
  if (entered.text === 'sleep') await new Promise((resolve) => setTimeout(resolve, 700));
}
