// JSON that every reader takes for the same value. What two readers could differ in is refused: a field that stands there twice (one
// takes the first, another the last), text that is no Unicode, numbers beyond what a double holds, nesting without end. Pure.
//
// Letter case is no such difference: the API server reads bodies with sigs.k8s.io/json, whose names of fields are exact, and patches
// as maps; a ConfigMap may well have the keys "a" and "A".

import type { Json } from '../../core/json.ts';

/** Deeper than anything the API has: schemas of custom resources reach a few dozen. */
export const DEEPEST_JSON = 128;
/** A double has 17 digits that count. */
const LONGEST_NUMBER = 32;

const [QUOTE, BACKSLASH] = [34, 92];

/** Why a text is none that may be read; the words go after "the body". */
export class NotStrict extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'NotStrict';
  }
}

/** UTF-8 as text. Throws `NotStrict` for bytes that are none, and for a byte order mark. */
export function strictText(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NotStrict('is no UTF-8');
  }
  if (text.startsWith('\ufeff')) throw new NotStrict('begins with a byte order mark');
  return text;
}

/** The one value of a text. Throws `NotStrict`. */
export function readStrictJson(text: string): Json {
  checkTokens(text);
  try {
    // Fields such as "__proto__" are fields like any other here.
    return JSON.parse(text) as Json;
  } catch {
    throw new NotStrict('is not one value of JSON');
  }
}

/** True for JSON whose objects and lists stand in each other deeper than anything may that is read here. */
export function isTooDeep(json: string): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfText(json, at) - 1;
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    if (depth > DEEPEST_JSON) return true;
  }
  return false;
}

/** What has been opened: the names seen in an object, or null for a list. */
type Open = Set<string> | null;

/** Looks at each token once; whether they make a value is said by the parser after it. */
function checkTokens(text: string): void {
  const open: Open[] = [];
  let mayBeName = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '"') {
      const end = endOfText(text, at);
      checkString(text.slice(at, end), mayBeName ? (open.at(-1) ?? null) : null);
      at = end - 1;
      mayBeName = false;
    } else if (character === '{' || character === '[') {
      if (open.length === DEEPEST_JSON) throw new NotStrict(`is nested deeper than ${DEEPEST_JSON}`);
      open.push(character === '{' ? new Set() : null);
      mayBeName = character === '{';
    } else if (character === '}' || character === ']') {
      open.pop();
      mayBeName = false;
    } else if (character === ',') {
      mayBeName = open.at(-1) instanceof Set;
    } else if (character === '-' || (character >= '0' && character <= '9')) {
      const end = endOfNumber(text, at);
      checkNumber(text.slice(at, end));
      at = end - 1;
    }
  }
}

/** After the closing quote. */
function endOfText(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) return at + 1;
  }
  throw new NotStrict('is not one value of JSON');
}

function endOfNumber(text: string, from: number): number {
  let at = from;
  while (at < text.length && /[-+.0-9eE]/.test(text[at] as string)) at += 1;
  return at;
}

function checkString(quoted: string, names: Open): void {
  const isPlain = !quoted.includes('\\');
  let value: string;
  try {
    value = isPlain ? quoted.slice(1, -1) : (JSON.parse(quoted) as string);
  } catch {
    throw new NotStrict('is not one value of JSON');
  }
  if (!isPlain) checkCharacters(value);
  if (names === null) return;
  if (names.has(value)) throw new NotStrict(`has the field ${JSON.stringify(value.slice(0, 60))} twice in one object`);
  names.add(value);
}

/** Of what was written by escapes: half a character, which Go replaces, and NUL, which ends a text for some. */
export function checkCharacters(value: string): void {
  if (/\p{Surrogate}/u.test(value)) throw new NotStrict('has half of a surrogate pair');
  if (value.includes('\0')) throw new NotStrict('has a NUL');
}

function checkNumber(text: string): void {
  const value = Number(text);
  const isExact = /^-?[0-9]+$/.test(text) ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!isExact || text.length > LONGEST_NUMBER) {
    throw new NotStrict(`has the number ${text.slice(0, 40)}, which not all readers can hold`);
  }
}
