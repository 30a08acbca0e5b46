// Lowers the head of `for ((…; …; …))`.
import type { ArithmeticFor } from 'unbash';
import { lowerArithmetic } from './lower-arithmetic.ts';
import type { Lowering } from './lower-words.ts';
import type { Compound } from './syntax.ts';

const HEAD = /^for\s*\(\(([^;]*);([^;]*);([^;]*)\)\)[\s;]*(?:do|\{)\s*$/;

/** The three parts. The parser keeps no text of them, so they are read from the source, which must look as expected. */
export function lowerHead(
  lowering: Lowering,
  node: ArithmeticFor,
): Pick<Extract<Compound, { kind: 'arith-for' }>, 'parts' | 'names'> {
  const head = HEAD.exec(lowering.source()?.slice(node.pos, node.body.pos) ?? '');
  const lowered = head
    ?.slice(1, 4)
    .map((part) => (part.trim() === '' ? { text: '', names: [] } : lowerArithmetic(part)));
  const [first, test, update] = lowered ?? [];
  if (first === undefined || test === undefined || update === undefined) {
    lowering.opaque('for with arithmetic that may evaluate text', head?.[0] ?? '');
    return { parts: ['', '', ''], names: [] };
  }
  return { parts: [first.text, test.text, update.text], names: [...first.names, ...test.names, ...update.names] };
}
