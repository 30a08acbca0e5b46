// What bash will make of a word: the arguments, as far as the text tells. Runs nothing; the output of a substitution
// is asked of `outputOf`, which knows a few commands whose output is plain.
import type { Field } from '../facts/facts.ts';
import { tildeValues } from '../facts/paths.ts';
import { ANY, DIGITS, isExact, isPlain, ONE, SOME, STAR } from '../facts/unknowns.ts';
import { nameInIndex } from '../language/lower-arithmetic.ts';
import type { Piece, Script, Word } from '../language/syntax.ts';
import { getVar, type Scope, setVar, type Values } from './scope.ts';
import { field, type Run, splitRuns } from './split-runs.ts';

export interface Expander {
  readonly scope: Scope;
  /** Judges the commands inside and answers what they print, as far as that is known. */
  readonly outputOf: (script: Script) => Values;
  /** The path of a process substitution; judges the commands inside. */
  readonly process: (script: Script, direction: '<' | '>') => string;
  /** Arithmetic is safe only over numbers. */
  readonly arithmetic: (names: readonly string[], text: string) => void;
}

const MAX_COMBINATIONS = 32;

/** The arguments a word becomes, once for every way it may turn out. */
export function expandAlternatives(expander: Expander, word: Word): Field[][] {
  const all = combinations(expander, word).map((runs) => splitRuns(runs, expander.scope.splitting));
  return all.filter((fields, index) => all.findIndex((other) => same(other, fields)) === index);
}

/** All arguments a word may become, in one list: where only the arguments themselves matter. */
export function expandWord(expander: Expander, word: Word): Field[] {
  return expandAlternatives(expander, word).flat();
}

/** The values of a word that is not split: `case`, here-strings, operands. */
export function expandValue(expander: Expander, word: Word): Values {
  return combinations(expander, word).map((runs) => runs.map((run) => run.text).join(''));
}

/** The values of an assignment, where `*` is a star until it is expanded without quotes. */
export function expandAssigned(expander: Expander, word: Word): Values {
  return expandValue(expander, {
    pieces: word.pieces.map((piece) => (piece.kind === 'glob' ? textPiece(piece.text) : piece)),
  });
}

/** The files a redirection may mean: bash splits its word and looks for files as it does for arguments. */
export function expandTarget(expander: Expander, word: Word): Values {
  return expandWord(expander, word).map(({ value }) => value);
}

function textPiece(text: string): Piece {
  return { kind: 'text', text };
}

/** Every combination of the alternatives of the pieces; each a list of runs. */
function combinations(expander: Expander, word: Word): Run[][] {
  let all: Run[][] = [[]];
  for (const piece of word.pieces) {
    const runs = pieceRuns(expander, piece);
    const capped = runs.length * all.length > MAX_COMBINATIONS ? [UNKNOWN_LIST] : runs;
    const [only] = capped;
    // In place: a word of many pieces must not be copied once for each.
    if (capped.length === 1 && only !== undefined) for (const before of all) before.push(only);
    else all = all.flatMap((before) => capped.map((run) => [...before, run]));
  }
  return all;
}

const UNKNOWN_LIST: Run = { text: ANY, quoted: true, list: [{ value: ANY, exact: false, many: true }] };

function pieceRuns(expander: Expander, piece: Piece): Run[] {
  if (piece.kind === 'param' && isList(piece)) {
    const list = listOf(expander, piece);
    // Unquoted, and in `"$*"`, the parts stand in one text, which splits as every other does.
    if (!piece.quoted || isStar(piece)) {
      const known = list.every(({ many }) => !many);
      return [{ text: known ? textOf(list) : ANY, quoted: piece.quoted }];
    }
    return [{ text: textOf(list), quoted: true, list }];
  }
  const quoted = 'quoted' in piece ? piece.quoted : true;
  return pieceValues(expander, piece).map((text) => ({ text, quoted }));
}

type Param = Extract<Piece, { kind: 'param' }>;

function isStar({ name, index }: Param): boolean {
  return name === '*' || index === '*';
}

// `$@`, `${a[*]}`: more than one argument, unless it only counts them.
function isList(piece: Param): boolean {
  return !piece.length && (piece.name === '@' || piece.index === '@' || isStar(piece));
}

function listOf(expander: Expander, piece: Param): readonly Field[] {
  const { scope } = expander;
  const operands = (piece.op?.operands ?? []).flatMap((operand) => expandValue(expander, operand));
  const known = piece.index === undefined ? scope.positional : scope.arrays.get(piece.name);
  if (piece.op === undefined && known !== undefined) return known.map((value) => field(value));
  const [only, ...others] = piece.index === undefined ? [ANY] : getVar(scope, piece.name);
  const listing = only === SOME && others.length === 0 && operands.length === 0;
  return [field(listing ? SOME : ANY, true)];
}

function textOf(list: readonly Field[]): string {
  return list.map(({ value }) => value).join(' ');
}

