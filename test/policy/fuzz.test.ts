// timeout: 3600
// SALLYPORT_FUZZ=100000 compares more scripts, SALLYPORT_FUZZ_SEED others.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fuzz } from './fuzz/differential.ts';

const count = Number(process.env.SALLYPORT_FUZZ ?? 1000);
const seed = Number(process.env.SALLYPORT_FUZZ_SEED ?? 1);

test('bash runs the printed form as it would run the text, and nothing that no fact names', async () => {
  const report = await fuzz({ seed, count });
  process.stdout.write(
    `# ${report.compared} of ${report.scripts} scripts compared with bash, ${report.refused} refused\n`,
  );
  assert.equal(
    report.misses.map(({ script, printed, what }) => `${script}\n=>\n${printed}\n${what}`),
    [],
  );
  assert.ok(report.compared > count / 8);
});

test.run();
