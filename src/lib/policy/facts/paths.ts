// Where a path points, as far as text can tell: `.`, `..`, `//`, `~`, /proc/self/root taken out, cwd put in. No disk is
// asked, so symbolic links stay what they are.
import type { PathFact } from './facts.ts';
import { ABOVE, ANY, ANYWHERE, DIGITS, HOME, isPlain, ONE, SOME, STAR } from './unknowns.ts';

/** The folder a command runs in: absolute, or below one of the named places that are not known exactly. */
export interface Place {
  /** e.g. `/srv/app`, or one of `CWD`, `HOME`, `ANYWHERE`. */
  readonly cwd: string;
  /** Where it runs as well: folders that a `cd` may have failed to leave, or left on the other way of a branch. */
  readonly orElse: readonly string[];
  /** Where the command started; absent where that is the same. */
  readonly start?: string;
  /** The account's home folder where it is known. */
  readonly home: string | undefined;
}

/** PATH_MAX of Linux. */
const MAX_PATH = 4096;

const LEADING_UNKNOWN = new RegExp(`^[${ANY}${SOME}]`);
const ANCHORED = /^\ue005[a-z]+\d*/;

/** One fact for every folder the command may run in. */
export function pathFacts(raw: string, place: Place, more: Pick<PathFact, 'recursive' | 'by' | 'found'>): PathFact[] {
  const first = { forms: pathForms(raw, place), ...more };
  if (raw.startsWith('/')) return [first];
  const others = place.orElse.map((cwd) => ({ forms: pathForms(raw, { ...place, cwd }), ...more, unlikely: true }));
  return [first, ...others.filter(({ forms }) => forms[0] !== first.forms[0])];
}

/**
 * One path in every form that a rule may name it by: absolute, below `HOME` or `CWD`, or below `ANYWHERE` where its
 * beginning is unknown. The first form is the one to show.
 */
export function pathForms(raw: string, place: Place): readonly string[] {
  if (raw.length > MAX_PATH) return [ANYWHERE];
  const normal = normalise(absolute(raw, place), place.cwd);
  const forms = [normal, ...homeForms(normal, place)];
  const climbed = /^\ue005up(\d+)(\/.*)?$/.exec(normal);
  // From an unknown folder two steps up are often enough for the root.
  if (climbed !== null && Number(climbed[1]) >= 2) forms.push(climbed[2] ?? '/');
  if (climbed !== null) forms.push(ANYWHERE + (climbed[2] ?? ''));
  const beyond = afterLink(raw);
  if (beyond !== undefined) forms.push(`${ANYWHERE}/${beyond}`);
  return forms;
}

// A home folder by its path is also one by its name, and the other way round.
function homeForms(normal: string, place: Place): string[] {
  if (place.home !== undefined && (normal === place.home || normal.startsWith(`${place.home}/`))) {
    return [HOME + normal.slice(place.home.length)];
  }
  const usual = /^(?:\/root|\/home\/[^/]+|\/Users\/[^/]+|\/var\/root)(?=\/|$)/.exec(normal);
  if (usual !== null) return [HOME + normal.slice(usual[0].length)];
  if (normal !== HOME && !normal.startsWith(`${HOME}/`)) return [];
  const rest = normal.slice(HOME.length);
  return place.home === undefined ? [`/root${rest}`, `/home/${STAR}${rest}`] : [place.home + rest];
}

// `name/../rest`: where `name` is a symbolic link, `rest` is beside what it points to.
function afterLink(raw: string): string | undefined {
  const parts = raw.split('/').filter((part) => part !== '' && part !== '.');
  const last = parts.lastIndexOf('..');
  const climbs = parts.findIndex((part, index) => part === '..' && index > 0 && parts[index - 1] !== '..');
  return climbs === -1 || last === parts.length - 1 ? undefined : parts.slice(last + 1).join('/');
}

