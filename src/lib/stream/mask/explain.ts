// Why a text is masked or not: every place where a rule's anchor stands, and how far the rule came from there. Says what the engine
// does, in a slower way; never says what a secret is.
import { type CompiledPatternRule, type CompiledRules, compileRules, isMachine } from './finding/compiled-rules.ts';
import { endsInEscape } from './finding/escapes.ts';
import { DEAD, type Pattern } from './pattern/index.ts';
import { isMachineRule, type MachineRule, type Rule } from './rule.ts';

export interface Attempt {
  readonly rule: Rule;
  /** In bytes of the visible text; where the anchor stands. */
  readonly from: number;
  readonly anchor: string;
  readonly outcome: Outcome;
}

export type Outcome =
  /** `from` and `to` in bytes of the visible text. */
  | { readonly is: 'masked'; readonly from: number; readonly to: number }
  /** One of these must not stand before the anchor. */
  | { readonly is: 'not-before' }
  /** Fewer characters that belong to the secret stand before the anchor than it needs. */
  | { readonly is: 'too-little-before'; readonly length: number; readonly min: number }
  /** After the anchor, or in the secret: the text goes another way after `length` bytes, at `at`. */
  | { readonly is: 'no-lead' | 'no-secret'; readonly length: number; readonly min: number; readonly at: number }
  /** It fits, but for what follows. */
  | { readonly is: 'not-after'; readonly length: number; readonly at: number }
  /** It fits, but is no secret by its look: a check digit, randomness, a placeholder. */
  | { readonly is: 'check-failed'; readonly length: number }
  /** It fits, but what the line says before it makes it none. */
  | { readonly is: 'not-among'; readonly length: number }
  /** It is personal data that begins within what another rule masks. */
  | { readonly is: 'within'; readonly rule: string }
  /** The machine of the rule read on and found nothing. */
  | { readonly is: 'machine-found-nothing' };

/** Of the rules given, in order of place. Anchors within a secret of the same rule are left out, as the engine leaves them out. */
export function explainText(rules: readonly Rule[], visible: Uint8Array): readonly Attempt[] {
  const text = Buffer.from(visible).toString('latin1');
  const folded = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const compiled = compileRules(rules);
  const attempts = rules.flatMap((rule, index) => attemptsOf(rule, index, compiled, text, folded));
  return attempts.map((attempt) => yielding(attempt, attempts)).sort((a, b) => a.from - b.from);
}

/** What looks like an address after a password is its host. */
function yielding(attempt: Attempt, all: readonly Attempt[]): Attempt {
  const { rule, outcome } = attempt;
  if (rule.family !== 'personal' || outcome.is !== 'masked') return attempt;
  const other = all.find(
    (each) =>
      each.rule.family !== 'personal' &&
      each.outcome.is === 'masked' &&
      each.outcome.from < outcome.from &&
      outcome.from < each.outcome.to,
  );
  return other === undefined ? attempt : { ...attempt, outcome: { is: 'within', rule: other.rule.name } };
}

function attemptsOf(rule: Rule, index: number, compiled: CompiledRules, text: string, folded: string): Attempt[] {
  const attempts: Attempt[] = [];
  let free = 0;
  for (const { from, anchor } of anchorsIn(rule, text, folded)) {
    if (from < free) continue;
    const outcome = isMachineRule(rule)
      ? runMachine(rule, text, from, anchor)
      : runPatterns(compiled.compiled(index) as CompiledPatternRule, text, from, anchor.length);
    attempts.push({ rule, from, anchor, outcome });
    if (outcome.is === 'masked') free = outcome.to;
  }
  return attempts;
}

function anchorsIn(rule: Rule, text: string, folded: string): { readonly from: number; readonly anchor: string }[] {
  const found: { from: number; anchor: string }[] = [];
  for (const anchor of rule.anchors) {
    const [haystack, needle] = rule.ignoreCase ? [folded, anchor.toLowerCase()] : [text, anchor];
    for (let from = haystack.indexOf(needle); from !== -1; from = haystack.indexOf(needle, from + 1)) {
      found.push({ from, anchor });
    }
  }
  return found.sort((a, b) => a.from - b.from);
}

