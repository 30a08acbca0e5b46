// Lowers `$name`, `${name…}`, `$( )` and `$(( ))`. Forms in which bash evaluates text as code or arithmetic are opaque.
import type { DoubleQuotedChild, Word as ParsedWord } from 'unbash';
import { lowerArithmetic, lowerIndex } from './lower-arithmetic.ts';
import type { Lowering } from './lower-words.ts';
import type { ParamOp, Piece, Word } from './syntax.ts';

/** The pieces of one expansion; `quoted` where it stands in double quotes. */
export function lowerExpansion(
  lowering: Lowering,
  part: Exclude<DoubleQuotedChild, { type: 'Literal' }>,
  quoted: boolean,
): Piece[] {
  switch (part.type) {
    case 'SimpleExpansion': {
      const name = part.text.slice(1);
      if (!/^([A-Za-z_]\w*|[0-9@*#?!$-])$/.test(name)) return unknown(lowering, part.text);
      return [{ kind: 'param', name, quoted, length: false, index: undefined, op: undefined }];
    }
    case 'CommandExpansion':
      if (part.script === undefined || /^\$\{/.test(part.text)) return unknown(lowering, part.text);
      // Bash tries arithmetic first, and reads on differently when it is none.
      if (part.text.startsWith('$((')) lowering.opaque('a substitution that reads like arithmetic', part.text);
      return [{ kind: 'command', script: lowering.script(part.script, part.text), quoted }];
    case 'ArithmeticExpansion': {
      const inner = part.text.startsWith('$((') ? part.text.slice(3, -2) : part.text.slice(2, -1);
      const lowered = lowerArithmetic(inner);
      if (lowered === undefined) {
        lowering.opaque('arithmetic that may evaluate text', part.text);
        return [{ kind: 'text', text: part.text }];
      }
      return [{ kind: 'arith', ...lowered, quoted }];
    }
    case 'ParameterExpansion':
      return lowerParameter(lowering, part, quoted);
  }
}

type ParameterPart = Extract<DoubleQuotedChild, { type: 'ParameterExpansion' }>;

function lowerParameter(lowering: Lowering, part: ParameterPart, quoted: boolean): Piece[] {
  const subscript = part.index?.text;
  const index = subscript === undefined || /^[@*]$/.test(subscript) ? subscript : lowerIndex(subscript);
  if (part.prefix === '!') return unknown(lowering, part.text);
  if (!/^([A-Za-z_]\w*|\d{1,3}|[@*#?!$-])$/.test(part.parameter)) return unknown(lowering, part.text);
  if (subscript !== undefined && index === undefined) {
    lowering.opaque('a subscript that bash would evaluate', part.text);
    return [{ kind: 'text', text: part.text }];
  }
  const op = lowerOperation(lowering, part);
  if (op === 'unknown') return unknown(lowering, part.text);
  return [{ kind: 'param', name: part.parameter, quoted, length: part.prefix === '#', index, op }];
}

function lowerOperation(lowering: Lowering, part: ParameterPart): ParamOp | undefined | 'unknown' {
  const operation = part.operation;
  if (operation === undefined) return undefined;
  const make = (symbol: string, ...words: (ParsedWord | undefined)[]): ParamOp | 'unknown' => {
    const operands = words.filter((word) => word !== undefined).map((word) => operand(lowering, word));
    return operands.includes(undefined)
      ? 'unknown'
      : { symbol, operands: operands.filter((each) => each !== undefined) };
  };
  switch (operation.type) {
    case 'Default':
    case 'Remove':
      return make(operation.operator, operation.operand);
    case 'CaseModification':
      return make(operation.operator, operation.operand);
    case 'Replace':
      return make(operation.operator, operation.pattern, operation.replacement);
    case 'Slice': {
      const offsets = [operation.offset.text, operation.length?.text ?? '0'];
      // Offsets are arithmetic: only numbers are known to be no code.
      if (!offsets.every((text) => /^ *-?\d{1,9}$/.test(text))) return 'unknown';
      const words = [operation.offset, operation.length].filter((word) => word !== undefined);
      return { symbol: ':', operands: words.map((word) => ({ pieces: [{ kind: 'text', text: word.text }] })) };
    }
    default:
      return 'unknown';
  }
}

// Inside `${…}` quoting has rules of its own: only text without any, and whole expansions, are taken.
function operand(lowering: Lowering, word: ParsedWord): Word | undefined {
  const plain = (text: string): Piece | undefined =>
    /^[\w.@%+,:=*?# -]*$/.test(text) || text === '/' || /^\/[\w./-]*$|^[\w.-]+(\/[\w.*-]*)+$/.test(text)
      ? { kind: 'text', text }
      : undefined;
  if (word.parts === undefined) {
    const piece = plain(word.text);
    return piece === undefined ? undefined : { pieces: word.text === '' ? [] : [piece] };
  }
  const pieces: Piece[] = [];
  for (const part of word.parts) {
    if (part.type === 'Literal' || part.type === 'Glob') {
      const piece =
        part.text === '*' || part.text === '*/' || part.text === '/*'
          ? ({ kind: 'text', text: part.text } as const)
          : plain(part.text);
      if (piece === undefined) return undefined;
      pieces.push(piece);
    } else if (
      part.type === 'SimpleExpansion' ||
      part.type === 'CommandExpansion' ||
      part.type === 'ParameterExpansion'
    ) {
      pieces.push(...lowerExpansion(lowering, part, false));
    } else return undefined;
  }
  return { pieces };
}

/** Notes the expansion as not understood, and keeps its text in the place. */
export function unknown(lowering: Lowering, text: string): Piece[] {
  lowering.opaque('an expansion that was not understood', text);
  return [{ kind: 'text', text }];
}
