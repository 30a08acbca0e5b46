// `npm run demo`: the main job with real parts only, in a temporary folder, in well under a minute. Leaves nothing
// running and nothing on disk, also after Ctrl-C and after a failure. Exit code: 0, 1 (failed), 130 or 143 (interrupted).
import { constants } from 'node:os';
import { narrator as newNarrator } from './narrator.ts';
import { leftovers, openStage } from './stage.ts';
import { tell } from './story.ts';

const LIMIT_MS = 55_000;

class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(`${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

async function main(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stop.abort(new Interrupted(signal)));
  }
  // A reader that has had enough (`| head`) ends the demo, not its tidying up.
  process.stdout.on('error', (error) => stop.abort(error));
  setTimeout(() => stop.abort(new Error(`not finished after ${LIMIT_MS / 1000} s`)), LIMIT_MS).unref();

  const started = performance.now();
  const narrator = newNarrator(stop.signal);
  await narrator.step('A broker of its own, in a temporary folder, with a throw-away key for the approver "ann".');
  const stage = await openStage(stop.signal);
  try {
    narrator.say(`${stage.folder}: configuration, keys, state and recordings`);
    if (stage.sshd !== null) narrator.say(`an sshd on ${stage.sshd.host} that trusts nothing but the broker's CA`);
    await tell({ stage, narrator, signal: stop.signal });
  } finally {
    await stage.close();
  }
  const left = leftovers(stage);
  if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  narrator.say(`Done in ${seconds} s. Nothing is left: the broker has gone, and so has its folder.`);
}

try {
  await main();
} catch (error) {
  process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
  const why =
    error instanceof Interrupted ? `interrupted by ${error.message}; everything is stopped and removed` : error;
  process.stderr.write(`\ndemo: ${why instanceof Error ? why.message : why}\n`);
}
