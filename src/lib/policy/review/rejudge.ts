// What another policy would have said of commands that were judged before. Pure: entries of the audit log in, differences
// out; nothing in a command is looked up anew but what the log says of where it would have run.
import type { Verdict } from '../../core/decision.ts';
import { digestOf } from '../../core/digest.ts';
import { BrokerError } from '../../core/errors.ts';
import type { AuditEntry } from '../../ports/store.ts';
import { judgeCommand, judgeFreeTerminal } from '../judge.ts';
import type { CompiledPolicy } from '../rules/compile.ts';

export interface Word {
  readonly verdict: Verdict;
  readonly rule: string;
}

/** One kind of change: the same command, of the same principal, at the same target, with the same two verdicts. */
export interface Change {
  /** ms since 1970, of the last time. */
  readonly at: number;
  readonly times: number;
  readonly principal: string;
  readonly target: string;
  /** As it was printed; null for a free terminal. */
  readonly command: string | null;
  readonly from: Word;
  readonly to: Word;
}

export interface Comparison {
  readonly judged: number;
  readonly changed: number;
  /** Oldest first; of more than ten thousand different ones the rest is in `changed` alone. */
  readonly changes: readonly Change[];
  /** What could not be judged again. */
  readonly skipped: {
    /** Its target is not in the configuration any more. */
    readonly targetGone: number;
    /** The parser of today refuses what it was once. */
    readonly unreadable: number;
    /** It was refused in a cool-down, which says nothing of the policy. */
    readonly coolingDown: number;
  };
}

interface JudgedData extends Word {
  readonly target: string;
  readonly kind?: string;
  readonly command: string | null;
  readonly cwd: string | null;
  readonly task: string | null;
  /** Absent in entries of earlier versions. */
  readonly judgedIn?: { readonly cwd: string | null; readonly home: string | null };
}

/** Changes that are listed; what is above is counted only. */
const MAX_LISTED = 10_000;
/** Rules may hold at certain hours only. */
const QUARTER_MS = 15 * 60_000;
/** Commands whose verdict is remembered. */
const MAX_REMEMBERED = 100_000;

/** A comparison that entries are added to, in any order; others than `command.judged` are passed over. */
export function newComparison(policy: CompiledPolicy, kinds: ReadonlyMap<string, string>, maxListed = MAX_LISTED) {
  const words = new Map<string, Word | undefined>();
  const changes = new Map<string, Change>();
  const skipped = { targetGone: 0, unreadable: 0, coolingDown: 0 };
  let judged = 0;
  let changed = 0;

  function add({ type, at, actor, data }: AuditEntry): void {
    if (type !== 'command.judged') return;
    const entry = data as unknown as JudgedData;
    const kind = kinds.get(entry.target);
    // The client of a cluster may always run: each of its requests was judged, with what the server said of it then.
    if (kind === 'kubectl') return;
    if (entry.rule === 'cooling-down') skipped.coolingDown++;
    else if (kind === undefined) skipped.targetGone++;
    else compare(entry, kind, actor, at);
  }

  function compare(entry: JudgedData, kind: string, principal: string, at: number): void {
    const to = wordOf(entry, kind, principal, at);
    if (to === undefined) {
      skipped.unreadable++;
      return;
    }
    judged++;
    const { target, command, verdict, rule } = entry;
    if (to.verdict === verdict) return;
    changed++;
    const key = digestOf([principal, target, command, verdict, rule, { ...to }]);
    const before = changes.get(key);
    if (before === undefined && changes.size >= maxListed) return;
    changes.set(key, {
      at: Math.max(at, before?.at ?? 0),
      times: (before?.times ?? 0) + 1,
      principal,
      target,
      command,
      from: { verdict, rule },
      to,
    });
  }

  /** Agents repeat themselves: each command is judged once for each place and each quarter of an hour. */
  function wordOf(entry: JudgedData, kind: string, principal: string, now: number): Word | undefined {
    const { target, command, task, judgedIn } = entry;
    const cwd = judgedIn === undefined ? entry.cwd : judgedIn.cwd;
    const home = judgedIn?.home ?? null;
    const key = digestOf([principal, target, command, cwd, home, task, Math.floor(now / QUARTER_MS)]);
    if (words.has(key)) return words.get(key);
    const context = {
      target,
      kind,
      principal,
      task,
      now,
      ...(cwd === null ? {} : { cwd }),
      ...(home === null ? {} : { home }),
    };
    const word = judgeOne(policy, command, context);
    if (words.size < MAX_REMEMBERED) words.set(key, word);
    return word;
  }

  return {
    add,
    result: (): Comparison => ({
      judged,
      changed,
      changes: [...changes.values()].sort((a, b) => a.at - b.at),
      skipped,
    }),
  };
}

function judgeOne(
  policy: CompiledPolicy,
  command: string | null,
  context: Parameters<typeof judgeCommand>[2],
): Word | undefined {
  try {
    const { verdict, rule } =
      command === null
        ? judgeFreeTerminal(policy, context)
        : judgeCommand(policy, { kind: 'text', text: command }, context).decision;
    return { verdict, rule };
  } catch (error) {
    if (error instanceof BrokerError) return undefined;
    throw error;
  }
}
