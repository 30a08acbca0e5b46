// Lowers what stands inside `[[ ]]`. Bash evaluates some operands as arithmetic or patterns: those are kept plain.
import type { TestExpression } from 'unbash';
import { type Lowering, lowerWord } from './lower-words.ts';
import type { TestNode } from './syntax.ts';

const NUMERIC_TESTS = new Set(['-eq', '-ne', '-lt', '-le', '-gt', '-ge']);

/** The test; operands that bash would evaluate are noted as opaque. */
export function lowerTest(lowering: Lowering, test: TestExpression): TestNode {
  switch (test.type) {
    case 'TestUnary':
      // `-v` evaluates a subscript, so its operand must be a plain name.
      if ((test.operator === '-v' || test.operator === '-R') && !/^[A-Za-z_]\w*$/.test(test.operand.text)) {
        lowering.opaque('a test of a name that bash would evaluate', `${test.operator} ${test.operand.text}`);
      }
      return { kind: 'unary', op: test.operator, word: lowerWord(lowering, test.operand) };
    case 'TestBinary': {
      if (test.operator === '=~') {
        // In quotes or not, only text that is the same to both, or one expansion.
        const regex = test.right.text;
        if (!/^[\w.*+?^$|()[\]/:@%,=!<>~#-]*$/.test(regex) || /\$[\w({[]/.test(regex)) {
          lowering.opaque('a regular expression with quotes or expansions', regex);
        }
        return { kind: 'regex', left: lowerWord(lowering, test.left), regex };
      }
      if (NUMERIC_TESTS.has(test.operator)) {
        for (const side of [test.left, test.right]) {
          if (!/^("?)\$?(\{#?[A-Za-z_]\w*\}|[A-Za-z_]\w*|#|\?|-?\d+)\1$/.test(side.text)) {
            lowering.opaque('a numeric test that bash would evaluate', side.text);
          }
        }
      }
      return {
        kind: 'binary',
        op: test.operator,
        left: lowerWord(lowering, test.left),
        right: lowerWord(lowering, test.right),
      };
    }
    case 'TestLogical':
      return { kind: 'logical', op: test.operator, operands: test.operands.map((each) => lowerTest(lowering, each)) };
    case 'TestNot':
      if (test.negations.length !== 1) lowering.opaque('more than one negation', '!');
      return { kind: 'not', operand: lowerTest(lowering, test.operand) };
    case 'TestGroup':
      return { kind: 'group', operand: lowerTest(lowering, test.expression) };
  }
}
