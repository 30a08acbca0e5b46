// Prints the lowered form back as bash. This text is what will be executed, so every piece of text is quoted by our
// own rule and never copied from the caller. Never prints anything that was not lowered.
import type { Assign, Compound, Node, Piece, Redir, Script, Simple, TestNode, Word } from './syntax.ts';
import { isAssign } from './syntax.ts';

/** The script on one line where it can be, with a newline only inside quotes. */
export function printScript(script: Script): string {
  let out = '';
  script.statements.forEach((statement, index) => {
    out += printNode(statement.node);
    const last = index === script.statements.length - 1;
    if (statement.background) out += last ? ' &' : ' & ';
    else if (!last) out += '; ';
  });
  return out;
}

/** One command of the script. */
export function printNode(node: Node): string {
  switch (node.kind) {
    case 'simple':
      return printSimple(node);
    case 'pipeline': {
      let out = (node.timed === undefined ? '' : `${node.timed} `) + (node.negated ? '! ' : '');
      node.stages.forEach((stage, index) => {
        if (index > 0) out += ` ${node.ops[index - 1] ?? '|'} `;
        out += printNode(stage);
      });
      return out;
    }
    case 'andor':
      return node.nodes.map((each, index) => (index > 0 ? `${node.ops[index - 1]} ` : '') + printNode(each)).join(' ');
    case 'coproc':
      return `coproc ${node.name === undefined ? '' : `${node.name} `}${printNode(node.body)}`;
    case 'function':
      return `${node.name}() ${printCompound(node.body)}`;
    default:
      return printCompound(node);
  }
}

function printCompound(node: Compound): string {
  return [printBody(node), ...node.redirs.map(printRedir)].join(' ');
}

function printBody(node: Compound): string {
  switch (node.kind) {
    case 'subshell':
      return `( ${printScript(node.body)} )`;
    case 'group':
      return `{ ${closed(node.body)} }`;
    case 'if': {
      const branches = node.branches.map(
        (branch, index) => `${index === 0 ? 'if' : 'elif'} ${closed(branch.test)} then ${closed(branch.body)}`,
      );
      const otherwise = node.otherwise === undefined ? [] : [`else ${closed(node.otherwise)}`];
      return [...branches, ...otherwise, 'fi'].join(' ');
    }
    case 'while':
    case 'until':
      return `${node.kind} ${closed(node.test)} do ${closed(node.body)} done`;
    case 'for': {
      const words = node.words === undefined ? '' : ` in${node.words.map((word) => ` ${printWord(word)}`).join('')}`;
      return `for ${node.name}${words}; do ${closed(node.body)} done`;
    }
    case 'arith-for':
      return `for ((${node.parts.join('; ')})); do ${closed(node.body)} done`;
    case 'case': {
      const items = node.items.map((item) => {
        const patterns = item.patterns.map((pattern) => printWord(pattern)).join(' | ');
        const body = item.body.statements.length === 0 ? '' : ` ${printScript(item.body)}`;
        return ` (${patterns})${body} ${item.end}`;
      });
      return `case ${printWord(node.word)} in${items.join('')} esac`;
    }
    case 'test':
      return `[[ ${printTest(node.test)} ]]`;
    case 'arith':
      return `((${node.text}))`;
  }
}

/** A list with its terminator, as `then`, `do` and `}` want it. */
function closed(script: Script): string {
  const last = script.statements.at(-1);
  return printScript(script) + (last?.background === true ? '' : ';');
}

function printSimple(node: Simple): string {
  const out = node.assigns.map(printAssign);
  node.words.forEach((item, index) => {
    if (isAssign(item)) out.push(printAssign(item));
    else out.push(index === 0 || hasAssignments(node) ? printWord(item, 'name') : printWord(item));
  });
  for (const redir of node.redirs) out.push(printRedir(redir));
  return out.join(' ');
}

const DECLARATIONS = new Set([
  'export',
  'declare',
  'typeset',
  'local',
  'readonly',
  'alias',
  'command',
  'builtin',
  'eval',
]);

// After a declaration builtin an unquoted `a=b` is an assignment and not a word.
function hasAssignments(node: Simple): boolean {
  const first = node.words[0];
  if (first === undefined || isAssign(first)) return false;
  const name = first.pieces[0];
  return name === undefined || name.kind !== 'text' || DECLARATIONS.has(name.text);
}

function printAssign(assign: Assign): string {
  const sign = assign.append ? '+=' : '=';
  const element = assign.index === undefined ? '' : `[${assign.index}]`;
  if ('pieces' in assign.value)
    return assign.name + element + sign + (assign.value.pieces.length === 0 ? '' : printWord(assign.value));
  return `${assign.name}${sign}(${assign.value.map((word) => printWord(word)).join(' ')})`;
}

