// A program of its own for tests: opens one ssh session with a CA from a folder, says what came back, and whether it
// could write anywhere.
import { writeFileSync } from 'node:fs';
import { openSshCa, sshCaProvider } from '../../src/lib/credentials/index.ts';
import { liveClock } from './local-program.ts';
import { runOn, targetOn } from './ssh-target.ts';

const what = JSON.parse(process.argv[2] ?? '{}');
const provider = sshCaProvider({ ca: await openSshCa(what.folder), clock: liveClock });
const { stdout } = await runOn(targetOn(what), provider, 'echo through');
process.stdout.write(stdout);
try {
  writeFileSync(`${what.folder}/written`, '');
  process.stdout.write('writable\n');
} catch {
  process.stdout.write('read-only\n');
}
