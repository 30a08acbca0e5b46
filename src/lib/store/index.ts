// The table of stores: one line a kind. The contract suite runs over it.
import type { Store } from '../ports/store.ts';
import { openSqliteStore } from './sqlite.ts';

/** Opens the store at a location: a file for `sqlite`. */
export const stores: Readonly<Record<string, (location: string) => Promise<Store>>> = {
  sqlite: openSqliteStore,
};
