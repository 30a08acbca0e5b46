// Who must approve what several rules ask about: whoever approves, approves it for each of them. Pure.
import type { ApprovalTerms } from '../../core/decision.ts';

/** What one rule asks for; whatever it does not say is the policy's. No approvers: every one. */
export interface AskedTerms {
  readonly approvers?: readonly string[];
  readonly quorum?: number;
  readonly ttlMs?: number;
}

/** The people that all of them name, the most of them, the shortest time; undefined where they have nobody in common. */
export function commonTerms(all: readonly AskedTerms[], ttlMs: number): ApprovalTerms | undefined {
  const lists = all.flatMap(({ approvers }) => (approvers === undefined ? [] : [approvers]));
  const [head, ...others] = lists;
  const approvers = (head ?? []).filter((name) => others.every((list) => list.includes(name)));
  if (head !== undefined && approvers.length === 0) return undefined;
  return {
    approvers,
    quorum: Math.max(1, ...all.map(({ quorum }) => quorum ?? 1)),
    ttlMs: Math.min(...all.map((each) => each.ttlMs ?? ttlMs)),
  };
}

/** The same of what was found out before: an empty list of approvers is everybody. */
export function askedBy({ approvers, ...terms }: ApprovalTerms): AskedTerms {
  return approvers.length === 0 ? terms : { ...terms, approvers };
}
