// The kinds of value a config can hold, each with the words that say what it expects. A field's message is always
// the expectation ("an absolute path"), never a sentence: problems.ts builds those.
import { isIP } from 'node:net';
import { z } from 'zod';
import { formatDuration, parseDuration } from '../core/duration.ts';
import { WEEKDAYS, type Weekday } from '../core/policy-document.ts';
import { isNetwork } from './network.ts';
import { formatSize, parseSize } from './size.ts';
import { isSshPublicKeyLine } from './ssh-public-key.ts';

/** A mapping with exactly these keys. Unknown keys carry the known ones as their message, for a suggestion. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : 'a mapping'),
  });
}

/** A text of that form. `brief` is what the reference calls it; an error says all of `expected`. */
export function text(expected: string, form: RegExp | ((value: string) => boolean), brief = expected) {
  const fits = typeof form === 'function' ? form : (value: string) => form.test(value);
  return z.string({ error: expected }).refine(fits, { error: expected }).meta({ form: brief });
}

/** One of these words. */
export function choice<const Words extends readonly [string, ...string[]]>(...words: Words) {
  const expected = words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return z.enum(words, { error: expected }).meta({ form: words.map((word) => `\`${word}\``).join(', ') });
}

/** One value, or a list of at least one: `command: ls` is `command: [ls]`. */
export function oneOrMore<Item extends z.ZodType>(item: Item, { min = 1 }: { readonly min?: 0 | 1 } = {}) {
  return z
    .preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item).min(min, { error: 'at least one' }))
    .meta({ form: `${formOf(item)}, or a list` });
}

/** A list, in brackets or with dashes. */
export function list<Item extends z.ZodType>(item: Item, { min = 0 }: { readonly min?: number } = {}) {
  return z
    .array(item, { error: 'a list' })
    .min(min, { error: `a list of at least ${min}` })
    .meta({ form: formOf(item) === MAPPING ? 'a list, see below' : `a list: ${formOf(item)}` });
}

/** A mapping, or one word for the field of that name: `sandbox: workspace` is `sandbox: { preset: workspace }`. */
export function wordOr<Mapping extends z.ZodType>(field: string, mapping: Mapping) {
  return z.preprocess((value) => (typeof value === 'string' ? { [field]: value } : value), mapping);
}

/** What people name, and what it is: names become file names, log lines and arguments, hence the plain form. */
export function named<Value extends z.ZodType>(value: Value) {
  return z.record(name, value, { error: 'a mapping of names' });
}

/** The words for a leaf, as the reference prints them. */
export function formOf(schema: z.ZodType): string {
  const form = schema.meta()?.form;
  return typeof form === 'string' ? form : MAPPING;
}

const MAPPING = 'a mapping';

/** Milliseconds, written as `90s`, `15m`, `2h`; both ends included. */
export function duration(range: { readonly minMs: number; readonly maxMs: number }) {
  const bounds = `${formatDuration(range.minMs)} to ${formatDuration(range.maxMs)}`;
  const expected = `a duration from ${bounds}, such as 90s or 15m`;
  return z
    .string({ error: expected })
    .transform((value, context) => {
      const ms = parseDuration(value);
      if (ms !== undefined && ms >= range.minMs && ms <= range.maxMs) return ms;
      context.addIssue({ code: 'custom', message: expected });
      return z.NEVER;
    })
    .meta({ form: `duration, ${bounds}` });
}

/** Bytes, written as `64MiB`, `4GiB`; both ends included. */
export function size(range: { readonly minBytes: number; readonly maxBytes: number }) {
  const bounds = `${formatSize(range.minBytes)} to ${formatSize(range.maxBytes)}`;
  const expected = `a size from ${bounds}, such as 64MiB`;
  return z
    .string({ error: expected })
    .transform((value, context) => {
      const bytes = parseSize(value);
      if (bytes !== undefined && bytes >= range.minBytes && bytes <= range.maxBytes) return bytes;
      context.addIssue({ code: 'custom', message: expected });
      return z.NEVER;
    })
    .meta({ form: `size, ${bounds}` });
}

/** True or false. */
export function flag() {
  return z.boolean({ error: 'true or false' }).meta({ form: '`true`, `false`' });
}

/** A whole number; both ends included. */
export function integer(min: number, max: number) {
  const expected = `${min}–${max}`;
  return z
    .number({ error: expected })
    .refine((value) => Number.isInteger(value) && value >= min && value <= max, { error: expected })
    .meta({ form: expected });
}

/** Names of targets, approvers, groups and rules. */
export const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
export const name = text(
  'a name: a-z, 0-9, ".", "_", "-", starting with a letter or digit, at most 63',
  NAME,
  'a name',
);

/** Without a final slash, `.` or `..`, so that two spellings of one folder do not look like two. */
export const absolutePath = text(
  'an absolute path without "..", starting with /',
  (value) => /^\/[^\0-\x1f\x7f]*$/.test(value) && value.length <= 4096 && !/\/\.{1,2}(\/|$)/.test(value),
  'an absolute path',
);

