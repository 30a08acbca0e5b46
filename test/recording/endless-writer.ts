// Started by read.test.ts and killed by it: records lines for ever, and prints each one only once it is recorded.
import { writeSync } from 'node:fs';
import { localDirectoryArchive } from '../../src/lib/archive/local-directory.ts';
import { openSample, output } from './samples.ts';

const { recorder } = await openSample({ archive: localDirectoryArchive(process.argv[2] ?? '') });
for (let n = 0; ; n += 1) {
  const line = `line ${n} of the killed process`;
  await recorder.record(output(`${line}\r\n`));
  writeSync(1, `${line}\n`);
}
