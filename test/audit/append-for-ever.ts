// Appends to the audit log of the folder given, ten at a time, and says the last seq that was acknowledged.
import { openState } from '../helpers/state.ts';

const [folder = ''] = process.argv.slice(2);
const { audit } = await openState(folder);
for (;;) {
  const event = { type: 'test', actor: 'broker', data: { text: 'x'.repeat(500) } };
  const entries = await Promise.all(Array.from({ length: 10 }, () => audit.append(event)));
  process.stdout.write(`${entries.at(-1)?.seq}\n`);
}
