// A parsed pattern as a nondeterministic automaton (Thompson's construction), with the exact lengths of what it matches.
import { BadPattern, PATTERN_LIMITS } from './bad-pattern.ts';
import type { ByteClass } from './byte-class.ts';
import type { Node } from './parse.ts';

/**
 * `{m,M}` with M − m above this is built as "m or more": the counter would cost a state for each number, and whoever runs
 * the pattern stops at `maxLength` anyway. Within a longer pattern such a part may thus be longer than it says, as far as
 * the whole allows.
 */
export const LARGEST_EXACT_SPREAD = 64;

export interface Lengths {
  readonly min: number;
  readonly max: number;
}

/** State 0 accepts. Any other either reads a byte of its class and goes to `next`, or goes to both `next` and `other`. */
export interface Automaton {
  readonly start: number;
  readonly classes: readonly (ByteClass | undefined)[];
  readonly next: readonly number[];
  readonly other: readonly number[];
}

/** Lengths of the shortest and the longest text matched, by what the pattern says. May be infinite by overflow. */
export function lengthsOf(node: Node): Lengths {
  switch (node.kind) {
    case 'class':
      return { min: 1, max: 1 };
    case 'sequence':
      return node.nodes
        .map(lengthsOf)
        .reduce((a, b) => ({ min: a.min + b.min, max: a.max + b.max }), { min: 0, max: 0 });
    case 'choice':
      return node.nodes.map(lengthsOf).reduce((a, b) => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }));
    case 'repeat': {
      const { min, max } = lengthsOf(node.node);
      return { min: min * node.min, max: max * node.max };
    }
  }
}

/** Throws `BadPattern` where the automaton would have more than `PATTERN_LIMITS.parts` states; it is not built then. */
export function buildAutomaton(root: Node): Automaton {
  if (sizeOf(root) > PATTERN_LIMITS.parts)
    throw new BadPattern(`its repetitions multiply to more than ${PATTERN_LIMITS.parts} parts`, 0);
  const classes: (ByteClass | undefined)[] = [undefined];
  const next = [-1];
  const other = [-1];
  const add = (members: ByteClass | undefined, to: number, alternative: number): number => {
    classes.push(members);
    next.push(to);
    other.push(alternative);
    return classes.length - 1;
  };

  /** Builds the node before `after` and returns where it begins. */
  function build(node: Node, after: number): number {
    switch (node.kind) {
      case 'class':
        return add(node.members, after, -1);
      case 'sequence':
        return node.nodes.reduceRight((follower, part) => build(part, follower), after);
      case 'choice':
        return node.nodes.map((part) => build(part, after)).reduce((a, b) => add(undefined, a, b));
      case 'repeat':
        return buildRepeat(node, after);
    }
  }

  function buildRepeat({ node, min, max }: Node & { kind: 'repeat' }, after: number): number {
    let begin = after;
    if (max - min > LARGEST_EXACT_SPREAD) {
      begin = add(undefined, -1, after);
      next[begin] = build(node, begin);
    } else {
      for (let count = max; count > min; count--) begin = add(undefined, build(node, begin), after);
    }
    for (let count = 0; count < min; count++) begin = build(node, begin);
    return begin;
  }

  return { start: build(root, 0), classes, next, other };
}

function sizeOf(node: Node): number {
  switch (node.kind) {
    case 'class':
      return 1;
    case 'sequence':
      return node.nodes.reduce((size, part) => size + sizeOf(part), 0);
    case 'choice':
      return node.nodes.reduce((size, part) => size + sizeOf(part) + 1, 0);
    case 'repeat': {
      // An empty group takes no state however often it is repeated, but it takes time.
      const size = Math.max(sizeOf(node.node), 1);
      const spread = node.max - node.min;
      return node.min * size + (spread > LARGEST_EXACT_SPREAD ? 1 : spread) * (size + 1);
    }
  }
}
