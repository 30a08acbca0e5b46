// A release of helm's as a client may see it: the values of its Secrets are labels wherever they stand, and of the values it was made with
// those stay that can be read elsewhere in the cluster anyway, in the objects that are no Secrets. What the chart was made of is a label
// altogether: clients take a chart from where charts are. Pure.
import { isJsonObject, type Json, type JsonObject, jsonFields } from '../../../core/json.ts';
import type { LabelValue } from '../label-value.ts';
import { type MaskText, maskManifest } from './mask-manifest.ts';

export interface ReleaseMasks {
  readonly label: LabelValue;
  /** As every text that goes to the client is masked. */
  readonly text: MaskText;
}

/** A value this short is found as a whole only: it stands in ordinary words. */
const SHORTEST_PART = 4;

/** A copy. Throws what `text` throws, and a `SyntaxError` where it makes of JSON what is none. */
export function maskRelease(release: JsonObject, { label, text }: ReleaseMasks): JsonObject {
  const { manifest, hooks, config, chart, info, ...rest } = release;
  const json = (value: Json): Json => JSON.parse(text(JSON.stringify(value)));
  const main = maskManifest(textOf(manifest), label, text);
  const after = (Array.isArray(hooks) ? hooks : []).map((hook: Json) => {
    const { manifest: own, ...more } = jsonFields(hook);
    const masked = maskManifest(textOf(own), label, text);
    return { ...masked, hook: { ...jsonFields(json(more)), manifest: masked.shown } };
  });
  const all = [main, ...after];
  const secrets = new Set(all.flatMap((each) => each.secrets));
  const open = all.map((each) => each.open).join('\n');
  const value = (given: Json): Json => maskValue(given, { secrets, open, label });
  const words = (said: string) => (holdsSome(said, secrets) ? label(Buffer.from(said)) : text(said));
  return {
    ...jsonFields(json(rest)),
    manifest: main.shown,
    ...(hooks === undefined ? {} : { hooks: after.map(({ hook }) => hook) }),
    ...(config === undefined ? {} : { config: value(config) }),
    ...(isJsonObject(chart) ? { chart: maskChart(chart, { value, json, label }) } : {}),
    ...(isJsonObject(info) ? { info: maskInfo(info, words, json) } : {}),
  };
}

interface ValueMask {
  /** Values of the release's Secrets. */
  readonly secrets: ReadonlySet<string>;
  /** All else of its objects. */
  readonly open: string;
  readonly label: LabelValue;
}

function maskValue(value: Json, { secrets, open, label }: ValueMask): Json {
  return mapTexts(value, (text) =>
    text === '' || (open.includes(text) && !secrets.has(text) && !holdsSome(text, secrets))
      ? text
      : label(Buffer.from(text)),
  );
}

/** What is said of it; the rest are times, and words of helm's, by which it lives. */
function maskInfo(info: JsonObject, words: (said: string) => string, json: (value: Json) => Json): JsonObject {
  const { notes, description, ...rest } = info;
  return {
    ...jsonFields(json(rest)),
    ...(typeof notes === 'string' ? { notes: words(notes) } : {}),
    ...(typeof description === 'string' ? { description: words(description) } : {}),
  };
}

interface ChartMasks {
  readonly value: (given: Json) => Json;
  readonly json: (given: Json) => Json;
  readonly label: LabelValue;
}

/** `templates` and `files` with the names they have; `values` as any values. */
function maskChart(chart: JsonObject, { value, json, label }: ChartMasks): JsonObject {
  const made = label(Buffer.from(JSON.stringify([chart.templates, chart.files, chart.schema])));
  const hidden = Buffer.from(made).toString('base64');
  const files = (given: Json) =>
    Array.isArray(given) ? given.map((file: Json) => ({ ...jsonFields(file), data: hidden })) : hidden;
  // What other versions of helm keep there is nothing that is known to be harmless.
  const maskOf = (name: string): ((given: Json) => Json) => {
    if (name === 'templates' || name === 'files') return files;
    if (name === 'schema') return () => hidden;
    return name === 'metadata' || name === 'lock' ? json : value;
  };
  const masked = Object.entries(chart).map(([name, given]): [string, Json] => [
    name,
    given === null ? null : maskOf(name)(given),
  ]);
  return Object.fromEntries(masked);
}

/** A number may be a PIN: it is looked for as the text that it would be. */
function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (typeof value === 'number') return change(String(value)) === String(value) ? value : change(String(value));
  if (Array.isArray(value)) return value.map((item: Json) => mapTexts(item, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapTexts(inner, change)]));
}

function holdsSome(text: string, secrets: ReadonlySet<string>): boolean {
  return [...secrets].some((secret) => secret.length >= SHORTEST_PART && text.includes(secret));
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
