import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const script = fileURLToPath(new URL('exhaust-descriptors.ts', import.meta.url));

for (const [kind, code] of [
  ['pipes', 'cannot-start'],
  ['terminal', 'no-terminal'],
] as const) {
  for (const limit of [60, 61, 62, 63]) {
    test(`with ${limit} descriptors, a program on ${kind} too many is an error that leaves nothing open`, async () => {
      const command = `ulimit -n ${limit}; exec "$0" --import tsx "$1" "$2"`;
      const args = ['--noprofile', '--norc', '-c', command, process.execPath, script, kind];
      const { stdout } = await promisify(execFile)('/bin/bash', args, { timeout: 30_000 });
      assert.is(stdout, `true ${code} 69, then again, 0 left open\n`.repeat(2));
    });
  }
}

test.run();
