// What policy says of one thing that was asked for, and what whoever asked can do about it.

export type Verdict = 'deny' | 'ask' | 'allow';

/** deny beats ask beats allow, whatever the order of the rules. */
export function stricter(a: Verdict, b: Verdict): Verdict {
  const order = { deny: 2, ask: 1, allow: 0 } as const;
  return order[a] >= order[b] ? a : b;
}

/** The rules' own word, before it is known how it could be appealed. */
export interface Ruling {
  readonly verdict: Verdict;
  /** Id of the rule that decided, `pack/rule` for a pack's, or `default`, `opaque`. */
  readonly rule: string;
  /** Why, for the agent and the approver. */
  readonly reason: string;
  /** A safer way to the same end, in the words of the rule; empty where there is none to name. */
  readonly instead: string;
  /** Name of the program that the rule is about; null where it is about no single one. */
  readonly program: string | null;
  /** True where the parser could not know what would run. */
  readonly opaque: boolean;
  /** True where parts of it ask people who have nobody in common, so that nobody can approve it whole. */
  readonly divided?: true;
  /** For `ask`: who may approve (names or groups; empty = every approver), how many, for how long. */
  readonly approval?: ApprovalTerms;
}

export interface Decision extends Omit<Ruling, 'instead'> {
  /** What whoever asked can do now; null for `allow`. */
  readonly guidance: Guidance | null;
  /** For a denial that people may make an exception of: who, how many, for how long. */
  readonly exception?: ApprovalTerms;
}

/** The same in text, JSON and audit log. */
export interface Guidance {
  /** Stable, part of the CLI contract: programs match on it. */
  readonly code: GuidanceCode;
  /** The rule that decided, as in the decision. */
  readonly rule: string;
  readonly retry: Retry;
  /** What to do instead, as a sentence fragment. */
  readonly instead: string;
  /** The exact command that asks for an exception, or in words what could bring one about. */
  readonly exception: string;
}

/**
 * `denied-by-rule`, `denied-by-default` (no rule covers it), `opaque` (the parser cannot know what would run), `divided`
 * (its parts ask different people), `no-free-terminal`, `approval-needed`, `cooling-down`; else the code of the error with
 * which the parser refused the command.
 */
export type GuidanceCode = string;

/**
 * Whether the very same can ever go through: `never`; `after-approval` of a person; `after-change` of the command;
 * `after-wait`, as long as the reason says.
 */
export type Retry = 'never' | 'after-approval' | 'after-change' | 'after-wait';

export interface ApprovalTerms {
  readonly approvers: readonly string[];
  readonly quorum: number;
  /** How long a request stays open, and how long an approval can be used once given. */
  readonly ttlMs: number;
}
