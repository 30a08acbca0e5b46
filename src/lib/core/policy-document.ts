// Policy as written: what config validates and the policy room compiles. Data only.
import type { Verdict } from './decision.ts';

export type TargetKind = 'shell' | 'ssh' | 'kubectl';

/** Where and when a rule applies; an absent field matches everything. Patterns are anchored globs (`web-*`). */
export interface RuleScope {
  readonly target?: readonly string[];
  readonly kind?: readonly TargetKind[];
  /** Principal names, e.g. `unix:agent`. */
  readonly principal?: readonly string[];
  /** The task that the client names: its own word, which nothing proves. */
  readonly task?: readonly string[];
  readonly when?: TimeWindow;
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/**
 * Hours of a week. From before until after midnight where `toMinute` is the smaller one; those hours belong to the day on
 * which they begin.
 */
export interface TimeWindow {
  readonly days: readonly Weekday[];
  /** Minutes since midnight, 0–1439; included. */
  readonly fromMinute: number;
  /** 1–1440, not `fromMinute`; not included. */
  readonly toMinute: number;
  /** As Intl knows it: `Europe/Berlin`, `UTC`. */
  readonly zone: string;
}

/**
 * What a rule for commands matches. Every field given must match the same simple command.
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
 */
export interface CommandMatch {
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
}

/** What a pod may be like that is more than running a program in a box of its own; named after the Pod Security Standards. */
export const POD_TRAITS = [
  'privileged',
  'host-network',
  'host-pid',
  'host-ipc',
  'host-path',
  'host-port',
  'host-process',
  'capabilities',
  'unmasked-proc',
  'unconfined',
  'node-name',
  'secrets',
  'service-account-token',
] as const;
export type PodTrait = (typeof POD_TRAITS)[number];

/**
 * What a rule for a cluster matches; every field given must match the same request. Anchored globs.
 * `verb`: as RBAC has them; `*` is every one.
 * `resource`: `pods`, `deployments.apps`, `pods/log`; a `*` stops at the slash, but `*` alone is everything, subresources included.
 * `namespace`, `name`: an allow needs to know them; a request that could be about more than one object concerns every deny and ask.
 * `pod`, `image`, `serviceAccount`: of the pods that would be brought about, now or from a template. A deny or ask concerns pods that
 * have one of these; an allow covers those that surely have no others. An empty `pod` is none of them.
 */
export interface ApiMatch {
  readonly verb?: readonly string[];
  readonly resource?: readonly string[];
  readonly namespace?: readonly string[];
  readonly name?: readonly string[];
  readonly pod?: readonly PodTrait[];
  readonly image?: readonly string[];
  readonly serviceAccount?: readonly string[];
}

/** The fields of `ApiMatch`: a rule that has one of them is a rule for requests, and no rule for commands. */
export const API_FIELDS = [
  'verb',
  'resource',
  'namespace',
  'name',
  'pod',
  'image',
  'serviceAccount',
] as const satisfies readonly (keyof ApiMatch)[];

/**
 * Of commands, or of requests to a cluster: never of both.
 * `not`: it must match none of these. Of files, an exception holds where every file that the rule means is surely one of
 * them; for an allow, one file that may be is enough to say no.
 * `terminal: free`: the opening of a raw terminal instead of a command.
 */
export interface RuleMatch extends CommandMatch, ApiMatch {
  readonly not?: readonly (CommandMatch & ApiMatch)[];
  readonly terminal?: 'free';
}

/** True for a rule that is about requests to a cluster. */
export function isAboutRequests({ match }: { readonly match: RuleMatch }): boolean {
  return [match, ...(match.not ?? [])].some((fields) => API_FIELDS.some((field) => fields[field] !== undefined));
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
  /** Of a rule of a pack: what it says of files holds inside a workspace, too. */
  readonly evenInWorkspace?: boolean;
  /** Where the rule stands in its file, for lint. */
  readonly at?: Place;
}

/** In a file; both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Pack {
  readonly name: string;
  /** One line, for people who choose packs. */
  readonly description: string;
  readonly rules: readonly Rule[];
  /**
   * Inputs that this pack alone must deny or ask about, where everything else is allowed; for a pack that allows,
   * inputs that it must not allow.
   */
  readonly attacks: readonly string[];
  /** Inputs that look like those, and that it must leave alone (or allow). */
  readonly lookAlikes: readonly string[];
  /** Of a pack that somebody wrote into a file. */
  readonly source?: {
    readonly file: string;
    readonly attacks: readonly Place[];
    readonly lookAlikes: readonly Place[];
  };
}

export interface PolicyDocument {
  /** Names of shipped packs, in any order; `all` is every one of them. */
  readonly packs: readonly string[];
  /** Packs of the policy's owner, read from files. */
  readonly ownPacks?: readonly Pack[];
  readonly rules: readonly Rule[];
  /** What `$name` stands for in a rule's lists of patterns. */
  readonly lists?: ReadonlyMap<string, readonly string[]>;
  /** Where each list stands in its file, for lint. */
  readonly listsAt?: ReadonlyMap<string, Place>;
  /** Absolute folders, or `~/…`, in which what packs say of writing and removing files does not count. */
  readonly workspace?: readonly string[];
  /** Path globs: whatever the rules say, writing and removing these is denied, reading them is asked for. */
  readonly protectedPaths?: readonly string[];
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
