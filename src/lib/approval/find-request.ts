// The request a person means: they type its id, or as much of it as is enough.
import { isId, type RequestId } from '../core/ids.ts';
import type { RequestRow, RequestStore } from '../ports/store.ts';
import { ambiguousRequest, unknownRequest } from './refusals.ts';

/** By id or by a beginning of one, with or without `r-`. Rejects with `unknown-request`, `ambiguous-request` (64). */
export async function findRequest(
  requests: Pick<RequestStore, 'get' | 'withPrefix'>,
  idOrPrefix: string,
): Promise<RequestRow> {
  const prefix = idOrPrefix.startsWith('r-') ? idOrPrefix : `r-${idOrPrefix}`;
  // Short enough to be the beginning of an id, and more than every id has.
  if (prefix.length <= 2 || prefix.length > 14) throw unknownRequest(idOrPrefix);
  const exact = isId(prefix) ? await requests.get(prefix as RequestId) : undefined;
  if (exact !== undefined) return exact;
  const [row, another] = await requests.withPrefix(prefix, 2);
  if (row === undefined) throw unknownRequest(idOrPrefix);
  if (another !== undefined) throw ambiguousRequest(idOrPrefix);
  return row;
}
