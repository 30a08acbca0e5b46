// A program of its own for tests: opens the CA of a folder at a given moment and prints its public line.
import { openSshCa } from '../../src/lib/credentials/index.ts';

const [folder = '', startMs = '0'] = process.argv.slice(2);
await new Promise((resolve) => setTimeout(resolve, Math.max(0, Number(startMs) - Date.now())));
process.stdout.write(`${(await openSshCa(folder)).publicKeyLine()}\n`);
