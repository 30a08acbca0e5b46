// The last entries of the log, read backwards page by page: what a broker that starts has to remember of an earlier one.
import type { AuditEntry, AuditStore } from '../ports/store.ts';

const PAGE = 200;
/** A flood of entries costs a start no more than this. */
const MAX_ENTRIES = 20_000;

/** Entries not older than `since` (ms since 1970), ascending; of a flood the newest. */
export async function recentEntries(store: AuditStore, since: number): Promise<readonly AuditEntry[]> {
  const pages: (readonly AuditEntry[])[] = [];
  let end = ((await store.last())?.seq ?? 0) + 1;
  for (let count = 0; end > 1 && count < MAX_ENTRIES; count += PAGE) {
    const start = Math.max(1, end - PAGE);
    const page = await store.from(start, end - start);
    pages.unshift(page.filter(({ at }) => at >= since));
    if ((page[0]?.at ?? 0) < since) break;
    end = start;
  }
  return pages.flat();
}
