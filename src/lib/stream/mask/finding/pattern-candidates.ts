// The candidates of one pattern rule: an anchor was seen, and what follows is read until it is a secret or none. One at a time,
// in order of place, since one that begins within a secret of the same rule says nothing new.

import { DEAD, type Pattern } from '../pattern/index.ts';
import type { VisibleWindow } from '../reading/visible-window.ts';
import type { Candidates } from './candidates.ts';
import type { CompiledPatternRule } from './compiled-rules.ts';
import { Effort } from './effort.ts';
import { Queue } from './queue.ts';
import type { SecretsFound } from './secrets-found.ts';
import { Stays } from './stays.ts';

const NONE = -1;

interface Waiting {
  readonly anchorFrom: number;
  readonly anchorEnd: number;
  /** Where the secret begins if `before` or the anchor belongs to it. */
  readonly begin: number;
}

export class PatternCandidates implements Candidates {
  private readonly rule: CompiledPatternRule;
  private readonly window: VisibleWindow;
  private readonly found: SecretsFound;
  private readonly waiting = new Queue<Waiting>();
  private current: Waiting | undefined;
  /** No candidate may begin before this: there a secret of this rule ended. */
  private free = 0;
  private position = 0;
  private state = 0;
  private isInSecret = false;
  /** Where lead and secret may end, as far as they were read. */
  private leadEnd = NONE;
  private secretEnd = NONE;
  /** Where the secret may end if a line end that was left out was one after all. */
  private softEnd = NONE;
  private stayedFrom = 0;
  private readonly stays = new Stays();
  private readonly effort = new Effort();

