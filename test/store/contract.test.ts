import { stores } from '../../src/lib/store/index.ts';
import { storeContract } from '../contract/store.ts';

for (const [kind, open] of Object.entries(stores)) storeContract(kind, open);
// The suites run themselves: each ends with test.run().
