// What the API says of Secrets, with labels in place of values: in objects and lists, in tables, in events of a watch, in the replies
// to writes, and in the copy of the whole object that `kubectl apply` leaves in an annotation. Names of keys stay, and what a label says
// of a value: a fingerprint that is the same for the same value, and its size.

/** Makes the label of a value, such as `[kubernetes-secret:3f2a]`, and counts it. */
export type LabelValue = (value: Uint8Array) => string;

/** Where `kubectl apply` keeps what it last sent, as JSON in a text. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Deeper than anything the API has. */
const DEEPEST = 64;

type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

/**
 * A copy of a reply to a request for Secrets, as parsed from JSON. What stands under `data` and `stringData` is taken for values
 * wherever it stands: nothing else in such a reply has these names. Values of `data` stay base64, of a label that is as long as the
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
  const masked = Object.entries(value).map(([key, child]): [string, Json] => {
    if (key === 'data' || key === 'stringData') return [key, maskValues(child, key === 'data', label)];
    if (key === 'annotations') return [key, maskAnnotations(child, label, depth + 1)];
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

function maskAnnotations(annotations: Json, label: LabelValue, depth: number): Json {
  if (!isObject(annotations)) return maskBelow(annotations, label, depth);
  return Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [
      key,
      key === LAST_APPLIED ? maskApplied(value, label, depth) : value,
    ]),
  );
}

function maskApplied(text: Json, label: LabelValue, depth: number): Json {
  let applied: Json;
  try {
    applied = JSON.parse(String(text));
  } catch {
    return labelOf(text, false, label);
  }
  // kubectl writes a line end after it.
  return `${JSON.stringify(maskBelow(applied, label, depth + 1))}${String(text).endsWith('\n') ? '\n' : ''}`;
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
