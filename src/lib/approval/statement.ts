// What an approver signs: a text that both ends compute for themselves. Pure, and never changed: a new form is a v2.
import { canonicalJson, digestOf } from '../core/digest.ts';
import type { RequestSubject } from '../ports/store.ts';

/** The namespace of the SSH signature (ssh-keygen(1), -Y sign): a signature made for anything else is no approval. */
export const APPROVAL_NAMESPACE = 'sallyport-approval';
const HEADER = 'sallyport-approval-v1\n';

export interface ApprovalStatement {
  readonly decision: 'approve' | 'deny';
  /** The request's full id, so that a signature is good for one request only. */
  readonly request: string;
  /** `subjectDigest` of what was shown to the approver. */
  readonly digest: string;
  readonly approver: string;
  /** Clean (see plain-text.ts), or null. */
  readonly reason: string | null;
}

/** The digest a statement covers. A client computes it from the subject it shows, never takes it from the broker. */
export function subjectDigest(subject: RequestSubject): string {
  return digestOf(subject);
}

/** The exact text to sign: a header line and canonical JSON, without a final line feed. */
export function statementText({ decision, request, digest, approver, reason }: ApprovalStatement): string {
  return `${HEADER}${canonicalJson({ decision, request, digest, approver, reason })}`;
}

/** Reads a statement to say what is wrong with it; never to decide by it. Undefined where it is none. */
export function readStatement(text: string): Partial<Record<keyof ApprovalStatement, unknown>> | undefined {
  if (!text.startsWith(HEADER)) return undefined;
  try {
    const value: unknown = JSON.parse(text.slice(HEADER.length));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Not JSON: no statement, which is what undefined says.
    return undefined;
  }
}
