// Started by tests and killed by them: records lines for ever, and prints each one only once it is recorded. A second
// argument makes each event that many bytes longer.
import { writeSync } from 'node:fs';
import { localDirectoryArchive } from '../../src/lib/archive/local-directory.ts';
import { openSample, output } from './samples.ts';

const padding = '.'.repeat(Number(process.argv[3] ?? 0));
const { recorder } = await openSample({ archive: localDirectoryArchive(process.argv[2] ?? '') });
for (let n = 0; ; n += 1) {
  const line = `line ${n} of the killed process`;
  await recorder.record(output(`${line}${padding}\r\n`));
  writeSync(1, `${line}\n`);
}
