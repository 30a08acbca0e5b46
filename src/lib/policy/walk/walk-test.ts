// What `[[ ]]` and `(( ))` may do: both evaluate values as arithmetic, and a value that is not a number may be code.

import { DIGITS, isNumeric, SOME } from '../facts/unknowns.ts';
import type { TestNode, Word } from '../language/syntax.ts';
import { expandValue } from './expand.ts';
import { expanderOf } from './expander.ts';
import { type Scope, setVar } from './scope.ts';
import { note, type Walk } from './walk.ts';

const NUMERIC = new Set(['-eq', '-ne', '-lt', '-le', '-gt', '-ge']);

export function walkTest(walk: Walk, scope: Scope, test: TestNode): void {
  const expander = expanderOf(walk, scope);
  switch (test.kind) {
    case 'unary':
      expandValue(expander, test.word);
      return;
    case 'binary':
      for (const side of [test.left, test.right]) {
        const values = expandValue(expander, side);
        // Both sides are arithmetic: a word is a name whose value is evaluated.
        if (NUMERIC.has(test.op)) for (const value of values) checkEvaluated(walk, scope, value, test.op, side);
      }
      return;
    case 'regex':
      expandValue(expander, test.left);
      return;
    case 'logical':
      for (const operand of test.operands) walkTest(walk, scope, operand);
      return;
    default:
      walkTest(walk, scope, test.operand);
  }
}

function checkEvaluated(walk: Walk, scope: Scope, value: string, op: string, side: Word): void {
  if (isNumeric(value) || value === '') return;
  if (/^[A-Za-z_]\w*$/.test(value)) {
    checkArithmetic(walk, scope, [value], value);
    return;
  }
  const [piece] = side.pieces;
  // From the environment, not from this text: the same trust as everywhere else.
  if (value === SOME && piece?.kind === 'param' && !scope.vars.has(piece.name)) return;
  note(walk, 'arithmetic on a value that is not known to be a number', `${op} ${value}`);
}

/** Notes arithmetic over names whose values may be more than numbers; names it sets hold digits afterwards. */
export function checkArithmetic(walk: Walk, scope: Scope, names: readonly string[], text: string): void {
  for (const name of names) {
    const values = scope.vars.get(name);
    if (values === undefined) continue;
    const fine = values.every(
      (value) => isNumeric(value) || value === '' || (value === SOME && values.length > 1 && values.some(isNumeric)),
    );
    if (!fine) note(walk, 'arithmetic on a value that is not known to be a number', `${name} in ((${text}))`);
  }
  if (/(^|[^=!<>])=([^=]|$)|<<=|>>=|\+\+|--/.test(text)) for (const name of names) setVar(scope, name, [DIGITS]);
}