function pieceValues(expander: Expander, piece: Piece): Values {
  switch (piece.kind) {
    case 'text':
      return [piece.text];
    case 'glob':
      return [piece.text === '*' ? STAR : ONE];
    case 'tilde':
      return tilde(expander.scope, piece.text);
    case 'param':
      return paramValues(expander, piece);
    case 'command':
      return expander.outputOf(piece.script);
    case 'arith':
      expander.arithmetic(piece.names, piece.text);
      return [/^\d{1,15}$/.test(piece.text) ? piece.text : DIGITS];
    case 'process':
      return [expander.process(piece.script, piece.direction)];
  }
}

function tilde(scope: Scope, text: string): Values {
  if (text === '~') return getVar(scope, 'HOME');
  if (text === '~+') return getVar(scope, 'PWD');
  return tildeValues(text);
}

function paramValues(expander: Expander, piece: Extract<Piece, { kind: 'param' }>): Values {
  const { scope } = expander;
  const operands = (piece.op?.operands ?? []).map((operand) => expandValue(expander, operand));
  if (piece.length) return [DIGITS];
  const held = elementOf(expander, piece);
  if (piece.op === undefined) return held;
  const [first = [''], second = ['']] = operands;
  switch (piece.op.symbol) {
    case ':-':
      if (held.every((value) => isExact(value) && value !== '')) return held;
      return [...held.filter((value) => value !== ''), ...first];
    case '-':
      // Without the colon what is set and empty stays empty.
      if (held.every((value) => isExact(value) && value !== '')) return held;
      return [...held, ...first];
    case ':=':
    case '=':
      setVar(scope, piece.name, [...held, ...first]);
      return [...held, ...first];
    case ':+':
    case '+':
      return ['', ...first];
    case ':?':
    case '?':
      return held;
    case ':':
      return held.map((value) =>
        slice(value, first[0] ?? '', piece.op?.operands[1] === undefined ? undefined : second[0]),
      );
    default:
      return held.map((value) => transform(value, piece.op?.symbol ?? '', first[0] ?? '', second[0] ?? ''));
  }
}

// The elements of an array are alternatives; one that was never set is empty.
function elementOf(expander: Expander, { name, index }: Param): Values {
  const all = getVar(expander.scope, name);
  if (index === undefined || /^[@*]$/.test(index)) return all;
  const names = nameInIndex(index);
  if (names.length > 0) expander.arithmetic(names, `${name}[${index}]`);
  return expander.scope.vars.has(name) ? [...all, ''] : [ANY];
}

function slice(value: string, offset: string, length: string | undefined): string {
  if (!isPlain(value)) return value === SOME ? value : ANY;
  const from = Number(offset);
  const rest = value.slice(from < 0 ? Math.max(0, value.length + from) : from);
  if (length === undefined) return rest;
  const count = Number(length);
  return count < 0 ? rest.slice(0, count) : rest.slice(0, count);
}

// Only what is plain is computed; a pattern with wildcards leaves the value unknown.
function transform(value: string, symbol: string, pattern: string, replacement: string): string {
  const unknown = value === SOME ? SOME : ANY;
  const cut = cutAt(value, symbol, pattern);
  if (cut !== undefined) return cut;
  if (!isPlain(value)) return unknown;
  if (symbol === '^^') return pattern === '' ? value.toUpperCase() : ANY;
  if (symbol === ',,') return pattern === '' ? value.toLowerCase() : ANY;
  if (/[*?[\\]/.test(pattern) || !isPlain(pattern + replacement)) return ANY;
  if (symbol === '//') return pattern === '' ? value : value.replaceAll(pattern, () => replacement);
  if (symbol === '/') return pattern === '' ? value : value.replace(pattern, () => replacement);
  if (symbol === '#' || symbol === '##') return value.startsWith(pattern) ? value.slice(pattern.length) : value;
  if (symbol === '%' || symbol === '%%') {
    return pattern !== '' && value.endsWith(pattern) ? value.slice(0, -pattern.length) : value;
  }
  return ANY;
}

// `${f%.txt}`, `${f##*/}`, `${f%/*}`, `${f%.*}`: what is cut off is known, even where the rest is not.
function cutAt(value: string, symbol: string, pattern: string): string | undefined {
  const isEnd = symbol === '%' || symbol === '%%';
  if (isEnd && pattern !== '' && isPlain(pattern) && !/[*?[\\]/.test(pattern) && value.endsWith(pattern))
    return value.slice(0, -pattern.length);
  const slash = value.lastIndexOf('/');
  const tail = value.slice(slash + 1);
  // Neither part may hold a slash that is not seen.
  if (new RegExp(`[${ANY}${SOME}]`).test(tail)) return symbol === '##' && pattern === '*/' ? STAR : undefined;
  if (symbol === '##' && pattern === '*/') return tail;
  if (symbol === '%' && pattern === '/*') return slash === -1 ? value : value.slice(0, slash);
  const dot = tail.lastIndexOf('.');
  if (symbol !== '%' || pattern !== '.*' || dot === -1 || !isPlain(tail.slice(dot))) return undefined;
  return value.slice(0, slash + 1 + dot);
}

function same(left: readonly Field[], right: readonly Field[]): boolean {
  return (
    left.length === right.length &&
    left.every((each, index) => each.value === right[index]?.value && each.many === right[index]?.many)
  );
}
