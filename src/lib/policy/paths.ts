// Where a path points, as far as text can tell: `.`, `..`, `//`, `~`, /proc/self/root taken out, cwd put in. No disk is
// asked, so symbolic links stay what they are.
import { ANY, DIGITS, ONE, SOME, STAR } from './unknowns.ts';

/** The folder a command runs in: absolute, or below one of the named places that are not known exactly. */
export interface Place {
  /** e.g. `/srv/app`, `@cwd`, `@home`, `@any`. */
  readonly cwd: string;
  /** The account's home folder where it is known. */
  readonly home: string | undefined;
}

/** Runs of unknown characters. */
const LEADING_UNKNOWN = new RegExp(`^[${ANY}${SOME}${DIGITS}]`);

/**
 * One path in every form that a rule may name it by: absolute, `@home/…`, `@cwd/…`, or `@any/…` where its beginning
 * is unknown. The first form is the one to show.
 */
export function pathForms(raw: string, place: Place): readonly string[] {
  const normal = normalise(absolute(raw, place));
  const forms = [normal];
  const home = /^(?:\/root|\/home\/[^/]+|\/Users\/[^/]+|\/var\/root)(?=\/|$)/.exec(normal);
  if (place.home !== undefined && (normal === place.home || normal.startsWith(`${place.home}/`))) {
    forms.push(`@home${normal.slice(place.home.length)}`);
  } else if (home !== null) forms.push(`@home${normal.slice(home[0].length)}`);
  if (normal === '@home' || normal.startsWith('@home/')) {
    const rest = normal.slice('@home'.length);
    if (place.home !== undefined) forms.push(place.home + rest);
    else forms.push(`/root${rest}`, `/home/${STAR}${rest}`);
  }
  const climbed = /^@up(\d+)(\/.*)?$/.exec(normal);
  // From an unknown folder two steps up are often enough for the root.
  if (climbed !== null && Number(climbed[1]) >= 2) forms.push(climbed[2] ?? '/');
  if (climbed !== null) forms.push(`@any${climbed[2] ?? ''}`);
  return forms;
}

function absolute(raw: string, place: Place): string {
  if (raw.startsWith('/') || raw.startsWith('@home') || raw.startsWith('@any')) return raw;
  if (LEADING_UNKNOWN.test(raw)) return `@any/${raw.slice(1)}`;
  return `${place.cwd}/${raw}`;
}

/** Folds `.`, `..`, `//` and the roots that /proc offers. `@up2/x` is two folders above an unknown one. */
export function normalise(path: string): string {
  const anchor = /^@[a-z]+\d*/.exec(path)?.[0] ?? '';
  const out: string[] = [];
  let up = anchor.startsWith('@up') ? Number(anchor.slice(3)) : 0;
  for (const part of path.slice(anchor.length).split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (out.length > 0) out.pop();
      else if (anchor === '@home' || anchor === '@cwd' || anchor.startsWith('@up')) up++;
      continue;
    }
    out.push(part);
    // /proc/self/root is /, /proc/self/cwd the working folder; /proc/1/root the root as well.
    if (anchor === '' && out.length === 3 && out[0] === 'proc' && out[2] === 'root') out.length = 0;
    if (anchor === '' && out.length === 5 && out[0] === 'proc' && out[2] === 'task' && out[4] === 'root')
      out.length = 0;
  }
  const start = up > 0 ? `@up${up}` : anchor;
  const rest = out.join('/');
  if (start === '') return `/${rest}`;
  return rest === '' ? start : `${start}/${rest}`;
}

/** The encoded form of a tilde prefix: `~`, `~root`, `~deploy`; `~+` is the working folder, `~-` anything. */
export function tildeValue(text: string, place: Place): string {
  if (text === '~+') return place.cwd;
  if (text === '~-') return '@any';
  if (text === '~') return '@home';
  return text === '~root' ? '/root' : `/home/${text.slice(1)}`;
}

/** True where nothing is known of the path but that it is one. */
export function isUnknownPath(form: string): boolean {
  return form === '@any' || new RegExp(`^@any(/[${ANY}${SOME}${STAR}${ONE}${DIGITS}]*)*$`).test(form);
}
