// Policy as written: what config validates and the policy room compiles. Data only.
import type { Verdict } from './decision.ts';

export type TargetKind = 'shell' | 'ssh';

/** Where a rule applies; an absent field matches everything. Patterns are anchored globs (`web-*`). */
export interface RuleScope {
  readonly target?: readonly string[];
  readonly kind?: readonly TargetKind[];
  /** Principal names, e.g. `unix:agent`. */
  readonly principal?: readonly string[];
}

/**
 * What a rule matches. Every field given must match the same simple command.
 * `command`: name after wrappers are unwrapped (`sudo rm` is `rm`), glob, anchored; with a slash, the path as written.
 * `args`: one glob an argument, in order; a final `**` matches any number more.
 * `flags`: all of these options are present, in any bundled or long form the option has (`-rf` has `-r` and `-f`).
 * `text`: RE2 over the printed text of the simple command, anchored at both ends.
 * `without`: none of these options is present.
 * `only`: no option but these is present; `-n=` takes a value, `-exec;` words up to `;` or `+`, and `+` says that
 * options end at the first operand. Abbreviations of long options are not among them.
 * `reads` / `writes` / `removes`: path globs, `**` crosses folders; an empty list is "no file".
 * `wrapper`: the command is run through one of these (`sudo`).
 * `does`: one of these actions, as the policy room names them (`git.force-push`).
 * `terminal: free`: the opening of a raw terminal instead of a command.
 */
export interface RuleMatch {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly flags?: readonly string[];
  readonly without?: readonly string[];
  readonly only?: readonly string[];
  readonly text?: string;
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
  readonly removes?: readonly string[];
  readonly wrapper?: readonly string[];
  readonly does?: readonly string[];
  readonly terminal?: 'free';
}

export interface RuleTest {
  readonly input: string;
  readonly verdict: Verdict;
}

export interface Rule {
  readonly id: string;
  readonly on?: RuleScope;
  readonly match: RuleMatch;
  readonly verdict: Verdict;
  readonly reason?: string;
  /** What the agent should do instead. */
  readonly suggest?: string;
  readonly approvers?: readonly string[];
  readonly quorum?: number;
  readonly ttlMs?: number;
  readonly tests?: readonly RuleTest[];
  /** Where the rule stands in its file, for lint. */
  readonly at?: { readonly line: number; readonly column: number };
}

export interface PolicyDocument {
  /** Names of shipped packs, in any order. */
  readonly packs: readonly string[];
  readonly rules: readonly Rule[];
  /** The verdict where no rule matched. */
  readonly default: Verdict;
  /** The verdict where the parser cannot decide. */
  readonly opaque: Exclude<Verdict, 'allow'>;
  /** Who may let a denied command pass, each time for once; absent: nobody. */
  readonly exceptions?: { readonly approvers: readonly string[]; readonly quorum: number; readonly ttlMs?: number };
  /** After so many denials of a kind within a time, a cool-down; absent: never. */
  readonly probing?: Probing;
}

export interface Probing {
  readonly denials: number;
  readonly withinMs: number;
  readonly coolDownMs: number;
}
