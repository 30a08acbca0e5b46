// A target as one command of a gated session finds it: in the folder and with the variables that earlier commands left.
// An approval for the command is bound to them, although nobody can read the values out of it.
import { createHmac } from 'node:crypto';
import { canonicalJson } from '../../core/digest.ts';
import type { Carried, Place } from '../../ports/target.ts';
import type { TargetEntry } from '../deps.ts';

export interface CommandEntry {
  readonly entry: TargetEntry;
  /** The target's own digest of a place that was judged, which is what the target compares. */
  targetDigest(judged: string): string | undefined;
}

/**
 * `cwd` is the caller's folder when the session was opened. `key` is the session's own and random: short values must not
 * be found by trying.
 */
export function commandEntry(entry: TargetEntry, cwd: string | null, carried: Carried, key: Uint8Array): CommandEntry {
  const own = new Map<string, string>();
  const { target } = entry;

  function placeOf(spec: Parameters<typeof target.placeOf>[0]): Place {
    const place = target.placeOf({ ...spec, cwd: cwd ?? undefined, carried });
    const judged = withCarried(place, carried, key, target.kind === 'ssh');
    own.set(judged.digest, place.digest);
    return judged;
  }

  return {
    entry: {
      limits: entry.limits,
      keepsCallerFolder: entry.keepsCallerFolder || carried.folder !== undefined,
      target: { ...target, placeOf },
      carried,
    },
    targetDigest: (judged) => own.get(judged),
  };
}

/** The place itself where nothing is carried: then the command is the same as outside of a session. */
function withCarried(place: Place, { folder, env }: Carried, key: Uint8Array, showsFolder: boolean): Place {
  if (folder === undefined && env.size === 0) return place;
  const names = (wanted: boolean) => [...env].filter(([, value]) => (value !== null) === wanted).map(([name]) => name);
  const said = (list: readonly string[], what: string) => (list.length === 0 ? '' : ` with ${list.join(', ')} ${what}`);
  const where = showsFolder && folder !== undefined ? ` in ${folder}` : '';
  const all = canonicalJson([place.digest, folder ?? null, [...env].sort(([a], [b]) => (a < b ? -1 : 1))]);
  return {
    ...place,
    summary: `${place.summary}${where}${said(names(true), 'set')}${said(names(false), 'unset')}`,
    digest: `hmac-sha256:${createHmac('sha256', key).update(all).digest('hex')}`,
    startFolder: folder ?? place.startFolder,
  };
}
