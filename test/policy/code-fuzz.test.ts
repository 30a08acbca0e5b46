// timeout: 3600
// SALLYPORT_FUZZ=100000 tries more pieces of code, SALLYPORT_FUZZ_SEED others.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fuzzCode, INTERPRETERS } from './fuzz/code.ts';

const count = Number(process.env.SALLYPORT_FUZZ ?? 2000);
/** Starting an interpreter is what takes time. */
const runs = Math.max(30, count / 100);
const seed = Number(process.env.SALLYPORT_FUZZ_SEED ?? 1);

let language = '';
const proofs = readFileSync(new URL('corpus/proofs-code.txt', import.meta.url), 'utf8')
  .split('\n')
  .flatMap((line) => {
    if (line.startsWith('# ')) language = line.slice(2);
    const code = line.slice(2).replaceAll('⏎', '\n');
    // What never ends is not worth a run.
    return /^[+-] /.test(line) && !/while True|sleep/.test(line) ? [{ language, code }] : [];
  });

for (const [name, { program }] of Object.entries(INTERPRETERS)) {
  if (spawnSync(program, ['-v'], { stdio: 'ignore' }).status !== 0) {
    process.stdout.write(`# ${program} is not on this machine: its reader is tested without it\n`);
    continue;
  }
  test(`no code of ${name} that was proven harmless makes a file when it runs`, () => {
    const own = proofs.filter((each) => each.language === name).map(({ code }) => code);
    const report = fuzzCode(name, own, { seed, count, runs });
    process.stdout.write(`# ${name}: ${report.proven} of ${report.tried} proven and run\n`);
    assert.equal(report.misses, []);
    assert.ok(report.proven > 0);
  });
}

test.run();