/** `~` is the home of who runs. */
export const homePath = text(
  'an absolute path, or one that starts with ~/, without ".."',
  (value) => absolutePath.safeParse(value.replace(/^~(?=\/.)/, '')).success,
  'a path',
);

/** useradd(8), with the capitals and dots that directories hand out. */
export const osName = text('the name of an OS user or group', /^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$/);

/** An account on a server; it becomes a certificate's principal. */
export const account = text('an account name', /^[A-Za-z_][A-Za-z0-9_.@-]{0,63}\$?$/);

export const host = text(
  'a host name or an IP address',
  (value) => isIP(value) !== 0 || (value.length <= 253 && HOST_NAME.test(value)),
);
const HOST_NAME = /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*\.?$/;

const ENDPOINT = /^(\*\.)?[^*:]+:[1-9]\d{0,4}$/;

/** A server and its port; `*.` stands for any name below. */
export const endpoint = text(
  'a host and a port, such as registry.npmjs.org:443 or *.example.org:443',
  (value) =>
    ENDPOINT.test(value) &&
    host.safeParse(value.slice(0, value.lastIndexOf(':')).replace(/^\*\./, '')).success &&
    Number(value.slice(value.lastIndexOf(':') + 1)) <= 65535,
  '`host:port`',
);

/** `none`, `host`, or the servers that can be reached. */
export const networkAccess = z
  .union([z.enum(['none', 'host']), z.array(endpoint).min(1)], {
    error: 'none, host, or a list of servers such as [registry.npmjs.org:443]',
  })
  .meta({ form: '`none`, `host`, or a list: `host:port`' });

const KUBE_LABEL = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';

/** RFC 1123, as Kubernetes has it: labels for namespaces, several of them for accounts. */
export const kubeNamespace = text('the name of a namespace', new RegExp(`^${KUBE_LABEL}$`));
export const serviceAccount = text(
  'a service account as NAMESPACE/NAME',
  (value) => value.length <= 317 && new RegExp(`^${KUBE_LABEL}/${KUBE_LABEL}(\\.${KUBE_LABEL})*$`).test(value),
);

export const fingerprint = text(
  'a host key fingerprint, SHA256:… as ssh-keygen -l prints it',
  /^SHA256:[A-Za-z0-9+/]{43}$/,
  '`SHA256:…`, as ssh-keygen -l prints it',
);

export const publicKey = text(
  'one line of an OpenSSH public key, such as "ssh-ed25519 AAAA… ops"',
  isSshPublicKeyLine,
  'an OpenSSH public key',
);

export const network = text(
  'an IP address or a network without host bits, such as 10.0.0.0/8',
  isNetwork,
  'an address or a network',
);

export const variableName = text('the name of a variable', /^[A-Za-z_][A-Za-z0-9_]*$/);
export const variablePattern = text(
  'the name of a variable, or a glob such as LC_*',
  /^[A-Za-z_*?][A-Za-z0-9_*?]*$/,
  'a name or a glob',
);

/** One pattern, word or sentence; a limit keeps a slip of the editor from becoming a rule. */
export function line(expected: string, maxLength = 1000) {
  const fits = (value: string) => value !== '' && value.length <= maxLength && !/[\0-\x1f\x7f]/.test(value);
  return text(`${expected}, on one line, at most ${maxLength} characters`, fits).meta({ form: expected });
}

const DAYS = WEEKDAYS.join('|');
const DAY_RANGE = new RegExp(`^(${DAYS})(-(${DAYS}))?$`);

/** `mon`, `mon-fri`, `sat-mon`. */
export const dayRange = text('a day such as mon, or a range such as mon-fri', DAY_RANGE);

/** The days of a `dayRange`, in the order of the range. */
export function daysOf(range: string): readonly Weekday[] {
  const [, first, , last = first] = DAY_RANGE.exec(range) ?? [];
  const names: readonly string[] = WEEKDAYS;
  const [start, end] = [names.indexOf(first ?? ''), names.indexOf(last ?? '')];
  const count = ((end - start + WEEKDAYS.length) % WEEKDAYS.length) + 1;
  return [...WEEKDAYS, ...WEEKDAYS].slice(start, start + count);
}

/** 23:59. */
export const LAST_MINUTE = 24 * 60 - 1;

/** Minutes since midnight, written as `09:30` (in quotes or not: YAML takes it for a text); both ends included. */
export function minuteOfDay(min: number, max: number) {
  const expected = max > LAST_MINUTE ? 'a time from 00:01 to 24:00' : 'a time from 00:00 to 23:59';
  return z
    .string({ error: expected })
    .transform((value, context) => {
      const [, hours, minutes] = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(value) ?? [];
      const minute = Number(hours) * 60 + Number(minutes);
      if (minute >= min && minute <= max) return minute;
      context.addIssue({ code: 'custom', message: expected });
      return z.NEVER;
    })
    .meta({ form: '`HH:MM`' });
}

export const timeZone = text('a time zone such as Europe/Berlin or UTC', isTimeZone, 'a time zone');

function isTimeZone(zone: string): boolean {
  // An offset is a zone to newer engines only, and has no summer.
  if (!/^[A-Za-z][\w+/-]*$/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
