// Issues a lease from a book over the folder given, and stops for ever at the step named, to be killed there.
import { writeSync } from 'node:fs';
import { newSessionId } from '../../src/lib/core/ids.ts';
import { leaseBook } from '../../src/lib/leases/book.ts';
import { liveClock } from '../helpers/local-program.ts';
import { openState } from '../helpers/state.ts';
import { fakeProvider, REQUEST } from './fake-provider.ts';

const [folder = '', step = ''] = process.argv.slice(2);
const { store, audit } = await openState(folder, liveClock);
const provider = fakeProvider(folder, liveClock);
const stop = async () => {
  writeSync(1, 'here\n');
  await new Promise((resolve) => setTimeout(resolve, 600_000));
};
if (step === 'before the credential exists') provider.before.issue = stop;
if (step === 'before the book knows that it is live') provider.afterIssue = stop;
if (step === 'before it is revoked') provider.before.revoke = stop;
const markRevoked: typeof store.leases.markRevoked = async (id, revocation) => {
  if (step === 'before the book knows that it is dead') await stop();
  return store.leases.markRevoked(id, revocation);
};
const book = leaseBook({
  store: { ...store, leases: { ...store.leases, markRevoked } },
  providers: [provider],
  audit,
  clock: liveClock,
});
const { lease } = await book.issue(newSessionId(), REQUEST);
if (step === 'while it is in use') await stop();
await book.revoke(lease.id);
