// Known values → needles: every way in which the mask looks for what the broker issued, holds or was told. Finding them in
// a stream is the engine's; which values there are is for the broker and the session.
import { Bug } from '../../../core/errors.ts';
import { visibleBytes } from '../reading/visible-bytes.ts';
import { base64EndsOf, base64Of, hexOf, markedHexOf, numbersOf } from './known-encodings.ts';
import { commonEscapesOf, escapesOf, json, jsonWithSlash } from './known-escapes.ts';
import { whyUnfit } from './known-fitness.ts';
import { percentEncoded } from './known-percent.ts';

export interface KnownValue {
  /** Names it where something is wrong with it; never shown in output. */
  readonly name: string;
  readonly value: string | Buffer;
  /** What masks carry; `known-value` unless told. */
  readonly kind?: string;
}

/** One form of one known value. */
export interface Needle {
  /** Visible bytes (see rule.ts), at least six. */
  readonly bytes: Buffer;
  readonly kind: string;
  /** Blanks, tabs and line breaks may stand anywhere between its bytes; it has none itself. */
  readonly skipsBreaks: boolean;
  /** The value itself, the same object for all of its forms: one fingerprint for all of them. */
  readonly source: Buffer;
}

export const KNOWN_VALUE_KIND = 'known-value';

/** Shorter forms of longer values would stand in ordinary text. */
const SHORTEST_FORM = 8;
/** From here on the text is its own proof, whatever stands between its characters. */
const SHORTEST_BROKEN = 16;
/** A form is cut to its beginning there. */
const MAX_FORM_BYTES = 64 * 1024;
/** All forms of one value; the forms that are met most come first. */
const MAX_VALUE_FORMS_BYTES = 256 * 1024;
/** Longer ones are whole files: what is rarely met is left out for them. */
const RARE_FORMS_UP_TO_BYTES = 4096;
/** Nobody writes a key file as a list of numbers, and each list is several times as long as what it is of. */
const NUMBERS_UP_TO_BYTES = 256;

/**
 * The forms of all values, each once. Of every value, and of every line of a value of several lines: as it is (from 16
 * bytes on also broken by white space), base64 and base64url at three alignments, hexadecimal, and escaped for URLs, JSON,
 * shells, HTML and files; of the whole value also base64 of base64, of JSON and of UTF-16LE, and of a short one lists of
 * numbers. One final line break belongs to no value. Throws a `Bug` for a value that `whyUnfit` refuses: ask that first.
 */
export function knownNeedles(values: readonly KnownValue[]): readonly Needle[] {
  const seen = new Set<string>();
  return values.flatMap((known) => {
    const unfit = whyUnfit(known.value);
    if (unfit !== undefined) throw new Bug(`the known value "${known.name}" is unfit: ${unfit}`);
    return needlesOf(known, seen);
  });
}

function needlesOf({ value, kind = KNOWN_VALUE_KIND }: KnownValue, seen: Set<string>): Needle[] {
  const source = withoutFinalBreak(Buffer.from(value));
  const needles: Needle[] = [];
  let room = MAX_VALUE_FORMS_BYTES;
  const shortest = Math.min(source.length, SHORTEST_FORM);
  for (const form of formsOf(source)) {
    const { text, skipsBreaks } = searched(form);
    const key = skipsBreaks ? text : `\0${text}`;
    if (text.length < shortest || seen.has(key)) continue;
    seen.add(key);
    room -= text.length;
    if (room < 0) break;
    needles.push({ bytes: Buffer.from(text, 'latin1'), skipsBreaks, kind, source });
  }
  return needles;
}

interface Form {
  readonly form: string | Buffer;
  /** Letters and digits that mean bytes: programs break them into columns. */
  readonly isEncoded: boolean;
}

const plain = (form: string | Buffer): Form => ({ form, isEncoded: false });
const encoded = (form: string): Form => ({ form, isEncoded: true });

