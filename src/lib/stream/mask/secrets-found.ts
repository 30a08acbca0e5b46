// What was found and has not gone on yet, in order of place.
import type { Kind } from './rule.ts';

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
  private readonly found: SecretFound[] = [];

  add(secret: SecretFound): void {
    let at = this.found.length;
    while (at > 0 && isBefore(secret, this.found[at - 1] as SecretFound)) at -= 1;
    this.found.splice(at, 0, secret);
  }

  /** The first one, if it begins before `position`. */
  takeBefore(position: number): SecretFound | undefined {
    const first = this.found[0];
    return first !== undefined && first.from < position ? this.found.shift() : undefined;
  }

  get isEmpty(): boolean {
    return this.found.length === 0;
  }
}

function isBefore(a: SecretFound, b: SecretFound): boolean {
  if (a.from !== b.from) return a.from < b.from;
  if (a.priority !== b.priority) return a.priority < b.priority;
  // So that the order never depends on when they were found.
  return a.to !== b.to ? a.to > b.to : a.rule < b.rule;
}