function printRedir(redir: Redir): string {
  const fd = redir.fd === undefined ? '' : String(redir.fd);
  if (redir.kind === 'text') return `${fd}<<< ${printWord(redir.body)}`;
  if (redir.op === '>&' || redir.op === '<&') return `${fd}${redir.op}${printWord(redir.target)}`;
  return `${fd}${redir.op} ${printWord(redir.target)}`;
}

function printTest(test: TestNode): string {
  switch (test.kind) {
    case 'unary':
      return `${test.op} ${printWord(test.word)}`;
    case 'binary':
      return `${printWord(test.left)} ${test.op} ${printWord(test.right)}`;
    case 'regex':
      return `${printWord(test.left)} =~ ${test.regex}`;
    case 'logical':
      return test.operands.map(printTest).join(` ${test.op} `);
    case 'not':
      return `! ${printTest(test.operand)}`;
    case 'group':
      return `( ${printTest(test.operand)} )`;
  }
}

// Characters that mean nothing to bash anywhere in a word. `=` means something only in a command's name.
const SAFE = /^[A-Za-z0-9_@%+=:,./-]+$/;
const SAFE_NAME = /^[A-Za-z0-9_@%+:,./-]+$/;
const RESERVED = new Set(
  'if then else elif fi do done case esac while until for in select function time coproc'.split(' '),
);

// Control characters, and those that reorder or hide text: an approver must never read them raw.
const INVISIBLE =
  /[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]|[\ufe00-\ufe0f]/u;
const INVISIBLE_EACH = new RegExp(INVISIBLE.source, 'gu');

// Bytes, since \\u depends on the locale of the shell that reads it.
function escapeAll(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replace(INVISIBLE_EACH, (char) =>
      [...Buffer.from(char, 'utf8')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
    );
  return `$'${escaped}'`;
}

/** Quotes text so that every bash reads exactly it. `name`: in a place where `a=b` and `if` would mean something. */
export function quote(text: string, place: 'word' | 'name' = 'word'): string {
  if (place === 'name' ? SAFE_NAME.test(text) && !RESERVED.has(text) : SAFE.test(text)) return text;
  if (INVISIBLE.test(text)) return escapeAll(text);
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** One word. Neighbouring text is quoted together; an empty word is `''`. */
export function printWord(word: Word, place: 'word' | 'name' = 'word'): string {
  if (word.pieces.length === 0) return "''";
  if (word.pieces.length === 1) {
    const only = word.pieces[0];
    // Alone in their words these are what they look like: `{}` of find, `[` and `!` of test.
    if (only?.kind === 'text' && (only.text === '{}' || only.text === '[' || only.text === ']')) return only.text;
    if (only?.kind === 'text' && only.text === '!' && place === 'word') return only.text;
  }
  let out = '';
  for (const piece of word.pieces) out += printPiece(piece, place);
  return out;
}

function printPiece(piece: Piece, place: 'word' | 'name'): string {
  switch (piece.kind) {
    case 'text':
      return quote(piece.text, place);
    case 'glob':
    case 'tilde':
      return piece.text;
    case 'param':
      return quoted(piece.quoted, printParam(piece));
    case 'command':
      // The blank keeps `$( (a) )` from reading as arithmetic.
      return quoted(piece.quoted, `$( ${printScript(piece.script)} )`);
    case 'arith':
      return quoted(piece.quoted, `$((${piece.text}))`);
    case 'process':
      return `${piece.direction}( ${printScript(piece.script)} )`;
  }
}

function quoted(inQuotes: boolean, text: string): string {
  return inQuotes ? `"${text}"` : text;
}

function printParam(piece: Extract<Piece, { kind: 'param' }>): string {
  const index = piece.index === undefined ? '' : `[${piece.index}]`;
  const head = `${piece.length ? '#' : ''}${piece.name}${index}`;
  if (piece.op === undefined) return `\${${head}}`;
  const [first, second] = piece.op.operands;
  const separator = piece.op.symbol.startsWith('/') ? '/' : ':';
  const operands =
    second === undefined ? printOperand(first) : `${printOperand(first)}${separator}${printOperand(second)}`;
  return `\${${head}${piece.op.symbol}${operands}}`;
}

// Operands hold text that needs no quotes, and expansions; the lowering lets nothing else through.
function printOperand(word: Word | undefined): string {
  return (word?.pieces ?? []).map((piece) => (piece.kind === 'text' ? piece.text : printPiece(piece, 'word'))).join('');
}
