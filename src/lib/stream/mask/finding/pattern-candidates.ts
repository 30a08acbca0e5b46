// The candidates of one pattern rule: an anchor was seen, and what follows is read until it is a secret or none. One at a time,
// in order of place, since one that begins within a secret of the same rule says nothing new.

import { DEAD, NOWHERE, type Pattern, PatternReader } from '../pattern/index.ts';
import type { VisibleWindow } from '../reading/visible-window.ts';
import type { Candidates } from './candidates.ts';
import type { CompiledPatternRule } from './compiled-rules.ts';
import { Effort } from './effort.ts';
import { beginsWord } from './escapes.ts';
import type { SecretsFound } from './secrets-found.ts';
import { WaitingAnchors } from './waiting-anchors.ts';

/** Bytes looked at before a candidate begins. */
const LOOK_AHEAD = 8;

type Phase = 'none' | 'lead' | 'secret';

export class PatternCandidates implements Candidates {
  private readonly rule: CompiledPatternRule;
  private readonly window: VisibleWindow;
  private readonly found: SecretsFound;
  private readonly lead: PatternReader | null;
  /** Reads secret and tail. */
  private readonly secret: PatternReader;
  private readonly hidesAnchor: boolean;
  private readonly waiting = new WaitingAnchors();
  /** What of the current candidate is read, if there is one. */
  private phase: Phase = 'none';
  private anchorFrom = 0;
  private anchorEnd = 0;
  /** Where its secret begins if `before` or the anchor belongs to it. */
  private begin = 0;
  private leadEnd = NOWHERE;
  /** Where the secret may end if a line end that was left out was one after all. */
  private softEnd = NOWHERE;
  /** No candidate may begin before this: there a secret of this rule ended. */
  private free = 0;
  private readonly effort = new Effort();

  constructor(rule: CompiledPatternRule, window: VisibleWindow, found: SecretsFound) {
    this.rule = rule;
    this.window = window;
    this.found = found;
    this.lead = rule.lead === null ? null : new PatternReader(rule.lead);
    this.secret = new PatternReader(rule.secret);
    this.hidesAnchor = rule.rule.before !== undefined || rule.rule.hidesAnchor === true;
  }

  get kind(): string {
    return this.rule.rule.kind;
  }

  add(anchorFrom: number, anchorEnd: number): boolean {
    const { rule, window } = this;
    const next = window.at(anchorEnd);
    if (next !== -1 && rule.canFollow[next] === 0) return false;
    let begin = anchorFrom;
    if (rule.before !== null) {
      const { members, min, max } = rule.before;
      const { visible, visibleStart } = window;
      const last = Math.max(visibleStart, anchorFrom - max);
      while (begin > last && members[visible[begin - 1 - visibleStart] as number] === 1) begin -= 1;
      if (anchorFrom - begin < min) return false;
      const previous = window.at(begin - 1);
      if (previous !== -1 && rule.notBefore?.[previous] === 1 && !beginsWord(window, begin)) return false;
    }
    if (this.diesAtOnce(anchorEnd)) return false;
    this.waiting.add(anchorFrom, anchorEnd, begin);
    return true;
  }

  /**
   * The next few bytes are there, and show that nothing begins: so it is with nearly all digits of logs that begin as those of a card
   * do. What never waits saves such text a twenty-fifth of the time.
   */
  private diesAtOnce(anchorEnd: number): boolean {
    const { visible, visibleStart, visibleEnd } = this.window;
    const pattern = this.rule.lead ?? this.rule.secret;
    const end = Math.min(visibleEnd, anchorEnd + LOOK_AHEAD);
    let state = pattern.start;
    for (let at = anchorEnd; at < end; at++) {
      if (pattern.accepts(state)) return false;
      state = pattern.step(state, visible[at - visibleStart] as number);
      if (state === DEAD) return true;
    }
    return false;
  }

  advance(isOver: boolean): boolean {
    for (;;) {
      if (this.phase === 'none' && !this.beginNext()) return false;
      if (this.phase === 'lead' && !this.readLead(isOver)) return true;
      if (this.phase === 'secret' && !this.readSecret(isOver)) return true;
    }
  }

  get holdFrom(): number {
    if (this.phase === 'none') return Number.POSITIVE_INFINITY;
    const { waiting } = this;
    // Those that wait begin later, but the text right after the current one's anchor may be one of their anchors.
    return Math.min(this.openFrom, waiting.isEmpty ? Number.POSITIVE_INFINITY : waiting.begin);
  }

