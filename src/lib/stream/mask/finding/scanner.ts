// Finds secrets in visible text as it comes: the automaton sees every byte, an anchor begins a candidate, candidates read on until they
// are decided. What it says depends on the bytes alone, never on how they were cut.

import { KnownFinder, type KnownIndex } from '../known/known-finder.ts';
import type { VisibleWindow } from '../reading/visible-window.ts';
import type { Met } from './anchors.ts';
import type { Candidates } from './candidates.ts';
import { type AnchorUse, type CompiledRules, isMachine, NO_BYTE } from './compiled-rules.ts';
import { beginsWord } from './escapes.ts';
import { MachineCandidates } from './machine-candidates.ts';
import { PatternCandidates } from './pattern-candidates.ts';
import { SecretsFound } from './secrets-found.ts';

export interface ForcedMask {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
}

export class Scanner {
  readonly found = new SecretsFound();
  private readonly rules: CompiledRules;
  private readonly window: VisibleWindow;
  private readonly known: KnownFinder;
  private readonly byRule: (Candidates | undefined)[] = [];
  /** Those that have something undecided. */
  private readonly open = new Set<Candidates>();
  private anchorState = 0;
  private scanned = 0;

  constructor(rules: CompiledRules, known: KnownIndex, window: VisibleWindow) {
    this.rules = rules;
    this.window = window;
    this.known = new KnownFinder(known, window, this.found);
  }

  /** Reads what is new in the window; `isOver` where nothing more will come. */
  scan(isOver = false): void {
    const { window, rules } = this;
    const { visible, visibleStart, visibleEnd } = window;
    this.anchorState = rules.anchors.scan(
      visible,
      this.scanned - visibleStart,
      visibleEnd - visibleStart,
      this.anchorState,
      (met) => this.judge(met, visible, visibleStart),
    );
    this.scanned = visibleEnd;
    this.known.scan();
    for (const candidates of this.open) if (!candidates.advance(isOver)) this.open.delete(candidates);
  }

  /** Begins candidates. This runs for every anchor in the text, and nearly all of them come to nothing: plain loops. */
  private judge({ count, ends, endings }: Met, visible: Uint8Array, visibleStart: number): void {
    const { uses } = this.rules;
    for (let index = 0; index < count; index++) {
      const end = ends[index] as number;
      const begun = uses[endings[index] as number] as readonly AnchorUse[];
      for (let which = 0; which < begun.length; which++) {
        const use = begun[which] as AnchorUse;
        const from = end - use.length;
        const previous = from === 0 ? NO_BYTE : (visible[from - 1] as number);
        if (use.isRuledOut[previous] === 1 && !beginsWord(this.window, from + visibleStart)) continue;
        if (use.exact !== null && !stands(use.exact, visible, from)) continue;
        const candidates = this.byRule[use.rule] ?? this.beginRule(use.rule);
        if (candidates.add(from + visibleStart, end + visibleStart)) this.open.add(candidates);
      }
    }
  }

  private beginRule(rule: number): Candidates {
    const compiled = this.rules.compiled(rule);
    const candidates = isMachine(compiled)
      ? new MachineCandidates(compiled, this.window, this.found)
      : new PatternCandidates(compiled, this.window, this.found);
    this.byRule[rule] = candidates;
    return candidates;
  }

  /** Visible position up to which everything is decided. */
  get decidedTo(): number {
    let to = Math.min(this.known.holdFrom, this.lastWordFrom());
    for (const candidates of this.open) to = Math.min(to, candidates.holdFrom);
    return to;
  }

  /** The last bytes may be the beginning of an anchor that is secret, and the word before them what is secret before it. */
  private lastWordFrom(): number {
    const { window } = this;
    const base = window.visibleEnd - this.rules.anchors.heldBack(this.anchorState);
    let first = base;
    for (const { members, max } of this.rules.befores) {
      let from = base;
      while (from > base - max && from > window.visibleStart && members[window.at(from - 1)] === 1) from -= 1;
      first = Math.min(first, from);
    }
    return first;
  }

  /** What a deadline must mask of what is open, ascending. */
  forced(): readonly ForcedMask[] {
    const { visibleEnd } = this.window;
    const masks: ForcedMask[] = [];
    const { proof } = this.known;
    if (proof !== undefined) masks.push({ ...proof, to: visibleEnd });
    for (const candidates of this.open) {
      if (candidates instanceof MachineCandidates) masks.push(...candidates.earlySpans());
      else if (candidates.proofFrom < visibleEnd) {
        masks.push({ from: candidates.proofFrom, to: visibleEnd, kind: candidates.kind });
      }
    }
    return masks.sort((a, b) => a.from - b.from || a.to - b.to);
  }

  /** Visible bytes before this are not needed for what is open. */
  get neededFrom(): number {
    let from = this.known.begunAt;
    for (const candidates of this.open) from = Math.min(from, candidates.begunAt);
    return from;
  }
}

function stands(text: string, bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}
