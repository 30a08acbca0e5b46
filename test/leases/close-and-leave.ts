// Ends a lease whose death nobody sees, and closes the book on the real clock, with nothing else that keeps the process.
import { writeSync } from 'node:fs';
import { systemClock } from '../../src/lib/core/clock.ts';
import { newSessionId } from '../../src/lib/core/ids.ts';
import { leaseBook } from '../../src/lib/leases/book.ts';
import { openState } from '../helpers/state.ts';
import { fakeProvider, REQUEST } from './fake-provider.ts';

const [folder = ''] = process.argv.slice(2);
const { store, audit, entries } = await openState(folder, systemClock);
const fake = fakeProvider(folder, systemClock);
const provider = {
  ...fake,
  revoke: async () => ({ deadAt: systemClock.now() + 60_000, how: 'deleted' }),
  confirmDeath: () => new Promise<never>(() => {}),
};
const book = leaseBook({ store, providers: [provider], audit, clock: systemClock });
const { lease } = await book.issue(newSessionId(), REQUEST);
await book.revoke(lease.id);
await book.close(200);
writeSync(1, `${(await entries('credential.dead')).length} death\n`);