/** What is met most first, so that it is there where room ends. */
function* formsOf(value: Buffer): Generator<Form> {
  const text = asText(value);
  const lines = text === undefined ? [] : linesOf(text);
  yield plain(value);
  for (const line of lines) yield plain(line);
  if (text !== undefined) {
    yield* commonEscapesOf(text).map(plain);
    if (lines.length > 0) yield* commonEscapesOf(text.replace(/\r?\n/g, '\r\n')).map(plain);
    for (const line of lines) yield* commonEscapesOf(line).map(plain);
  }
  yield* base64Forms(value);
  yield* base64EndsOf(value).map(encoded);
  if (text !== undefined && lines.length > 0) yield* base64Forms(Buffer.from(text.replace(/\r?\n/g, '\r\n')));
  for (const line of lines) yield* base64Forms(Buffer.from(line));
  yield* hexOf(value).map(encoded);
  if (value.length > RARE_FORMS_UP_TO_BYTES) return;
  for (const line of lines) yield* hexOf(Buffer.from(line)).map(encoded);
  for (const inner of base64Of(value)) yield* base64Forms(Buffer.from(inner));
  if (text !== undefined) yield* encodedTextForms(text);
  // Whatever a whole key is written in, its lines are there, too.
  for (const part of lines.length > 0 || text === undefined ? lines : [text]) yield* escapesOf(part).map(plain);
  if (value.length <= NUMBERS_UP_TO_BYTES) yield* [...markedHexOf(value), ...numbersOf(value)].map(encoded);
}

/** Texts of other bytes, and what programs encode of them. */
function* encodedTextForms(text: string): Generator<Form> {
  for (const same of [text.normalize('NFC'), text.normalize('NFD')]) {
    if (same === text) continue;
    yield plain(same);
    yield* base64Forms(Buffer.from(same));
  }
  if (/[\x80-\xff]/.test(text) && /^[\0-\xff]*$/.test(text)) yield plain(Buffer.from(text, 'latin1'));
  yield* base64Forms(Buffer.from(text, 'utf16le'));
  for (const escaped of [json(text), jsonWithSlash(text), percentEncoded(text)]) {
    if (escaped !== text) yield* base64Forms(Buffer.from(escaped));
  }
}

/** Base64 also as it stands in a URL and in PHP's JSON. */
function* base64Forms(bytes: Buffer): Generator<Form> {
  for (const form of base64Of(bytes)) {
    yield encoded(form);
    if (!/[+/]/.test(form)) continue;
    yield encoded(percentEncoded(form));
    yield encoded(percentEncoded(form).replace(/%../g, (code) => code.toLowerCase()));
    yield encoded(form.replaceAll('/', '\\/'));
  }
}

/** The form as the engine sees it (Latin-1), cut to what is looked for. */
function searched({ form, isEncoded }: Form): { readonly text: string; readonly skipsBreaks: boolean } {
  const isPlain = typeof form === 'string' && /^[\n -~]*$/.test(form);
  const text = isPlain ? form : visibleBytes(Buffer.from(form)).toString('latin1');
  const dense = /[\t-\r ]/.test(text) ? text.replace(/[\t-\r ]+/g, '') : text;
  const skipsBreaks = isEncoded || dense.length >= SHORTEST_BROKEN;
  return { text: (skipsBreaks ? dense : text).slice(0, MAX_FORM_BYTES), skipsBreaks };
}

/** Without the frames of PEM, which are public; empty for a value of one line. */
function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.length === 1) return [];
  return lines
    .map((line) => line.trim())
    .filter((line) => Buffer.byteLength(line) >= SHORTEST_FORM && !/^-----(BEGIN|END) [^-]*-----$/.test(line));
}

/** Undefined where it is no UTF-8. */
function asText(value: Buffer): string | undefined {
  const text = value.toString('utf8');
  return Buffer.from(text).equals(value) ? text : undefined;
}

function withoutFinalBreak(value: Buffer): Buffer {
  if (value.at(-1) !== 0x0a) return value;
  return value.subarray(0, value.at(-2) === 0x0d ? -2 : -1);
}
