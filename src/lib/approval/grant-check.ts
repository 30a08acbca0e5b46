// Whether an approval of yesterday still counts today: every vote is verified again, against the config as it is now and
// against what is about to run. A row in the state file alone approves nothing.
import type { ApprovalTerms } from '../core/decision.ts';
import { asBrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { RequestRow, RequestSubject } from '../ports/store.ts';
import type { Approvers } from './approvers.ts';
import { signerOf } from './decision-check.ts';

/**
 * Names of those whose signed approval of exactly `subject` still stands. Rejects with what verifying rejects with
 * (`no-ssh-keygen`, `cannot-verify`, 69): then nothing is known of the others either.
 */
export async function standingApprovals(
  row: RequestRow,
  subject: RequestSubject,
  digest: string,
  approvers: Approvers,
): Promise<readonly string[]> {
  const approvals = row.votes.filter((vote) => vote.verdict === 'approve');
  const asked = { ...row, subject, digest, votes: [] };
  const standing = await Promise.all(
    approvals.map(async ({ approver, reason, statement, signature }) => {
      try {
        return await signerOf(asked, { approver, decision: 'approve', reason, statement, signature }, approvers);
      } catch (thrown) {
        const { exit } = asBrokerError(thrown);
        if (exit === EXIT.denied || exit === EXIT.usage) return undefined;
        throw thrown;
      }
    }),
  );
  return standing.filter((name) => name !== undefined);
}

/** Same people, same number: an approval under laxer terms of yesterday must not do for today's rule. */
export function hasTerms(row: RequestRow, terms: ApprovalTerms): boolean {
  const names = (list: readonly string[]) => [...new Set(list)].sort().join('\n');
  return row.quorum === terms.quorum && names(row.approvers) === names(terms.approvers);
}
