// What the API says of Secrets, with labels in place of values: in objects and lists, in tables, in events of a watch, in the replies
// to writes, in refusals, and in copies of the object or its values that tools leave in annotations. Names of keys stay, and what a label
// says of a value: a fingerprint that is the same for the same value, and its size.
import { failureWords } from './failure-words.ts';
import type { LabelValue } from './label-value.ts';

/** Deeper than anything the API has. */
const DEEPEST = 64;
/** Values that are copied elsewhere are found from this length on. */
const SHORTEST_COPY = 8;

type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

/**
 * A copy of a reply to a request for Secrets, as parsed from JSON. What stands under `data` and `stringData` is taken for values
 * wherever it stands: nothing else in such a reply has these names; annotations and labels that hold such a value, or an object, are masked. Values of `data` stay base64, of a label that is as long as the
 * value where it fits, so that clients can decode them and see sizes. Throws a `RangeError` for what is nested deeper than any object
 * of the API.
 */
export function maskSecrets(reply: Json, label: LabelValue): Json {
  return maskBelow(reply, label, 0);
}

function maskBelow(value: Json, label: LabelValue, depth: number): Json {
  if (depth > DEEPEST) throw new RangeError('the reply is nested too deeply');
  if (Array.isArray(value)) return value.map((item) => maskBelow(item, label, depth + 1));
  if (!isObject(value)) return value;
  if (value.kind === 'Status' && value.status === 'Failure') return maskFailure(value, label);
  const copies = isMetadataAlone(value) ? undefined : valuesOf(value);
  const masked = Object.entries(value).map(([key, child]): [string, Json] => {
    if (key === 'data' || key === 'stringData') return [key, maskValues(child, key === 'data', label)];
    if (key === 'metadata' && isObject(child)) return [key, maskMetadata(child, copies, label, depth + 1)];
    return [key, maskBelow(child, label, depth + 1)];
  });
  return Object.fromEntries(masked);
}

/** Whatever stands there: the API has texts, but nothing that is none of them may pass for that. */
function maskValues(values: Json, isBase64: boolean, label: LabelValue): Json {
  if (values === null || values === '') return values;
  if (!isObject(values)) return labelOf(values, isBase64, label);
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, labelOf(value, isBase64, label)]));
}

function labelOf(value: Json, isBase64: boolean, label: LabelValue): Json {
  if (value === null || value === '') return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const bytes = Buffer.from(text, isBase64 && typeof value === 'string' ? 'base64' : 'utf8');
  const words = sized(label(bytes), bytes.length);
  return isBase64 ? Buffer.from(words).toString('base64') : words;
}

/** A label of the value's length where there is room, else one that says it. */
const sized = (label: string, bytes: number): string =>
  label.length <= bytes ? label.padEnd(bytes, '*') : `${label.slice(0, -1)} ${bytes} bytes]`;

/** Undefined where the values are not there to compare with: then every note may be a copy of one. */
type Copies = ReadonlySet<string> | undefined;

/** In tables, and where a client asks for no more; an empty Secret and the marks of a watch say that they are Secrets. */
const isMetadataAlone = (object: JsonObject): boolean =>
  object.kind !== 'Secret' && !Object.hasOwn(object, 'data') && !Object.hasOwn(object, 'stringData');

function maskMetadata(metadata: JsonObject, copies: Copies, label: LabelValue, depth: number): Json {
  const masked = Object.entries(metadata).map(([key, child]): [string, Json] => {
    if ((key !== 'annotations' && key !== 'labels') || !isObject(child)) return [key, maskBelow(child, label, depth)];
    if (key === 'labels' && copies === undefined) return [key, child];
    const notes = Object.entries(child).map(([name, text]) => [name, maskNote(text, copies, label, depth)]);
    return [key, Object.fromEntries(notes)];
  });
  return Object.fromEntries(masked);
}

/** `kubectl apply` keeps what it last sent as JSON in an annotation, other tools do so compressed, or keep single values. */
function maskNote(note: Json, copies: Copies, label: LabelValue, depth: number): Json {
  if (typeof note !== 'string') return maskBelow(note, label, depth);
  const shown = /^\s*[[{]/.test(note) ? maskObjectIn(note, label, depth) : note;
  const isCopy =
    copies === undefined
      ? shown === note && note.length >= SHORTEST_COPY
      : copies.has(shown.trim()) || shown.split(/[^A-Za-z0-9+/=_-]+/).some((word) => copies.has(word));
  return isCopy || isCompressed(note) ? labelOf(note, false, label) : shown;
}

function maskObjectIn(text: string, label: LabelValue, depth: number): string {
  let object: Json;
  try {
    object = JSON.parse(text);
  } catch {
    return String(labelOf(text, false, label));
  }
  // kubectl writes a line end after it.
  return `${JSON.stringify(maskBelow(object, label, depth + 1))}${text.endsWith('\n') ? '\n' : ''}`;
}

/** gzip, as base64. */
const isCompressed = (note: string): boolean => note.startsWith('H4sI');

/** The values of one Secret, as they are and as base64; shorter ones stand in ordinary words. */
function valuesOf({ data, stringData }: JsonObject): ReadonlySet<string> {
  const values = new Set<string>();
  const add = (value: string) => {
    if (value.length >= SHORTEST_COPY) values.add(value.trim());
  };
  for (const value of isObject(data) ? Object.values(data) : []) {
    if (typeof value !== 'string') continue;
    add(value);
    add(Buffer.from(value, 'base64').toString('utf8'));
  }
  for (const value of isObject(stringData) ? Object.values(stringData) : []) if (typeof value === 'string') add(value);
  return values;
}

/** Refusals quote what was sent, and what that would have made of the object: its values with it. */
function maskFailure(status: JsonObject, label: LabelValue): Json {
  const words = (text: Json): Json => (typeof text === 'string' ? failureWords(text, label) : text);
  const { message, details } = status;
  const causes = isObject(details) && Array.isArray(details.causes) ? details.causes : undefined;
  return {
    ...status,
    ...(message === undefined ? {} : { message: words(message) }),
    ...(causes === undefined || !isObject(details)
      ? {}
      : {
          details: {
            ...details,
            causes: causes.map((cause) =>
              isObject(cause) ? { ...cause, message: words(cause.message) } : words(cause),
            ),
          },
        }),
  };
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
