// What policy says of one thing that was asked for.

export type Verdict = 'deny' | 'ask' | 'allow';

/** deny beats ask beats allow, whatever the order of the rules. */
export function stricter(a: Verdict, b: Verdict): Verdict {
  const order = { deny: 2, ask: 1, allow: 0 } as const;
  return order[a] >= order[b] ? a : b;
}

export interface Decision {
  readonly verdict: Verdict;
  /** Id of the rule that decided, `pack/rule` for a pack's, or `default`, `opaque`. */
  readonly rule: string;
  /** Why, for the agent and the approver. */
  readonly reason: string;
  /** What the agent can do instead; empty when there is nothing to say. */
  readonly guidance: string;
  /** True where the parser could not know what would run. */
  readonly opaque: boolean;
  /** For `ask`: who may approve (names or groups; empty = every approver), how many, for how long. */
  readonly approval?: ApprovalTerms;
}

export interface ApprovalTerms {
  readonly approvers: readonly string[];
  readonly quorum: number;
  /** How long a request stays open, and how long an approval can be used once given. */
  readonly ttlMs: number;
}
