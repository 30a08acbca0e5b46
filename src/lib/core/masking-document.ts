// Masking as written: what config validates, and what the mask's room selects rules by. Data only.
import type { Place, RuleScope } from './policy-document.ts';

/** Families that can be switched; known values cannot. */
export const SWITCHABLE_FAMILIES = ['token', 'key', 'url', 'header', 'named', 'kubernetes', 'personal', 'own'] as const;
export type SwitchableFamily = (typeof SWITCHABLE_FAMILIES)[number];

/** On (true) or off; what is absent is as it was before. A kind beats its family. */
export interface MaskSwitches {
  readonly families: Readonly<Partial<Record<SwitchableFamily, boolean>>>;
  readonly kinds: ReadonlyMap<string, boolean>;
}

/**
 * The words of a policy's rule that a session cannot choose itself. An absent field matches everything; patterns are
 * anchored globs, `$name` written out.
 */
export type MaskScope = Pick<RuleScope, 'target' | 'kind' | 'principal'>;

export interface MaskingDocument extends MaskSwitches {
  /** Switches for some targets or agents; of several that apply, one that says on is the one that counts. */
  readonly where: readonly (MaskSwitches & { readonly on: MaskScope; readonly at?: Place })[];
  readonly exceptions: readonly MaskException[];
  readonly rules: readonly OwnMaskRule[];
  readonly values: readonly KnownValueSource[];
  /** Names of the policy's lists that its scopes were written with. */
  readonly lists: readonly string[];
}

/** Rules that do not count there, and why. */
export interface MaskException {
  /** Names of rules, ours or own ones. */
  readonly rules: readonly string[];
  /** All rules of these kinds. At least one rule or kind is named. */
  readonly kinds: readonly string[];
  readonly on: MaskScope;
  readonly reason: string;
  readonly at?: Place;
}

export const OWN_RULE_CHECKS = ['luhn', 'iban', 'base64', 'jwt', 'random'] as const;
export type OwnRuleCheck = (typeof OWN_RULE_CHECKS)[number];

/** A rule of the configuration's owner: anchor, `lead`, `secret`, `tail`, as the rules of the mask's room. */
export interface OwnMaskRule {
  readonly name: string;
  /** What its masks say; without it, its name. */
  readonly kind?: string;
  readonly anchors: readonly string[];
  readonly ignoreCase?: boolean;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly lead?: string;
  readonly secret: string;
  readonly tail?: string;
  readonly hidesAnchor?: boolean;
  readonly keep?: { readonly first?: number; readonly last?: number };
  readonly check?: OwnRuleCheck;
  /** Bits per character. */
  readonly minEntropy?: number;
  readonly tests?: { readonly masks?: readonly string[]; readonly leaves?: readonly string[] };
  readonly at?: Place;
}

/** A value that must never be seen, and the file it is in. */
export interface KnownValueSource {
  readonly name: string;
  /** What its masks say; without it, its name. */
  readonly kind?: string;
  /** Absolute. */
  readonly file: string;
  readonly at?: Place;
}

/** Everything is masked, everywhere, by the rules that come with the mask. */
export const NO_MASKING: MaskingDocument = {
  families: {},
  kinds: new Map(),
  where: [],
  exceptions: [],
  rules: [],
  values: [],
  lists: [],
};

/** What the mask's room knows of rules, for who checks a document: passed in, since neither room imports the other. */
export interface MaskKnowledge {
  readonly rules: readonly { readonly name: string; readonly kind: string }[];
  /** What is wrong with a rule of the right form; paths begin inside the rule. */
  readonly checkOwnRule: (rule: OwnMaskRule) => readonly {
    readonly path: readonly (string | number)[];
    /** What would be right, as in every problem of a config. */
    readonly expected: string;
    readonly got?: string;
  }[];
}
