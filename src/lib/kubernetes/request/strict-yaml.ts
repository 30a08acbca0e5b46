// YAML that every reader takes for the same value. The API server reads YAML 1.1 (go-yaml), in which `yes`, `0o7`, `1_000` and
// `2026-01-01` are other things than in YAML 1.2: it is read both ways here, and what differs is refused. Pure.
import { isDeepStrictEqual } from 'node:util';
import { type Document, isAlias, isNode, isPair, isScalar, Lexer, parseAllDocuments, visit } from 'yaml';
import type { Json } from '../../core/json.ts';
import { checkCharacters, DEEPEST_JSON, NotStrict, readStrictJson } from './strict-json.ts';

/** Line ends for YAML 1.1, characters for 1.2 and for JSON; and the byte order mark, which may be either nothing or a character. */
const OTHER_BREAKS = /[\u0085\u2028\u2029\ufeff]/;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

/** The parser compares each field with each other; objects that people write are smaller, and clients send JSON. */
const LONGEST_YAML = 64 * 1024;
/** Two levels at most begin in each column. */
const DEEPEST_COLUMN = DEEPEST_JSON;

/** The one document of a text. An object of JSON is YAML, too: it is read as JSON. Throws `NotStrict`. */
export function readStrictYaml(text: string): Json {
  if (OTHER_BREAKS.test(text)) throw new NotStrict('has characters that are a line end for some readers of YAML');
  if (/^\s*\{/.test(text)) return withoutMerge(readStrictJson(text));
  if (CONTROLS.test(text.replaceAll('\r\n', '\n'))) throw new NotStrict('has control characters');
  if (/^%/m.test(text)) throw new NotStrict('has directives');
  if (text.length > LONGEST_YAML) throw new NotStrict(`is YAML of more than ${LONGEST_YAML / 1024} KiB`);
  checkDepth(text);
  const newer = readAs(text, '1.2');
  if (!isDeepStrictEqual(newer, readAs(text, '1.1'))) {
    throw new NotStrict('has words without quotes that mean different things in YAML 1.1 and 1.2');
  }
  // As JSON has it: the same limits, and one kind of object.
  return withoutMerge(readStrictJson(JSON.stringify(newer)));
}

function readAs(text: string, version: '1.1' | '1.2'): unknown {
  const schema = version === '1.1' ? 'yaml-1.1' : 'core';
  const documents = parseAllDocuments(text, { version, schema, prettyErrors: false, logLevel: 'silent' });
  const [document] = documents;
  if (document === undefined || documents.length !== 1) throw new NotStrict('is not one document of YAML');
  // A field that stands there twice is an error here.
  if (document.errors.length > 0 || document.warnings.length > 0) throw new NotStrict('is no YAML without doubts');
  checkNodes(document);
  return document.toJS({ maxAliasCount: 0 });
}

/**
 * The parser goes down by calling itself, and the process ends where that is too deep for it: its words are looked at before. Throws
 * `NotStrict`.
 */
export function checkDepth(text: string): void {
  let brackets = 0;
  let pairs = 0;
  let column = 0;
  let isIndented = true;
  for (const word of new Lexer().lex(text)) {
    if (word === '[' || word === '{') brackets += 1;
    else if (word === ']' || word === '}') brackets -= 1;
    // `[a: b: c: d]` would be pairs in pairs.
    if (/^[[\]{},]$/.test(word)) pairs = 0;
    else if (word === ':' && brackets > 0) pairs += 1;
    if (word.includes('\n')) [column, isIndented] = [0, true];
    else if (/^[-?:]$/.test(word)) column += brackets === 0 ? 1 : 0;
    else if (isIndented && /^ +$/.test(word)) column += word.length;
    // The lexer's own marks are characters that no text has here.
    else if (!/^[\x02\x18\x1f]$/.test(word)) isIndented = false;
    if (brackets > DEEPEST_JSON || pairs > 1 || column > DEEPEST_COLUMN) {
      throw new NotStrict(`is nested deeper than ${DEEPEST_JSON}`);
    }
  }
}

function checkNodes(document: Document): void {
  visit(document, (_key, node, path) => {
    // A field is two steps: the pair, and its value.
    if (path.length > 2 * DEEPEST_JSON) throw new NotStrict(`is nested deeper than ${DEEPEST_JSON}`);
    if (isPair(node) && !(isScalar(node.key) && typeof node.key.value === 'string')) {
      throw new NotStrict('has a field whose name is no text');
    }
    if (!isNode(node)) return;
    if (isAlias(node) || node.anchor !== undefined) throw new NotStrict('has anchors');
    if (node.tag !== undefined) throw new NotStrict('has tags');
    if (isScalar(node)) checkScalar(node.value);
  });
}

function checkScalar(value: unknown): void {
  if (typeof value === 'string') checkCharacters(value);
  const isExact = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (typeof value === 'number' && !isExact) throw new NotStrict('has a number that not all readers can hold');
}

function withoutMerge(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Object.hasOwn(value, '<<')) throw new NotStrict('has the field "<<", which some readers of YAML merge');
  for (const inner of Object.values(value) as readonly Json[]) withoutMerge(inner);
  return value;
}
