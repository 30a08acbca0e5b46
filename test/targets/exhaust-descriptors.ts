// Run with few descriptors: starts programs until the system gives no more, twice, and prints what it was told. What it
// prints must be the same both times, or the first round left something open.
import { readdirSync } from 'node:fs';
import { BrokerError } from '../../src/lib/core/errors.ts';
import type { Program } from '../../src/lib/ports/target.ts';
import { inTerminal, onPipes, readToEnd } from '../helpers/local-program.ts';

const open = process.argv[2] === 'pipes' ? onPipes : inTerminal;
await readToEnd(await open('true'));
const openFiles = () => readdirSync('/proc/self/fd').length;

for (let round = 0; round < 2; round++) {
  const before = openFiles();
  const programs: Program[] = [];
  let told = 'nothing';
  while (told === 'nothing') {
    await open('sleep 1000').then(
      (program) => programs.push(program),
      (error: unknown) => {
        told = error instanceof BrokerError ? `${error.code} ${error.exit}` : String(error);
      },
    );
  }
  const started = programs.length;
  await programs.pop()?.[Symbol.asyncDispose]();
  const again = await readToEnd(await open('echo again'));
  for (const program of programs) await program[Symbol.asyncDispose]();
  await new Promise((resolve) => setTimeout(resolve, 100));
  process.stdout.write(
    `${started > 3} ${told}, then ${again.stdout.trim()}, ${Math.max(0, openFiles() - before)} left open\n`,
  );
}
