// Appends to the audit log of the folder given until it is refused, says how, and appends once more when its input ends.
import { BrokerError } from '../../src/lib/core/errors.ts';
import { openState } from '../helpers/state.ts';

const [folder = ''] = process.argv.slice(2);
const { audit, store, close } = await openState(folder);
const event = { type: 'test', actor: 'broker', data: { text: 'x'.repeat(500) } };
for (;;) {
  try {
    await audit.append(event);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    const again = await audit.append(event).catch((second: BrokerError) => second.code);
    const stored = (await store.audit.last())?.seq;
    process.stdout.write(`${JSON.stringify({ code: error.code, exit: error.exit, again, stored })}\n`);
    break;
  }
}
for await (const _ of process.stdin);
await audit.append(event);
await close();
