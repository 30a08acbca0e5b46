// How much one session may change, whatever the rules say: `kubectl delete --all` is a list and many single deletions, none of which
// looks like more than one.
import { type ApiRequest, isStream } from '../../core/api-request.ts';
import type { Decision } from '../../core/decision.ts';

export interface Quota {
  readonly deletes: number;
  readonly writes: number;
  readonly execs: number;
}

export interface QuotaBook {
  /**
   * Takes what the request needs, at once, so that two at a time are counted like two in a row; undefined where there is enough, else
   * the denial, and nothing is taken.
   */
  take(request: ApiRequest, counted: Counted): Decision | undefined;
  /** Gives back what a request took that did not go to the server. */
  giveBack(request: ApiRequest, counted: Counted): void;
}

export interface Counted {
  readonly isDryRun: boolean;
  /** How many objects a deletion of several would delete; `Infinity` where nobody knows, for which no quota is enough. */
  readonly removes: number;
}

type Class = keyof Quota;

const WORDS: Readonly<Record<Class, string>> = {
  deletes: 'deletions',
  writes: 'changes',
  execs: 'commands and connections into pods',
};

const READS: readonly string[] = ['get', 'list', 'watch'];

export function quotaBook(quota: Quota): QuotaBook {
  const taken = { deletes: 0, writes: 0, execs: 0 };
  return {
    take(request, counted) {
      const needs = needsOf(request, counted);
      const short = needs.find(([kind, count]) => taken[kind] + count > quota[kind]);
      if (short !== undefined) return exhausted(short[0], quota[short[0]], short[1]);
      for (const [kind, count] of needs) taken[kind] += count;
      return undefined;
    },
    giveBack(request, counted) {
      for (const [kind, count] of needsOf(request, counted)) taken[kind] -= count;
    },
  };
}

function needsOf({ subject }: ApiRequest, { isDryRun, removes }: Counted): readonly (readonly [Class, number])[] {
  if (subject.kind !== 'resource' || isDryRun || READS.includes(subject.verb)) return [];
  if (isStream(subject.subresource)) return [['execs', 1]];
  if (subject.subresource === 'eviction' || subject.verb === 'delete') {
    return [
      ['deletes', 1],
      ['writes', 1],
    ];
  }
  if (subject.verb === 'deletecollection') {
    return [
      ['deletes', Math.max(1, removes)],
      ['writes', 1],
    ];
  }
  return [['writes', 1]];
}

function exhausted(kind: Class, limit: number, count: number): Decision {
  const rule = 'quota';
  const isKnown = Number.isFinite(count);
  const much = !isKnown ? 'how many this would be is not known' : `this would be ${count === 1 ? 'one' : count} more`;
  return {
    verdict: 'deny',
    rule,
    reason: `one session may make ${limit} ${WORDS[kind]}, and ${much}`,
    guidance: {
      code: 'quota',
      rule,
      retry: 'after-change',
      instead: isKnown ? 'open another session for another piece of work' : 'delete the objects by their names',
      exception: `none: ask the owner of the configuration for a larger quota.${kind} of the target`,
    },
    program: null,
    opaque: false,
  };
}
