// Reads a pattern: the part of JavaScript's regular expressions that a finite automaton can run and whose matches have a
// bound. It has literals, classes, groups, alternatives, `?`, `{n}` and `{n,m}`; everything else is refused with a reason.
// What it accepts means the same to `RegExp` without flags, over Latin-1 text, but for `\s` (see byte-class.ts).
import { BadPattern, PATTERN_LIMITS } from './bad-pattern.ts';
import { ANY, type ByteClass, type ReadClass, readBracket, readEscape, readLiteral } from './byte-class.ts';

export type Node =
  | { readonly kind: 'class'; readonly members: ByteClass }
  | { readonly kind: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly kind: 'choice'; readonly nodes: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly min: number; readonly max: number };

interface Read {
  readonly node: Node;
  readonly end: number;
}

/** Throws `BadPattern` for whatever is not in the subset. How large the result may be is for the compiler to say. */
export function parsePattern(source: string): Node {
  if (source.length > PATTERN_LIMITS.source)
    throw new BadPattern(`longer than ${PATTERN_LIMITS.source} characters`, PATTERN_LIMITS.source);
  const { node, end } = readChoice(source, 0, 0);
  if (end < source.length) throw new BadPattern('")" closes no group', end);
  return node;
}

function readChoice(source: string, from: number, depth: number): Read {
  if (depth > PATTERN_LIMITS.nesting) throw new BadPattern(`nested more than ${PATTERN_LIMITS.nesting} deep`, from);
  const nodes: Node[] = [];
  let at = from - 1;
  do {
    const { node, end } = readSequence(source, at + 1, depth);
    nodes.push(node);
    at = end;
  } while (source[at] === '|');
  return { node: nodes.length === 1 ? (nodes[0] as Node) : { kind: 'choice', nodes }, end: at };
}

function readSequence(source: string, from: number, depth: number): Read {
  const nodes: Node[] = [];
  let at = from;
  while (at < source.length && source[at] !== '|' && source[at] !== ')') {
    const { node, end } = readRepeat(source, readAtom(source, at, depth));
    nodes.push(node);
    at = end;
  }
  return { node: { kind: 'sequence', nodes }, end: at };
}

function readAtom(source: string, at: number, depth: number): Read {
  switch (source[at]) {
    case '(':
      return readGroup(source, at, depth);
    case '[':
      return asNode(readBracket(source, at));
    case '\\':
      return asNode(readEscape(source, at));
    case '.':
      return asNode({ members: ANY, end: at + 1 });
    case '^':
    case '$':
      throw new BadPattern(`"${source[at]}" is an assertion: use notBefore, notAfter, lead or tail`, at);
    case '*':
    case '+':
    case '?':
      throw new BadPattern(`"${source[at]}" has nothing to repeat`, at);
    case '{':
      throw new BadPattern('"{" has nothing to repeat: write \\{ for the character', at);
    default:
      return asNode(readLiteral(source, at));
  }
}

function readGroup(source: string, at: number, depth: number): Read {
  const isPlain = source[at + 1] !== '?';
  if (!isPlain && source[at + 2] !== ':')
    throw new BadPattern('of groups only (…) and (?:…) are known: nothing looks ahead or behind, no name or flag', at);
  const { node, end } = readChoice(source, at + (isPlain ? 1 : 3), depth + 1);
  if (source[end] !== ')') throw new BadPattern('"(" is never closed', at);
  return { node, end: end + 1 };
}

/** The repetition that may follow a node. */
function readRepeat(source: string, { node, end }: Read): Read {
  const sign = source[end];
  if (sign === '*' || sign === '+')
    throw new BadPattern(`"${sign}" has no bound: write {${sign === '*' ? 0 : 1},n} with a number`, end);
  if (sign !== '?' && sign !== '{') return { node, end };
  const counts = sign === '?' ? { min: 0, max: 1, end: end + 1 } : readCounts(source, end);
  if (source[counts.end] === '?')
    throw new BadPattern('"?" after a repetition: every match is the longest', counts.end);
  if (/[*+{]/.test(source[counts.end] ?? ''))
    throw new BadPattern('a repetition of a repetition: put the inner one into a group', counts.end);
  return { node: { kind: 'repeat', node, min: counts.min, max: counts.max }, end: counts.end };
}

function readCounts(source: string, at: number): { min: number; max: number; end: number } {
  const match = /^\{(\d{1,9})(?:(,)(\d{1,9})?)?\}/.exec(source.slice(at, at + 24));
  if (match === null) throw new BadPattern('"{" begins no repetition: write \\{ for the character', at);
  const min = Number(match[1]);
  if (match[2] !== undefined && match[3] === undefined)
    throw new BadPattern(`"${match[0]}" has no bound: write {${min},n} with a number`, at);
  const max = match[3] === undefined ? min : Number(match[3]);
  if (max < min) throw new BadPattern(`"${match[0]}" ends below where it begins`, at);
  return { min, max, end: at + match[0].length };
}

const asNode = ({ members, end }: ReadClass): Read => ({ node: { kind: 'class', members }, end });