  constructor(rule: CompiledPatternRule, window: VisibleWindow, found: SecretsFound) {
    this.rule = rule;
    this.window = window;
    this.found = found;
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
      if (previous !== -1 && rule.notBefore?.[previous] === 1 && !window.isSoftBreak(begin)) return false;
    }
    this.waiting.add({ anchorFrom, anchorEnd, begin });
    return true;
  }

  advance(isOver: boolean): boolean {
    for (;;) {
      if (this.current === undefined && !this.beginNext()) return false;
      if (!this.isInSecret && !this.readLead(isOver)) return true;
      if (this.isInSecret && !this.readSecret(isOver)) return true;
    }
  }

  get holdFrom(): number {
    const { current } = this;
    if (current === undefined) return Number.POSITIVE_INFINITY;
    // Those that wait begin later, but the text right after the current one's anchor may be one of their anchors.
    return Math.min(this.openFrom(current), this.waiting.first?.begin ?? Number.POSITIVE_INFINITY);
  }

  get proofFrom(): number {
    const { current } = this;
    return current === undefined || this.rule.rule.confirmedByEnd ? Number.POSITIVE_INFINITY : this.openFrom(current);
  }

  get begunAt(): number {
    return this.current?.begin ?? Number.POSITIVE_INFINITY;
  }

  private openFrom(current: Waiting): number {
    if (this.hidesAnchor) return current.begin;
    // What was read of an unfinished lead is public, too.
    return this.leadEnd === NONE ? this.position : this.leadEnd;
  }

  private get hidesAnchor(): boolean {
    const { rule } = this.rule;
    return rule.before !== undefined || rule.hidesAnchor === true;
  }

  private beginNext(): boolean {
    for (;;) {
      const next = this.waiting.take();
      if (next === undefined) return false;
      if (next.begin < this.free) continue;
      this.current = next;
      this.position = next.anchorEnd;
      this.isInSecret = false;
      this.leadEnd = NONE;
      if (this.rule.lead === null) this.enterSecret(next.anchorEnd);
      else this.enter(this.rule.lead);
      if (this.rule.lead?.accepts(this.state)) this.leadEnd = this.position;
      return true;
    }
  }

  private enter(pattern: Pattern): void {
    this.state = pattern.start;
    this.stayedFrom = this.position;
  }

  private enterSecret(at: number): void {
    this.leadEnd = at;
    this.position = at;
    this.isInSecret = true;
    this.secretEnd = NONE;
    this.softEnd = NONE;
    this.enter(this.rule.secret);
  }

  private fail(): void {
    this.current = undefined;
  }

  /** True once the lead is decided. */
  private readLead(isOver: boolean): boolean {
    const lead = this.rule.lead as Pattern;
    const { window } = this;
    const { visible, visibleStart } = window;
    const end = Math.min(window.visibleEnd, (this.current as Waiting).anchorEnd + lead.maxLength);
    const isCapped = end < window.visibleEnd;
    let { position, state } = this;
    let isDead = false;
    while (position < end) {
      const next = lead.step(state, visible[position - visibleStart] as number);
      if (next === DEAD) {
        isDead = true;
        break;
      }
      position += 1;
      if (next !== state) this.stayedFrom = position;
      else if (this.leadEnd === NONE) position = Math.min(end, this.stays.endOf(lead, next, position));
      state = next;
      if (lead.accepts(state)) this.leadEnd = position;
    }
    this.position = position;
    this.state = state;
    this.stays.remember(lead, state, this.stayedFrom, position);
    if (!isDead && !isCapped && !isOver) return false;
    if (this.leadEnd !== NONE) this.enterSecret(this.leadEnd);
    else this.fail();
    return true;
  }

  /** True once the candidate is decided. */
  private readSecret(isOver: boolean): boolean {
    const { window, rule } = this;
    const { secret, notAfter } = rule;
    const { visible, visibleStart } = window;
    const cap = this.leadEnd + rule.maxLength;
    const end = Math.min(window.visibleEnd, cap);
    const hasBreaks = window.softBreaks.size > 0;
    let { position, state } = this;
    let isDead = false;
    while (position < end) {
      const byte = visible[position - visibleStart] as number;
      if (secret.accepts(state) && position > this.leadEnd) {
        if (notAfter === null || notAfter[byte] === 0) this.secretEnd = position;
        if (hasBreaks && this.softEnd === NONE && window.isSoftBreak(position)) this.softEnd = position;
      }
      const next = secret.step(state, byte);
      if (next === DEAD) {
        isDead = true;
        break;
      }
      position += 1;
      if (next !== state) this.stayedFrom = position;
      else if (!secret.accepts(next)) position = Math.min(end, this.stays.endOf(secret, next, position));
      state = next;
    }
    this.position = position;
    this.state = state;
    this.stays.remember(secret, state, this.stayedFrom, position);
    if (!isDead) {
      const isFull = position === cap;
      if (!isOver && !isFull) return false;
      if (secret.accepts(state) && position > this.leadEnd) {
        const follower = window.at(position);
        if (follower === -1 && !isOver && notAfter !== null) return false;
        if (follower === -1 || notAfter === null || notAfter[follower] === 0) this.secretEnd = position;
      }
    }
    this.decide();
    return true;
  }

  private decide(): void {
    const current = this.current as Waiting;
    if (this.secretEnd === NONE || !this.accept(current, this.secretEnd)) {
      if (this.softEnd !== NONE) this.accept(current, this.softEnd);
    }
    this.fail();
  }

  private accept({ anchorFrom, begin }: Waiting, end: number): boolean {
    const { rule } = this.rule;
    const to = end - this.rule.tailLength;
    const from = rule.before !== undefined ? begin : rule.hidesAnchor === true ? anchorFrom : this.leadEnd;
    if (to <= from) return false;
    if (!this.effort.isTooMuch(end) && !this.passesChecks(from, to)) return false;
    this.free = to;
    const { name, kind, family, keep } = rule;
    const first = from + (keep?.first ?? 0);
    const last = to - (keep?.last ?? 0);
    if (last <= first) return true;
    const { priority } = this.rule;
    this.found.add({ from: first, to: last, kind, rule: name, priority, yields: family === 'personal' });
    return true;
  }

  private passesChecks(from: number, to: number): boolean {
    const { check, isAmong } = this.rule.rule;
    this.effort.spend(to - from);
    if (check !== undefined && !check(this.window.textOf(from, to))) return false;
    return isAmong === undefined || isAmong(this.window.lineBefore(from));
  }
}
