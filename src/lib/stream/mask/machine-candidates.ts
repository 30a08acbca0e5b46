// The candidates of one machine rule: each machine reads on from its anchor until it needs no more.
import type { Candidates } from './candidates.ts';
import type { CompiledMachineRule } from './compiled-rules.ts';
import type { Machine } from './rule.ts';
import type { SecretsFound } from './secrets-found.ts';
import type { VisibleWindow } from './visible-window.ts';
import { BYTE } from './vt-bytes.ts';

/** Of the line before the anchor. */
const BEFORE_MAX_BYTES = 200;

interface Waiting {
  readonly from: number;
  readonly begin: number;
  readonly before: string;
  readonly anchor: string;
}

export class MachineCandidates implements Candidates {
  private readonly rule: CompiledMachineRule;
  private readonly window: VisibleWindow;
  private readonly found: SecretsFound;
  private readonly waiting: Waiting[] = [];
  private current: { readonly machine: Machine; readonly begin: number } | undefined;
  private position = 0;
  private free = 0;

  constructor(rule: CompiledMachineRule, window: VisibleWindow, found: SecretsFound) {
    this.rule = rule;
    this.window = window;
    this.found = found;
  }

  get kind(): string {
    return this.rule.rule.kind;
  }

  add(anchorFrom: number, anchorEnd: number): void {
    const { window, rule } = this;
    const previous = window.at(anchorFrom - 1);
    if (previous !== -1 && rule.notBefore?.[previous] === 1 && !window.isSoftBreak(anchorFrom)) return;
    let from = anchorFrom;
    while (anchorFrom - from < BEFORE_MAX_BYTES && ![-1, BYTE.lineFeed].includes(window.at(from - 1))) from -= 1;
    const text = (begin: number, end: number) => Buffer.from(window.copyVisible(begin, end)).toString('latin1');
    this.waiting.push({
      from: anchorFrom,
      begin: anchorEnd,
      before: text(from, anchorFrom),
      anchor: text(anchorFrom, anchorEnd),
    });
  }

  advance(isOver: boolean): boolean {
    for (;;) {
      const current = this.current ?? this.beginNext();
      if (current === undefined) return false;
      const { machine, begin } = current;
      const { visible, visibleStart, visibleEnd } = this.window;
      const end = Math.min(visibleEnd, begin + this.rule.rule.maxLength);
      let wantsMore = true;
      while (wantsMore && this.position < end) {
        wantsMore = machine.push(visible[this.position - visibleStart] as number);
        this.position += 1;
      }
      const isCapped = this.position === begin + this.rule.rule.maxLength;
      if (wantsMore && !isCapped && !isOver) return true;
      this.accept(machine, begin);
      this.current = undefined;
    }
  }

  private accept(machine: Machine, begin: number): void {
    const { rule, priority } = this.rule;
    for (const { from, to, kind } of machine.spans(false)) {
      if (to <= from) continue;
      this.found.add({ from: begin + from, to: begin + to, kind: kind ?? rule.kind, rule: rule.name, priority });
      this.free = Math.max(this.free, begin + to);
    }
  }

  private beginNext() {
    for (;;) {
      const next = this.waiting.shift();
      if (next === undefined) return undefined;
      if (next.from < this.free) continue;
      this.position = next.begin;
      this.current = { machine: this.rule.rule.begin(next.before, next.anchor), begin: next.begin };
      return this.current;
    }
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
