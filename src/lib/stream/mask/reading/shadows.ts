// Raw bytes that step back to a visible byte, or print it once more, as bold by overstriking does: where that byte is masked they go,
// too.
import { Queue } from '../finding/queue.ts';

export interface Shadow {
  readonly raw: number;
  /** Position of the visible byte. */
  readonly visible: number;
}

/** In order of place; the emitter takes them off. */
export class Shadows {
  private readonly waiting = new Queue<Shadow>();

  add(shadow: Shadow): void {
    this.waiting.add(shadow);
  }

  get isEmpty(): boolean {
    return this.waiting.first === undefined;
  }

  /** The first one, if it stands before raw position `to`. */
  takeBefore(to: number): Shadow | undefined {
    const { first } = this.waiting;
    return first === undefined || first.raw >= to ? undefined : this.waiting.take();
  }
}
