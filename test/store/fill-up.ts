// Writes requests into the store until the disk takes no more, says so, and writes one more once its input ends.
import { BrokerError } from '../../src/lib/core/errors.ts';
import { openSqliteStore } from '../../src/lib/store/sqlite.ts';
import { requestFor } from '../contract/store.ts';

const [file = ''] = process.argv.slice(2);
const store = await openSqliteStore(file);
let written = 0;
const write = () => store.requests.insert(requestFor({ digest: `sha256:${written}`, reason: 'x'.repeat(2000) }));

for (;;) {
  try {
    await write();
    written++;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    process.stdout.write(`${JSON.stringify({ code: error.code, exit: error.exit, written })}\n`);
    break;
  }
}
for await (const _ of process.stdin);
await write();
await store.close();
