// `policy test --against`: pages through the broker's audit log from its end backwards, and judges what was judged anew.
import type { ApiClient } from '../api/client.ts';
import { compilePolicy } from '../policy/index.ts';
import { type Comparison, newComparison } from '../policy/review/rejudge.ts';
import type { AuditEntry } from '../ports/store.ts';
import type { PolicyFile } from './policy-file.ts';

const PAGE = 1000;

interface Page {
  readonly entries: readonly AuditEntry[];
  readonly last: number;
}

/** Compares every command judged since `since` (ms since 1970) with what the policy of `file` says of it. */
export async function rejudgeLog(client: ApiClient, file: PolicyFile, since: number): Promise<Comparison> {
  const { policy, targets, limits } = file.config;
  const compiled = compilePolicy(policy, { approvalTtlMs: limits.approvalWaitMs });
  const kinds = new Map([...targets.values()].map(({ name, kind }) => [name, kind]));
  const comparison = newComparison(compiled, kinds);
  let end = (await client.get<Page>('/audit?limit=1')).last + 1;
  while (end > 1) {
    const from = Math.max(1, end - PAGE);
    const { entries } = await client.get<Page>(`/audit?from=${from}&limit=${end - from}`);
    for (const entry of entries) if (entry.at >= since) comparison.add(entry);
    if ((entries[0]?.at ?? 0) < since) break;
    end = from;
  }
  return comparison.result();
}