function absolute(raw: string, place: Place): string {
  if (raw.startsWith('/') || ANCHORED.test(raw)) return raw;
  // What follows belongs to a name whose beginning is not known, unless a slash begins another.
  if (LEADING_UNKNOWN.test(raw)) return `${ANYWHERE}/${/^.(\/|$)/s.test(raw) ? raw.slice(1) : raw}`;
  return `${place.cwd}/${raw}`;
}

/** Links that every Linux has, whose `..` is elsewhere. */
const LINKS: Readonly<Record<string, string>> = {
  '/dev/fd': '/proc/self/fd',
  '/var/run': '/run',
  '/var/lock': '/run/lock',
};

/**
 * Folds `.`, `..`, `//` and the doors that /proc offers: `root` of any process is `/`, `cwd` of this one is `cwd`, and
 * what lies behind a descriptor or in another process's folder is anywhere.
 */
export function normalise(path: string, cwd: string = ANYWHERE): string {
  let anchor = ANCHORED.exec(path)?.[0] ?? '';
  const out: string[] = [];
  let up = anchor.startsWith(ABOVE) ? Number(anchor.slice(ABOVE.length)) : 0;
  const parts = path
    .slice(anchor.length)
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  for (const [index, part] of parts.entries()) {
    if (part === '..') {
      const link = anchor === '' ? LINKS[`/${out.join('/')}`] : undefined;
      if (link !== undefined) out.splice(0, out.length, ...link.slice(1).split('/'));
      if (out.length > 0) out.pop();
      else if (anchor !== '' && anchor !== ANYWHERE) up++;
      continue;
    }
    out.push(part);
    const more = index < parts.length - 1;
    const door = anchor === '' ? doorOf(out, more) : undefined;
    if (door === undefined) continue;
    const rest = parts.slice(index + 1).join('/');
    if (door === 'cwd') return normalise(`${cwd}/${rest}`, cwd);
    out.length = 0;
    if (door === 'anywhere') anchor = ANYWHERE;
  }
  const start = up > 0 ? `${ABOVE}${up}` : anchor;
  const rest = out.join('/');
  if (start === '') return `/${rest}`;
  return rest === '' ? start : `${start}/${rest}`;
}

// `/proc/PID/root`, `/proc/PID/task/TID/cwd`, `/proc/self/fd/3` with something below it.
function doorOf(out: readonly string[], more: boolean): 'root' | 'cwd' | 'anywhere' | undefined {
  if (out[0] === 'dev') return out.length === 3 && out[1] === 'fd' && more ? 'anywhere' : undefined;
  if (out[0] !== 'proc') return undefined;
  const within = out[2] === 'task' ? out.slice(4) : out.slice(2);
  const [name = '', item] = within;
  if (within.length === 1 && name === 'root') return 'root';
  if (within.length === 1 && name === 'cwd') return /^(self|thread-self)$/.test(out[1] ?? '') ? 'cwd' : 'anywhere';
  if (within.length === 1 && more && !isPlain(name)) return 'anywhere';
  return within.length === 2 && name === 'fd' && item !== undefined && more ? 'anywhere' : undefined;
}

/** What `~name` and `~-` may be: an account's home is where its administrator put it. */
export function tildeValues(text: string): readonly string[] {
  if (text === '~-') return [ANYWHERE];
  const name = text.slice(1);
  if (Object.hasOwn(SYSTEM_HOMES, name)) return [SYSTEM_HOMES[name] ?? ANYWHERE];
  return [`/home/${name}`, ANYWHERE];
}

const SYSTEM_HOMES: Readonly<Record<string, string>> = {
  root: '/root',
  daemon: '/usr/sbin',
  bin: '/bin',
  sys: '/dev',
  sync: '/bin',
  nobody: '/nonexistent',
};

/** True where nothing is known of the path but that it is one. */
export function isUnknownPath(form: string): boolean {
  return form === ANYWHERE || new RegExp(`^${ANYWHERE}(/[${ANY}${SOME}${STAR}${ONE}${DIGITS}]*)*$`).test(form);
}
