// What may not be written because values are masked: a label in the place of the value it stands for, which would be lost in the cluster,
// and a value to a place where no mask looks for it. Pure.
import type { ApiRequest } from '../core/api-request.ts';
import type { Json } from '../core/json.ts';
import type { ApiBody, ParsedBody } from '../ports/api-gate.ts';
import { RefusedRequest } from './refused-request.ts';

/** `[github-token:3f2a]`, and of Secrets `[kubernetes-secret:3f2a 12 bytes]`; what fills it up stands behind it. */
const LABELS = /\[([a-z0-9][a-z0-9-]{0,63}):[0-9a-f]{4}(?: \d{1,10} bytes)?\]/g;
/** The mask of Secrets is structure, not a rule that can be switched off. */
const ALWAYS = 'kubernetes-secret';
/** A label has nine characters at least. */
const BASE64 = /[A-Za-z0-9+/_-]{12,}/g;
/** The value of a Secret that is itself base64, in a manifest in a ConfigMap, say. */
const DEEPEST_BASE64 = 3;

/** Operations of a JSON patch that take what is there, unseen, and put it elsewhere, or tell whether a guess of it is right. */
const TAKING: ReadonlySet<unknown> = new Set(['copy', 'move', 'test']);

interface Found {
  readonly label: string;
  /** Where, as `data.password`; undefined where it cannot be said. */
  readonly place: string | undefined;
}

/**
 * Throws `RefusedRequest` (403, `masked-value`) where a label of a known kind stands anywhere in what is written: in values and names of
 * fields, in texts within texts, as base64 at any offset, wrapped or not, in patches and in protobuf. `kinds`: what masks of this session
 * are called. Options of deletions are not looked at. And (403, `uncovers-secret`) for a JSON patch that copies, moves or tests in a Secret.
 */
export function refuseMaskedWrite(
  { method, subject }: ApiRequest,
  parsed: ParsedBody,
  body: ApiBody | null,
  kinds: ReadonlySet<string>,
): void {
  if (body === null || method === 'GET' || method === 'DELETE') return;
  if (subject.kind === 'resource' && subject.group === '' && subject.resource === 'secrets') refuseTaking(parsed);
  const isKnown = (kind: string) => kind === ALWAYS || kinds.has(kind);
  const found = findLabel(parsed, body, isKnown);
  if (found === undefined) return;
  const { label, place } = found;
  throw new RefusedRequest({
    status: 403,
    code: 'masked-value',
    message: `${place === undefined ? 'the body' : JSON.stringify(place.slice(0, 200))} holds "${label}", which stands for a value that was masked`,
    hint: 'write the real value, or send a patch without this field: what is there stays as it is',
  });
}

/** From `data` to an annotation, say, which whoever may read it would see. kubectl sends no such patch. */
function refuseTaking(parsed: ParsedBody): void {
  if (parsed.kind !== 'list' || !parsed.list.some(({ op }) => TAKING.has(op))) return;
  throw new RefusedRequest({
    status: 403,
    code: 'uncovers-secret',
    message: 'a patch that copies, moves or tests in a Secret shows values that are masked',
    hint: 'use the operations add, replace and remove, with the values themselves',
  });
}

function findLabel(parsed: ParsedBody, body: ApiBody, isKnown: (kind: string) => boolean): Found | undefined {
  switch (parsed.kind) {
    case 'none':
      return undefined;
    case 'protobuf': {
      // Texts and values of Secrets stand in it as they are.
      const label = labelIn(Buffer.from(body.bytes).toString('latin1'), isKnown, 0);
      return label === undefined ? undefined : { label, place: undefined };
    }
    case 'object':
      return labelBelow(parsed.object, [], isKnown);
    case 'list':
      return labelBelow(parsed.list, [], isKnown);
  }
}

function labelBelow(value: Json, path: readonly string[], isKnown: (kind: string) => boolean): Found | undefined {
  if (typeof value === 'string') {
    const label = labelIn(value, isKnown, 0);
    return label === undefined ? undefined : { label, place: path.join('.') };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const label = labelIn(name, isKnown, 0);
    const found = label === undefined ? labelBelow(inner, [...path, name], isKnown) : { label, place: path.join('.') };
    if (found !== undefined) return found;
  }
  return undefined;
}

function labelIn(text: string, isKnown: (kind: string) => boolean, depth: number): string | undefined {
  for (const [label, kind] of text.matchAll(LABELS)) {
    if (isKnown(kind as string)) return label;
  }
  if (depth === DEEPEST_BASE64) return undefined;
  for (const run of encodedIn(text)) {
    // What stands before it without a gap shifts it.
    for (let shift = 0; shift < 4; shift++) {
      const label = labelIn(Buffer.from(run.slice(shift), 'base64').toString('latin1'), isKnown, depth + 1);
      if (label !== undefined) return label;
    }
  }
  return undefined;
}

/** What may be base64: each run of its characters, and where it is wrapped, all lines of it together. */
function encodedIn(text: string): readonly string[] {
  const runs = text.match(BASE64) ?? [];
  if (!/\s|\\n/.test(text)) return runs;
  const joined = text.replace(/(?:\s|\\[nr])+/g, '').match(BASE64) ?? [];
  return [...runs, ...joined];
}
