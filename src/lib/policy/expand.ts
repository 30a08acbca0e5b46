// What bash will make of a word: the arguments, as far as the text tells. Runs nothing; the output of a substitution
// is asked of `outputOf`, which knows a few commands whose output is plain.
import type { Field } from './facts.ts';
import { type Place, tildeValue } from './paths.ts';
import { getVar, type Scope, setVar, type Values } from './scope.ts';
import type { Piece, Script, Word } from './syntax.ts';
import { ANY, DIGITS, encodeText, isExact, ONE, SOME, STAR } from './unknowns.ts';

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
const SEPARATORS = /[ \t\n]+/;

// One value under construction. `quoted` text never splits; unquoted text of expansions does.
interface Run {
  readonly text: string;
  readonly quoted: boolean;
}

/** The arguments a word becomes. Alternatives of a variable all stand in the list, one after the other. */
export function expandWord(expander: Expander, word: Word): Field[] {
  const fields: Field[] = [];
  for (const runs of combinations(expander, word)) fields.push(...split(runs, expander.scope.splitting));
  return fields.filter(
    (field, index) => fields.findIndex((other) => same(other, field)) === index || fields.length < 8,
  );
}

/** The values of a word that is not split: assignments, redirections, `case`, here-strings. */
export function expandValue(expander: Expander, word: Word): Values {
  return combinations(expander, word).map((runs) => runs.map((run) => run.text).join(''));
}

/** Every combination of the alternatives of the pieces; each a list of runs. */
function combinations(expander: Expander, word: Word): Run[][] {
  let all: Run[][] = [[]];
  for (const piece of word.pieces) {
    const values = pieceValues(expander, piece);
    const quoted = piece.kind === 'text' || piece.kind === 'glob' || piece.kind === 'tilde' || isQuoted(piece);
    const capped = values.length * all.length > MAX_COMBINATIONS ? [ANY] : values;
    all = all.flatMap((runs) => capped.map((text) => [...runs, { text, quoted }]));
  }
  return all;
}

function isQuoted(piece: Piece): boolean {
  return 'quoted' in piece ? piece.quoted : true;
}

function pieceValues(expander: Expander, piece: Piece): Values {
  switch (piece.kind) {
    case 'text':
      return [encodeText(piece.text)];
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
  const place: Place = scope.place;
  return [tildeValue(text, place)];
}

function paramValues(expander: Expander, piece: Extract<Piece, { kind: 'param' }>): Values {
  const { scope } = expander;
  const operands = (piece.op?.operands ?? []).map((operand) => expandValue(expander, operand));
  if (piece.length) return [DIGITS];
  const held = piece.index === undefined || /^[@*]$/.test(piece.index) ? getVar(scope, piece.name) : [ANY];
  if (piece.op === undefined) return held;
  const [first = [''], second = ['']] = operands;
  switch (piece.op.symbol) {
    case ':-':
    case '-':
      if (held.every((value) => isExact(value) && value !== '')) return held;
      return [...held.filter((value) => value !== ''), ...first];
    case ':=':
    case '=':
      setVar(scope, piece.name, [...held, ...first]);
      return [...held.filter((value) => value !== ''), ...first];
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

function slice(value: string, offset: string, length: string | undefined): string {
  if (!isExact(value)) return value === SOME || value === DIGITS ? value : ANY;
  const from = Number(offset);
  const rest = value.slice(from < 0 ? Math.max(0, value.length + from) : from);
  if (length === undefined) return rest;
  const count = Number(length);
  return count < 0 ? rest.slice(0, count) : rest.slice(0, count);
}

// Only what is plain is computed; a pattern with wildcards leaves the value unknown.
function transform(value: string, symbol: string, pattern: string, replacement: string): string {
  const unknown = value === SOME ? SOME : ANY;
  if (!isExact(value)) return unknown;
  if (symbol === '^^') return pattern === '' ? value.toUpperCase() : ANY;
  if (symbol === ',,') return pattern === '' ? value.toLowerCase() : ANY;
  if (/[*?[\ue000-\ue004]/.test(pattern + replacement)) return ANY;
  if (symbol === '//') return pattern === '' ? value : value.replaceAll(pattern, () => replacement);
  if (symbol === '/') return pattern === '' ? value : value.replace(pattern, () => replacement);
  if (symbol === '#' || symbol === '##') return value.startsWith(pattern) ? value.slice(pattern.length) : value;
  if (symbol === '%' || symbol === '%%') {
    return pattern !== '' && value.endsWith(pattern) ? value.slice(0, -pattern.length) : value;
  }
  return ANY;
}

// Word splitting of unquoted expansions, and the globs that their text may hold.
function split(runs: readonly Run[], splitting: boolean): Field[] {
  let current: string | undefined;
  let many = false;
  const fields: Field[] = [];
  const close = () => {
    if (current !== undefined) fields.push(field(current, many));
    current = undefined;
    many = false;
  };
  for (const run of runs) {
    if (run.quoted) {
      current = (current ?? '') + run.text;
      if (run.text.includes(STAR)) many = true;
      continue;
    }
    const text = wildcards(run.text);
    if (!isExact(text) && text !== DIGITS) many = true;
    const parts = splitting && run.text !== '' ? [ANY] : text.split(SEPARATORS);
    parts.forEach((part, index) => {
      if (index > 0) close();
      if (part !== '') current = (current ?? '') + part;
    });
  }
  close();
  // `''` is an argument of its own; an unquoted empty expansion is none.
  if (runs.length === 0) fields.push(field('', false));
  return fields;
}

function wildcards(text: string): string {
  return text
    .replaceAll('*', STAR)
    .replaceAll('?', ONE)
    .replace(/\[[^\]/]+\]/g, ONE);
}

/** A field of one value. */
export function field(value: string, many = false): Field {
  return { value, exact: isExact(value), many };
}

function same(left: Field, right: Field): boolean {
  return left.value === right.value && left.many === right.many;
}