function runPatterns(compiled: CompiledPatternRule, text: string, at: number, anchorLength: number): Outcome {
  const { rule } = compiled;
  let begin = at;
  if (compiled.before !== null) {
    const { members, min, max } = compiled.before;
    while (begin > 0 && at - begin < max && members[text.charCodeAt(begin - 1)] === 1) begin -= 1;
    if (at - begin < min) return { is: 'too-little-before', length: at - begin, min };
  }
  const isBarred = begin > 0 && compiled.notBefore?.[text.charCodeAt(begin - 1)] === 1;
  if (isBarred && !endsInEscape(Buffer.from(text, 'latin1'), begin)) return { is: 'not-before' };
  const anchorEnd = at + anchorLength;
  let secretFrom = anchorEnd;
  if (compiled.lead !== null) {
    const lead = run(compiled.lead, text, anchorEnd, null);
    if (lead.end === undefined) {
      const { reached } = lead;
      return { is: 'no-lead', length: reached - anchorEnd, min: compiled.lead.minLength, at: reached };
    }
    secretFrom = lead.end;
  }
  const { end, fits, reached } = run(compiled.secret, text, secretFrom, compiled.notAfter);
  if (end === undefined) {
    if (fits !== undefined) return { is: 'not-after', length: fits - secretFrom, at: fits };
    return { is: 'no-secret', length: reached - secretFrom, min: compiled.secret.minLength, at: reached };
  }
  const to = end - compiled.tailLength;
  const from = compiled.before === null ? (rule.hidesAnchor ? at : secretFrom) : begin;
  if (rule.check?.(text.slice(from, to)) === false) return { is: 'check-failed', length: to - from };
  if (rule.isAmong?.(lineBefore(text, from), false) === false) return { is: 'not-among', length: to - from };
  return { is: 'masked', from: from + (rule.keep?.first ?? 0), to: to - (rule.keep?.last ?? 0) };
}

interface Run {
  /** Of the longest match that nothing forbidden follows. */
  readonly end: number | undefined;
  /** Of the longest match, whatever follows. */
  readonly fits: number | undefined;
  /** Where no longer match was possible. */
  readonly reached: number;
}

function run(pattern: Pattern, text: string, from: number, notAfter: Uint8Array | null): Run {
  const last = Math.min(text.length, from + pattern.maxLength);
  let [end, fits]: [number | undefined, number | undefined] = [undefined, undefined];
  let state = pattern.start;
  let at = from;
  for (; ; at++) {
    if (pattern.accepts(state)) {
      fits = at;
      if (at === text.length || notAfter?.[text.charCodeAt(at)] !== 1) end = at;
    }
    if (at === last) break;
    state = pattern.step(state, text.charCodeAt(at));
    if (state === DEAD) break;
  }
  return { end, fits, reached: at };
}

function runMachine(rule: MachineRule, text: string, at: number, anchor: string): Outcome {
  const compiled = compileRules([rule]).compiled(0);
  const isBarred = isMachine(compiled) && at > 0 && compiled.notBefore?.[text.charCodeAt(at - 1)] === 1;
  if (isBarred) return { is: 'not-before' };
  const from = at + anchor.length;
  const machine = rule.begin({ before: lineBefore(text, at), anchor: text.slice(at, from) });
  let end = from;
  while (end < text.length && end - from < rule.maxLength && machine.push(text.charCodeAt(end))) end += 1;
  const spans = machine.spans(false);
  const [first, final] = [spans[0], spans.at(-1)];
  if (first === undefined || final === undefined) return { is: 'machine-found-nothing' };
  return { is: 'masked', from: from + first.from, to: from + final.to };
}

function lineBefore(text: string, at: number): string {
  return at === 0 ? '' : text.slice(Math.max(text.lastIndexOf('\n', at - 1) + 1, at - LINE_BYTES), at);
}

/** What rules see of a line. */
const LINE_BYTES = 200;
