// Raw bytes that step back to a visible byte, or print it once more, as bold by overstriking does: where that byte is masked they go,
// too.

export interface Shadow {
  readonly raw: number;
  /** Position of the visible byte. */
  readonly visible: number;
}

/** In order of place; the emitter takes them off. */
export class Shadows {
  private waiting: Shadow[] = [];
  private taken = 0;

  add(shadow: Shadow): void {
    this.waiting.push(shadow);
  }

  get isEmpty(): boolean {
    return this.taken === this.waiting.length;
  }

  /** The first one, if it stands before raw position `to`. */
  takeBefore(to: number): Shadow | undefined {
    const first = this.waiting[this.taken];
    if (first === undefined || first.raw >= to) return undefined;
    this.taken += 1;
    if (this.taken === this.waiting.length) {
      this.waiting = [];
      this.taken = 0;
    }
    return first;
  }
}
