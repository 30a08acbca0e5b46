// 200 MB of coloured text through a terminal into a recording, against asciinema and against a terminal alone. All three
// run on the terminal of a script(1), which throws away what it reads.
import { createWriteStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { has } from '../helpers/needs.ts';
import { CLI, type Stage } from './stage.ts';
import { ratioLine, runProgram, takeTurns, type Way } from './turns.ts';

const BYTES = 200_000_000;
const ROUNDS = 3;

export async function terminalThroughput(stage: Stage): Promise<readonly string[]> {
  if (!has('asciinema')) return ['200 MB through a terminal: skipped, asciinema is not installed'];
  const file = join(stage.folder, 'text');
  await writeText(file);
  const cast = join(stage.folder, 'asciinema.cast');
  const onTerminal = (command: string) =>
    runProgram('script', ['-qec', command, '/dev/null'], { ...stage.env, ASCIINEMA_CONFIG_HOME: stage.folder });
  const ours: Way = {
    label: 'sallyport shell --tty',
    once: () => onTerminal(`${process.execPath} ${CLI} shell here --tty --no-stdin -- cat ${file}`),
  };
  const asciinema: Way = {
    label: 'asciinema rec',
    once: () => onTerminal(`asciinema rec -q --overwrite -c 'cat ${file}' ${cast}`),
  };
  const bare: Way = { label: 'script(1) alone', once: () => onTerminal(`cat ${file}`) };
  const [own = [], others = [], bares = []] = await takeTurns([ours, asciinema, bare], ROUNDS, { warmUp: false });
  rmSync(file);
  rmSync(cast);
  stage.dropRecordings();
  return [
    ratioLine('200 MB, terminal and record', [ours, asciinema], [own, others]),
    ratioLine('200 MB, over a terminal alone', [ours, bare], [own, bares]),
    ratioLine('200 MB, for comparison', [asciinema, bare], [others, bares]),
  ];
}

/** 200 MB of lines as a build prints them: colours, and some text that is not ASCII. */
export async function writeText(file: string): Promise<void> {
  const lines = Array.from(
    { length: 2000 },
    (_, i) =>
      `\u001b[32m${String(i).padStart(5)}\u001b[0m compiled src/module-${i % 97}.ts in ${(i * 37) % 900} ms → ok\n`,
  );
  const block = Buffer.from(lines.join(''));
  const out = createWriteStream(file);
  for (let written = 0; written < BYTES; written += block.length) {
    if (!out.write(block)) await new Promise<void>((resolve) => out.once('drain', () => resolve()));
  }
  out.end();
  await finished(out);
}
