// What a request would do, as a person reads it before approving. Approvals are bound to this text: the same request against the same
// state of the cluster gives the same one, without times and without names that are made up anew. Pure.
import { hash } from 'node:crypto';
import { type ApiRequest, isOfSecrets, isStream, type ResourceSubject } from '../../core/api-request.ts';
import type { ApiPreview, ParsedBody } from '../../ports/api-gate.ts';
import { parameter } from '../request/request-query.ts';
import { isServersOwn } from './dry-run-support.ts';
import { commandLines } from './effect-command.ts';
import { labelsInWords } from './label-words.ts';
import { type MaskText, marked, markedLines, objectDiff } from './object-diff.ts';
import { inside, isFields, quietAlone, quietPair } from './quiet-object.ts';
import { quoted, shownText } from './shown-lines.ts';

/** So many names of a deletion of several are shown. */
const NAMED_MOST = 40;

export interface Effect extends ApiPreview {
  readonly moreRemoved?: number | 'some';
}

interface Words {
  /** What is always shown. */
  readonly heads: readonly string[];
  /** What is shown as far as there is room; each line is marked. */
  readonly lines: readonly string[];
}

/**
 * One line that says what, then what changes: a diff, the new object, what goes, or the words of a command. At most 400 lines and
 * 24 KiB; what is left out is counted, and a digest covers it. Control characters are spelled out; lines from objects are marked, so that
 * none of them can pass for a line of the broker's. `preview` is undefined where the server was not asked; `bodyDigest` is printed as
 * it is. With `parsed`, options of a deletion are told, and what is sent where nothing else is known of it. Values of Secrets must be
 * labels in `preview`; in all else `mask` hides what is secret, in each object as a whole: what tells of a value may not be in the diff.
 */
export function describeEffect(
  request: ApiRequest,
  preview: Effect | undefined,
  bodyDigest: string | null,
  parsed: ParsedBody = { kind: 'none' },
  mask: MaskText = (text) => text,
): string {
  const { subject } = request;
  const digest = bodyDigest === null ? [] : [`body: ${bodyDigest}`];
  if (subject.kind === 'discovery') return [`${request.method} ${request.path}`, ...digest].join('\n');
  const { heads, lines } = wordsOf(request, subject, preview, parsed, mask);
  return shownText([...heads, ...digest], lines);
}

function wordsOf(
  request: ApiRequest,
  subject: ResourceSubject,
  preview: Effect | undefined,
  parsed: ParsedBody,
  mask: MaskText,
): Words {
  const what = `${subject.verb} ${described(subject)}`;
  if (isStream(subject.subresource)) return commandLines(request, subject);
  if (!['create', 'update', 'patch', 'delete', 'deletecollection'].includes(subject.verb))
    return { heads: [what], lines: [] };
  if (preview === undefined) return { heads: [what, ...unknown], lines: sentLines(subject, parsed, mask) };
  if (subject.verb === 'deletecollection') return deletion(request, subject, preview, parsed);
  if (subject.verb === 'delete' || subject.subresource === 'eviction')
    return removal(what, subject, preview, parsed, mask);
  return change(what, subject, preview, mask);
}

const unknown = ['what it would do is not known: the server was not asked, or cannot say'];

/** Of Secrets, what is sent is shown to nobody. */
function sentLines(subject: ResourceSubject, parsed: ParsedBody, mask: MaskText): readonly string[] {
  if (isOfSecrets(subject)) return [];
  if (parsed.kind === 'object') return markedLines('+', parsed.object, mask);
  return parsed.kind === 'list' ? markedLines('+', parsed.list, mask) : [];
}

function change(what: string, subject: ResourceSubject, preview: Effect, mask: MaskText): Words {
  const [before, after] = [labelsInWords(preview.before, subject), labelsInWords(preview.after, subject)];
  if (before === undefined) {
    const isNew = subject.verb === 'create';
    const name = inside(inside(after, 'metadata'), 'name');
    const prefix = inside(inside(after, 'metadata'), 'generateName');
    const named = isNew && subject.name === null && typeof name === 'string' ? `: ${quoted(name)}` : '';
    const made = named === '' && typeof prefix === 'string' ? `: a new name that begins with ${quoted(prefix)}` : '';
    const why = isNew ? [] : ['as it is now is not known: it is not there, or may not be read'];
    const hasOwnStatus = isServersOwn(subject.group) && subject.subresource === null;
    return {
      heads: [`${what}${named}${made}`, ...why],
      lines: markedLines('+', quietAlone(after, hasOwnStatus), mask),
    };
  }
  const lines = objectDiff(...quietPair(before, after), mask);
  if (lines.length === 0) return { heads: [what, 'changes nothing but what the server keeps for itself'], lines };
  return { heads: [what, '- as it is, + as it would be:'], lines };
}

function removal(what: string, subject: ResourceSubject, preview: Effect, parsed: ParsedBody, mask: MaskText): Words {
  const before = labelsInWords(preview.before, subject);
  const gone = before === undefined ? 'what goes is not known: it is not there, or may not be read' : 'what goes:';
  return {
    heads: [what, ...options(parsed), gone],
    lines: markedLines('-', quietAlone(before, true), mask),
  };
}

function deletion(request: ApiRequest, subject: ResourceSubject, preview: Effect, parsed: ParsedBody): Words {
  const { removed, moreRemoved: more } = preview;
  const total = removed.length + (typeof more === 'number' ? more : 0);
  const count =
    more !== 'some' ? String(total) : removed.length === 0 ? 'an unknown number of' : `more than ${removed.length}`;
  const kind = subject.group === '' ? subject.resource : `${subject.resource}.${subject.group}`;
  const one = count === '1' ? ' (one object)' : '';
  const selected = [parameter(request.query, 'labelSelector'), parameter(request.query, 'fieldSelector')]
    .filter((selector) => selector !== undefined && selector !== '')
    .map((selector) => ` with ${quoted(selector as string)}`)
    .join('');
  const named = removed.slice(0, NAMED_MOST);
  const rest = more === 'some' ? 'more' : `${total - named.length} more`;
  const isAll = total === named.length && more !== 'some';
  const all = removed.length > named.length ? `; sha256 of all names: ${hash('sha256', removed.join('\n'))}` : '';
  return {
    heads: [
      `deletes ${count} ${kind}${one} ${placeOf(subject)}${selected}${named.length === 0 ? '' : ':'}`,
      ...options(parsed),
    ],
    lines: [...marked('-', named), ...(isAll || named.length === 0 ? [] : [`and ${rest}${all}`])],
  };
}

/** Of a deletion: what it says beyond "delete". */
function options(parsed: ParsedBody): readonly string[] {
  if (parsed.kind !== 'object') return [];
  const { kind: _, apiVersion: __, ...said } = parsed.object;
  return Object.keys(said).length === 0 ? [] : [`options: ${JSON.stringify(sorted(said))}`];
}

function sorted(value: unknown): unknown {
  if (!isFields(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}

/** `deployments.apps/scale "web" in namespace "shop"` */
function described(subject: ResourceSubject): string {
  const { group, resource, subresource, name } = subject;
  const kind = `${resource}${group === '' ? '' : `.${group}`}${subresource === null ? '' : `/${subresource}`}`;
  return `${kind}${name === null ? '' : ` ${quoted(name)}`} ${placeOf(subject)}`;
}

const placeOf = ({ namespace, resource }: ResourceSubject): string =>
  namespace === null || resource === 'namespaces' ? 'in the whole cluster' : `in namespace ${quoted(namespace)}`;
