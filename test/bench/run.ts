// `npm run bench [-- NAME…]`: ratios measured in one run, on the built CLI. How to read them: README.md beside this file.
import { BENCHES } from './benches.ts';
import { openStage } from './stage.ts';

const names = process.argv.slice(2);
const unknown = names.filter((name) => !BENCHES.some((bench) => bench.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `bench: no "${unknown.join('", "')}"; there are ${BENCHES.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(64);
}
await using stage = await openStage();
for (const bench of BENCHES) {
  if (names.length > 0 && !names.includes(bench.name)) continue;
  for (const line of await bench.run(stage)) process.stdout.write(`${line}\n`);
}
