// What was found and has not gone on yet, in order of place.
import type { Kind } from '../rule.ts';

export interface SecretFound {
  /** Visible positions, half open. */
  readonly from: number;
  readonly to: number;
  readonly kind: Kind;
  /** The rule's name; for known values the kind. */
  readonly rule: string;
  /** Lower ones name the mask where several begin at one place. */
  readonly priority: number;
  /** Goes on with the one before it: no mask of its own. */
  readonly continues?: boolean;
  /** Is none where it begins within another: what looks like an address after a password is its host. */
  readonly yields?: boolean;
  /** What the fingerprint is of, where it is not the text itself: a known value, whatever its form. */
  readonly value?: Uint8Array;
}

export class SecretsFound {
  private found: SecretFound[] = [];
  /** Of `found`: how many were taken already. */
  private taken = 0;
  private isSorted = true;

  add(secret: SecretFound): void {
    const last = this.found.at(-1);
    if (last !== undefined && inOrder(last, secret) > 0) this.isSorted = false;
    this.found.push(secret);
  }

  /** The first one, if it begins before `position`. */
  takeBefore(position: number): SecretFound | undefined {
    if (this.isEmpty) return undefined;
    if (!this.isSorted) {
      this.found = this.found.slice(this.taken).sort(inOrder);
      this.taken = 0;
      this.isSorted = true;
    }
    const first = this.found[this.taken] as SecretFound;
    if (first.from >= position) return undefined;
    this.taken += 1;
    if (this.taken === this.found.length) {
      this.found = [];
      this.taken = 0;
    }
    return first;
  }

  get isEmpty(): boolean {
    return this.taken === this.found.length;
  }
}

/** By place; of those that begin at one, the one that names the mask first. It never depends on when they were found. */
function inOrder(a: SecretFound, b: SecretFound): number {
  return a.from - b.from || a.priority - b.priority || b.to - a.to || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);
}
