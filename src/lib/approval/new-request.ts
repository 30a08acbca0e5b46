// What is asked → the request that a person decides on: named, digested, its free text made plain, its time set.
import type { ApprovalTerms } from '../core/decision.ts';
import { newRequestId } from '../core/ids.ts';
import type { RequestRow, RequestSubject } from '../ports/store.ts';
import { plainText } from './plain-text.ts';
import { badSubject } from './refusals.ts';
import { subjectDigest } from './statement.ts';

const MAX_WHY_LENGTH = 1000;

export interface Asked {
  readonly subject: RequestSubject;
  /** What the requester says it is for; made plain and cut to 1000 characters. */
  readonly why: string | null;
  /** Why policy asks. */
  readonly reason: string;
  readonly terms: ApprovalTerms;
}

/** A request of `now` (ms since 1970). Throws `bad-subject` (64). */
export function newRequest({ subject, why, reason, terms }: Asked, now: number): Omit<RequestRow, 'state' | 'votes'> {
  return {
    id: newRequestId(),
    subject,
    digest: digestOfSubject(subject),
    why: why === null ? null : plainText(why, MAX_WHY_LENGTH),
    reason,
    approvers: [...terms.approvers],
    quorum: terms.quorum,
    createdAt: now,
    expiresAt: now + Math.ceil(terms.ttlMs),
  };
}

/** The digest an approval covers. Throws `bad-subject` (64) where there is no exact form of it to cover. */
export function digestOfSubject(subject: RequestSubject): string {
  try {
    return subjectDigest(subject);
  } catch (error) {
    throw badSubject(error);
  }
}
