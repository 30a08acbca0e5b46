// The candidates of one machine rule: each machine reads on from its anchor until it needs no more.

import type { VisibleWindow } from '../reading/visible-window.ts';
import type { Beginning, Machine } from '../rule.ts';
import type { Candidates } from './candidates.ts';
import type { CompiledMachineRule } from './compiled-rules.ts';
import { Effort } from './effort.ts';
import type { SecretsFound } from './secrets-found.ts';
import { WaitingAnchors } from './waiting-anchors.ts';

/** White space, quotes, commas. */
const ENDS_VALUE = new Set(Buffer.from(' \t\n\r"\',`'));

/** Of a machine that began where its rule had read too much already. */
const LENGTH_IN_A_HURRY = 64;

/** The machine at work. */
class Current implements Beginning {
  readonly machine: Machine;
  readonly begin: number;
  readonly maxLength: number;
  private readonly window: VisibleWindow;
  private readonly anchorFrom: number;

  constructor({ rule }: CompiledMachineRule, window: VisibleWindow, anchor: WaitingAnchors, maxLength: number) {
    this.window = window;
    this.anchorFrom = anchor.from;
    this.begin = anchor.end;
    this.maxLength = maxLength;
    this.machine = rule.begin(this);
  }

  get before(): string {
    return this.window.lineBefore(this.anchorFrom);
  }

  get anchor(): string {
    return this.window.textOf(this.anchorFrom, this.begin);
  }
}

export class MachineCandidates implements Candidates {
  private readonly rule: CompiledMachineRule;
  private readonly window: VisibleWindow;
  private readonly found: SecretsFound;
  private readonly waiting = new WaitingAnchors();
  private current: Current | undefined;
  private position = 0;
  private free = 0;
  private readonly effort = new Effort();
  private isSwallowing = false;

  constructor(rule: CompiledMachineRule, window: VisibleWindow, found: SecretsFound) {
    this.rule = rule;
    this.window = window;
    this.found = found;
  }

  get kind(): string {
    return this.rule.rule.kind;
  }

  add(anchorFrom: number, anchorEnd: number): boolean {
    this.waiting.add(anchorFrom, anchorEnd, anchorEnd);
    return true;
  }

  advance(isOver: boolean): boolean {
    for (;;) {
      if (this.isSwallowing && this.swallow()) return !isOver;
      const current = this.current ?? this.beginNext();
      if (current === undefined) return false;
      const { machine, begin, maxLength } = current;
      const { visible, visibleStart, visibleEnd } = this.window;
      const cap = begin + maxLength;
      const end = Math.min(visibleEnd, cap);
      let { position } = this;
      let wantsMore = true;
      while (wantsMore && position < end) {
        wantsMore = machine.push(visible[position - visibleStart] as number);
        position += 1;
      }
      this.effort.spend(position - this.position);
      this.position = position;
      const isCapped = this.position === cap;
      if (wantsMore && !isCapped && !isOver) return true;
      const until = this.accept(machine, begin, wantsMore && maxLength < this.rule.rule.maxLength);
      this.current = undefined;
      if (wantsMore && isCapped && until === this.position) this.isSwallowing = true;
    }
  }

  /** Where the last secret ends. */
  private accept(machine: Machine, begin: number, isEarly: boolean): number {
    const { rule, priority } = this.rule;
    let until = begin;
    for (const { from, to, kind } of machine.spans(isEarly)) {
      if (to <= from) continue;
      this.found.add({ from: begin + from, to: begin + to, kind: kind ?? rule.kind, rule: rule.name, priority });
      until = begin + to;
      this.free = Math.max(this.free, until);
    }
    return until;
  }

  /** A value that the machine was stopped in goes on up to white space or a quote: true while it does. */
  private swallow(): boolean {
    const { rule, priority } = this.rule;
    const { visible, visibleStart, visibleEnd } = this.window;
    const from = this.position;
    while (this.position < visibleEnd && !ENDS_VALUE.has(visible[this.position - visibleStart] as number))
      this.position += 1;
    const to = this.position;
    if (to > from) this.found.add({ from, to, kind: rule.kind, rule: rule.name, priority, continues: true });
    this.free = to;
    this.isSwallowing = to === visibleEnd;
    return this.isSwallowing;
  }

  private beginNext(): Current | undefined {
    const { waiting } = this;
    while (!waiting.isEmpty) {
      if (waiting.from < this.free) {
        waiting.drop();
        continue;
      }
      this.position = waiting.end;
      const maxLength = this.effort.isTooMuch(waiting.end) ? LENGTH_IN_A_HURRY : this.rule.rule.maxLength;
      this.current = new Current(this.rule, this.window, waiting, maxLength);
      waiting.drop();
      return this.current;
    }
    return undefined;
  }

  get holdFrom(): number {
    const { current } = this;
    return current === undefined ? Number.POSITIVE_INFINITY : current.begin + current.machine.holdFrom;
  }

  get proofFrom(): number {
    return this.holdFrom;
  }

  /** What a deadline must mask of what the machine has read. */
  earlySpans(): readonly { readonly from: number; readonly to: number; readonly kind: string }[] {
    const { current } = this;
    if (current === undefined) return [];
    return current.machine
      .spans(true)
      .map(({ from, to, kind }) => ({ from: current.begin + from, to: current.begin + to, kind: kind ?? this.kind }));
  }

  /** Where the current machine began, so that what it may still name is remembered; Infinity where none runs. */
  get begunAt(): number {
    return this.current?.begin ?? Number.POSITIVE_INFINITY;
  }
}