  get proofFrom(): number {
    return this.phase === 'none' || this.rule.rule.confirmedByEnd ? Number.POSITIVE_INFINITY : this.openFrom;
  }

  get begunAt(): number {
    return this.phase === 'none' ? Number.POSITIVE_INFINITY : this.begin;
  }

  private get openFrom(): number {
    if (this.hidesAnchor) return this.begin;
    if (this.phase === 'secret') return this.leadEnd;
    // What was read of an unfinished lead is public, too.
    const { matchEnd, position } = this.lead as PatternReader;
    return matchEnd === NOWHERE ? position : matchEnd;
  }

  private beginNext(): boolean {
    const { waiting } = this;
    while (!waiting.isEmpty) {
      const { from, end, begin } = waiting;
      waiting.drop();
      if (begin < this.free) continue;
      this.anchorFrom = from;
      this.anchorEnd = end;
      this.begin = begin;
      if (this.lead === null) {
        this.enterSecret(end);
      } else {
        this.lead.begin(end);
        this.phase = 'lead';
      }
      return true;
    }
    return false;
  }

  private enterSecret(at: number): void {
    this.leadEnd = at;
    this.softEnd = NOWHERE;
    this.secret.begin(at);
    this.phase = 'secret';
  }

  /** True once the lead is decided. */
  private readLead(isOver: boolean): boolean {
    const lead = this.lead as PatternReader;
    const { visible, visibleStart, visibleEnd } = this.window;
    const cap = this.anchorEnd + (this.rule.lead as Pattern).maxLength;
    const isAlive = lead.read(visible, visibleStart, Math.min(visibleEnd, cap), null);
    if (isAlive && cap >= visibleEnd && !isOver) return false;
    if (lead.matchEnd === NOWHERE) this.phase = 'none';
    else this.enterSecret(lead.matchEnd);
    return true;
  }

  /** True once the candidate is decided. */
  private readSecret(isOver: boolean): boolean {
    const { window, secret, leadEnd } = this;
    const { maxLength, notAfter } = this.rule;
    const cap = leadEnd + maxLength;
    const end = Math.min(window.visibleEnd, cap);
    const isAlive = this.readOverBreaks(end);
    let secretEnd = secret.matchEnd;
    if (isAlive) {
      const { position } = secret;
      if (!isOver && position < cap) return false;
      if (secret.isMatch) {
        const follower = window.at(position);
        if (follower === -1 && !isOver && notAfter !== null) return false;
        if (follower === -1 || notAfter === null || notAfter[follower] === 0) secretEnd = position;
      }
    }
    this.decide(secretEnd);
    return true;
  }

  /** Stops at each line end that was left out, to see whether it may have ended the secret: false as `PatternReader.read`. */
  private readOverBreaks(end: number): boolean {
    const { window, secret, leadEnd } = this;
    const { notAfter } = this.rule;
    for (;;) {
      const stop = this.softEnd === NOWHERE ? window.nextSoftBreak(secret.position) : end;
      if (stop >= end) return secret.read(window.visible, window.visibleStart, end, notAfter);
      if (!secret.read(window.visible, window.visibleStart, stop, notAfter)) return false;
      if (stop > leadEnd && secret.isMatch) this.softEnd = stop;
      else if (!secret.read(window.visible, window.visibleStart, stop + 1, notAfter)) return false;
    }
  }

  private decide(secretEnd: number): void {
    this.phase = 'none';
    if (secretEnd > this.leadEnd && this.accept(secretEnd)) return;
    if (this.softEnd !== NOWHERE) this.accept(this.softEnd);
  }

  private accept(end: number): boolean {
    const { rule, priority, tailLength } = this.rule;
    const to = end - tailLength;
    const from = rule.before !== undefined ? this.begin : rule.hidesAnchor === true ? this.anchorFrom : this.leadEnd;
    if (to <= from) return false;
    if (!this.effort.isTooMuch(end) && !this.passesChecks(from, to)) return false;
    this.free = to;
    const { name, kind, family, keep } = rule;
    const first = from + (keep?.first ?? 0);
    const last = to - (keep?.last ?? 0);
    if (last <= first) return true;
    this.found.add({ from: first, to: last, kind, rule: name, priority, yields: family === 'personal' });
    return true;
  }

  private passesChecks(from: number, to: number): boolean {
    const { check, isAmong } = this.rule.rule;
    this.effort.spend(to - from);
    if (check !== undefined && !check(this.window.textOf(from, to))) return false;
    return isAmong === undefined || isAmong(this.window.lineBefore(from), this.window.isSoftBreak(from));
  }
}
