// Who tries variants of what was denied, until one passes: denials of one rule or one program, counted for each principal
// over all targets, so that neither another spelling nor another target starts a new count. Everything happens in one
// synchronous step, so calls at the same time are counted like calls in a row.
import type { Decision } from '../core/decision.ts';
import { formatDuration } from '../core/duration.ts';
import type { Probing as Settings } from '../core/policy-document.ts';
import type { AuditEntry } from '../ports/store.ts';

export interface Probing {
  /**
   * Counts a decision. During a cool-down everything but `allow` is denied instead; `event` is what the audit log must
   * hold where this denial begins one.
   */
  notice(decision: Decision, who: Attempt): { readonly decision: Decision; readonly event?: ProbingEvent };
  /** Takes up the counts and cool-downs of an earlier broker; `entries` ascending. */
  restore(entries: readonly AuditEntry[]): void;
}

export interface Attempt {
  readonly principal: string;
  readonly target: string;
}

/** What `policy.probing` says in the audit log. */
export interface ProbingEvent {
  readonly rule: string;
  readonly program: string | null;
  readonly denials: number;
  readonly withinMs: number;
  /** Where the cool-down holds, and until when (ms since 1970). */
  readonly targets: readonly string[];
  readonly until: number;
}

interface Denial {
  readonly at: number;
  readonly target: string;
  readonly rule: string;
  readonly program: string | null;
}

interface Account {
  denials: Denial[];
  readonly coolUntil: Map<string, number>;
}

const JUDGED: ReadonlySet<string> = new Set(['command.judged', 'api.judged']);

/** More than the highest threshold; what is older is forgotten first. */
const MAX_DENIALS_EACH = 2000;
const MAX_PRINCIPALS = 1000;

/** `settings` is asked each time: a reloaded policy counts from the next command on. `now`: ms since 1970, never back. */
export function probing(deps: { readonly settings: () => Settings | undefined; readonly now: () => number }): Probing {
  const accounts = new Map<string, Account>();

  /** The account of a principal, as the one used last; the one used longest ago makes room. */
  function accountOf(principal: string): Account {
    const account = accounts.get(principal) ?? { denials: [], coolUntil: new Map() };
    accounts.delete(principal);
    accounts.set(principal, account);
    const [oldest] = accounts.keys();
    if (accounts.size > MAX_PRINCIPALS && oldest !== undefined) accounts.delete(oldest);
    return account;
  }

  function add(account: Account, denial: Denial, withinMs: number): readonly Denial[] {
    const recent = account.denials.filter(({ at }) => at > denial.at - withinMs);
    account.denials = [...recent, denial].slice(-MAX_DENIALS_EACH);
    return account.denials.filter((each) => isVariant(each, denial));
  }

  function cool(account: Account, event: Pick<ProbingEvent, 'targets' | 'until'>): void {
    for (const target of event.targets) account.coolUntil.set(target, event.until);
  }

  return {
    notice(decision, { principal, target }) {
      const settings = deps.settings();
      if (settings === undefined || decision.verdict === 'allow') return { decision };
      const at = deps.now();
      const account = accountOf(principal);
      const until = account.coolUntil.get(target) ?? 0;
      if (at < until) return { decision: coolingDown(decision, until - at) };
      if (decision.verdict === 'ask') return { decision };
      const { rule, program } = decision;
      const variants = add(account, { at, target, rule, program }, settings.withinMs);
      if (variants.length < settings.denials) return { decision };
      account.denials = account.denials.filter((each) => !variants.includes(each));
      const event: ProbingEvent = {
        rule,
        program,
        denials: variants.length,
        withinMs: settings.withinMs,
        targets: [...new Set(variants.map((each) => each.target))].sort(),
        until: at + settings.coolDownMs,
      };
      cool(account, event);
      return { decision, event };
    },
    restore(entries) {
      const withinMs = deps.settings()?.withinMs;
      if (withinMs === undefined) return;
      for (const { type, at, actor, data } of entries) {
        if (JUDGED.has(type) && data.verdict === 'deny' && !isCoolingDown(data.guidance)) {
          const { target, rule, program } = data as unknown as Denial;
          add(accountOf(actor), { at, target, rule, program }, withinMs);
        } else if (type === 'policy.probing') {
          const event = data as unknown as ProbingEvent;
          const account = accountOf(actor);
          account.denials = account.denials.filter((each) => !isVariant(each, event));
          cool(account, event);
        }
      }
    },
  };
}

/** `default` is no rule that somebody could look for a way around: there the program tells what is tried. */
function isVariant(a: Pick<Denial, 'rule' | 'program'>, b: Pick<Denial, 'rule' | 'program'>): boolean {
  const isSameProgram = a.program === b.program;
  return a.rule === b.rule ? a.rule !== 'default' || isSameProgram : isSameProgram && a.program !== null;
}

function isCoolingDown(guidance: unknown): boolean {
  return typeof guidance === 'object' && guidance !== null && 'code' in guidance && guidance.code === 'cooling-down';
}

/** What the policy said of it is not told again: it is what a prober asks for. */
function coolingDown({ program, opaque }: Decision, leftMs: number): Decision {
  const left = formatDuration(Math.ceil(leftMs / 1000) * 1000);
  const rule = 'cooling-down';
  return {
    verdict: 'deny',
    rule,
    reason: `too many variants of what was denied: for ${left} only what needs no approval runs here`,
    guidance: {
      code: 'cooling-down',
      rule,
      retry: 'after-wait',
      instead: `wait ${left}, and do not look for another spelling`,
      exception: 'none: wait until it is over',
    },
    program,
    opaque,
  };
}
