// The releases of helm's that one session was shown. helm writes a release back to say that another one has taken its place, and writes it
// anew to roll back: what it was shown as labels then becomes again what it was, or the whole is refused as any label is that is written.
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { isJsonObject, type Json, type JsonObject, jsonFields } from '../../../core/json.ts';
import { maskRelease, type ReleaseMasks } from './mask-release.ts';
import { packRelease, releaseIn, unpackRelease } from './release-data.ts';
import type { ReleaseWrite } from './release-write.ts';

/** Of what is kept, packed as it came; older ones are forgotten, and a write of theirs is refused. */
const KEPT_MAX_BYTES = 32 * 1024 * 1024;

interface Kept {
  /** As it came. */
  readonly data: string;
  /** What was shown of what helm says of it: the one text that may differ when it is written back. */
  readonly description: Json | undefined;
}

export interface ReleaseBook {
  /**
   * A reply about Secrets as `masked` by their structure, with each release of helm's in it as one that helm can read. `masked` has the
   * form of `original`. A release takes some ten milliseconds, and others are let in between. Rejects with what a mask throws.
   */
  shown(original: Json, masked: Json): Promise<Json>;
  /**
   * What is to be written, in a namespace: where it is a release as it was shown, apart from what helm says of it, with its values as they
   * were. Undefined for everything else.
   */
  restored(written: Pick<ReleaseWrite, 'name' | 'data'>, namespace: string): string | undefined;
}

export function releaseBook(masks: ReleaseMasks): ReleaseBook {
  const kept = new Map<string, Kept>();
  let keptBytes = 0;

  function keep(key: string, release: Kept): void {
    keptBytes += release.data.length - (kept.get(key)?.data.length ?? 0);
    // Behind all others: it is the newest again.
    kept.delete(key);
    kept.set(key, release);
    for (const [oldest, { data }] of kept) {
      if (keptBytes <= KEPT_MAX_BYTES) break;
      kept.delete(oldest);
      keptBytes -= data.length;
    }
  }

  async function showSecret(original: JsonObject, masked: JsonObject): Promise<JsonObject> {
    const data = releaseIn(original);
    const release = data === undefined ? undefined : unpackRelease(data);
    if (data === undefined || release === undefined) return masked;
    await setImmediate();
    const shown = maskReadable(release);
    if (shown === undefined) return masked;
    const { namespace, name } = jsonFields(original.metadata);
    keep(keyOf(placeOf(namespace, name), shown), { data, description: jsonFields(shown.info).description });
    return { ...masked, data: { ...(masked.data as JsonObject), release: packRelease(shown) } };
  }

  /** Undefined where a mask leaves nothing that helm could read, and for what is nested too deeply to be masked. */
  function maskReadable(release: JsonObject): JsonObject | undefined {
    try {
      return maskRelease(release, masks);
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
      throw error;
    }
  }

  async function shown(original: Json, masked: Json): Promise<Json> {
    if (!isJsonObject(original) || !isJsonObject(masked)) return masked;
    if (releaseIn(original) !== undefined) return showSecret(original, masked);
    const { items, object } = original;
    if (Array.isArray(items) && Array.isArray(masked.items)) {
      const [given, made] = [items as readonly Json[], masked.items as readonly Json[]];
      const all: Json[] = [];
      for (const [at, item] of given.entries()) all.push(await shown(item, made[at] as Json));
      return { ...masked, items: all };
    }
    return object === undefined ? masked : { ...masked, object: await shown(object, masked.object as Json) };
  }

  return {
    shown,
    restored({ name, data }, namespace) {
      const written = unpackRelease(data);
      const before = written === undefined ? undefined : kept.get(keyOf(placeOf(namespace, name), written));
      const original = before === undefined ? undefined : unpackRelease(before.data);
      if (written === undefined || before === undefined || original === undefined) return undefined;
      return packRelease(withValues(written, original, before.description));
    },
  };
}

/** Releases have a name, and numbers behind it. */
const placeOf = (namespace: Json | undefined, name: Json | undefined): string =>
  JSON.stringify([namespace ?? '', String(name).replace(/\.v\d+$/, '')]);

/** Whatever may hold a value goes into it, so that none comes to stand anywhere else. */
function keyOf(place: string, { manifest = '', config = null, chart = null, hooks, info }: JsonObject): string {
  const runs = Array.isArray(hooks) ? hooks.map((hook: Json) => ({ ...jsonFields(hook), last_run: null })) : null;
  const said = canonical({ manifest, config, chart, hooks: runs, notes: jsonFields(info).notes ?? null });
  return createHash('sha256').update(place).update('\n').update(JSON.stringify(said)).digest('base64');
}

/** helm leaves out what is empty, and sorts what it does not know. */
function canonical(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => canonical(item) ?? null);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, canonical(inner)] as const);
  return Object.fromEntries(entries.filter(([, inner]) => !isEmpty(inner)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const isEmpty = (value: Json): boolean =>
  value === null ||
  value === '' ||
  value === 0 ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

function withValues(written: JsonObject, original: JsonObject, description: Json | undefined): JsonObject {
  const { manifest, config, chart } = original;
  const runs = Array.isArray(written.hooks) ? written.hooks : [];
  const hooks = (Array.isArray(original.hooks) ? original.hooks : []).map((hook: Json, at) =>
    isJsonObject(hook) && isJsonObject(runs[at])
      ? { ...hook, last_run: runs[at].last_run ?? hook.last_run ?? null }
      : hook,
  );
  const given = Object.entries({ manifest, config, chart }).filter(([, value]) => value !== undefined) as [
    string,
    Json,
  ][];
  return {
    ...written,
    ...Object.fromEntries(given),
    ...(hooks.length === 0 ? {} : { hooks }),
    ...(isJsonObject(written.info)
      ? { info: infoWithValues(written.info, jsonFields(original.info), description) }
      : {}),
  };
}

/** The notes are those that were shown, or nothing were given back; the description is, where helm left it alone. */
function infoWithValues(written: JsonObject, original: JsonObject, description: Json | undefined): JsonObject {
  const { notes, description: said } = written;
  return {
    ...written,
    ...(notes === undefined || original.notes === undefined ? {} : { notes: original.notes }),
    ...(said === undefined || said !== description || original.description === undefined
      ? {}
      : { description: original.description }),
  };
}
