// What may not be written because values are masked: a label in the place of the value it stands for, which would be lost in the cluster,
// and a value to a place where no mask looks for it. Pure.
import { gunzipSync } from 'node:zlib';
import { type ApiRequest, isOfSecrets } from '../../core/api-request.ts';
import type { Json } from '../../core/json.ts';
import type { ApiBody, ParsedBody } from '../../ports/api-gate.ts';
import { RefusedRequest } from '../request/refused-request.ts';

/** `[github-token:3f2a]`, and of Secrets `[kubernetes-secret:3f2a 12 bytes]`; what fills it up stands behind it. */
const LABELS = /\[([a-z0-9][a-z0-9-]{0,63}):[0-9a-f]{4}(?: \d{1,10} bytes)?\]/g;
/** The mask of Secrets is structure, not a rule that can be switched off. */
const ALWAYS = 'kubernetes-secret';
/** A label has nine characters at least. */
const SHORTEST_RUN = 12;
const IS_BASE64 = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9+/_-]/.test(String.fromCharCode(code)) ? 1 : 0,
);
/** The value of a Secret that is itself base64, in a manifest in a ConfigMap, say. */
const DEEPEST_BASE64 = 3;
const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);
/** Of one body, all together: whoever sends many small ones that unpack to much keeps nobody waiting. */
const UNPACKED_MAX_BYTES = 8 * 1024 * 1024;

/** Operations of a JSON patch that take what is there, unseen, and put it elsewhere, or tell whether a guess of it is right. */
const TAKING: ReadonlySet<unknown> = new Set(['copy', 'move', 'test']);

interface Found {
  readonly label: string;
  /** Where, as `data.password`; undefined where it cannot be said. */
  readonly place: string | undefined;
}

interface Search {
  readonly isKnown: (kind: string) => boolean;
  /** Bytes that may still be unpacked. */
  room: number;
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
  if (isOfSecrets(subject)) refuseTaking(parsed);
  const isKnown = (kind: string) => kind === ALWAYS || kinds.has(kind);
  const found = findLabel(parsed, body, { isKnown, room: UNPACKED_MAX_BYTES });
  if (found === undefined) return;
  const { label, place } = found;
  throw new RefusedRequest({
    status: 403,
    code: 'masked-value',
    // Without its brackets: clients write into objects why something failed, and that must not be refused for the same reason.
    message: `${place === undefined ? 'the body' : JSON.stringify(place.slice(0, 200))} holds the label "${label.slice(1, -1)}", which stands for a value that was masked`,
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

function findLabel(parsed: ParsedBody, body: ApiBody, search: Search): Found | undefined {
  switch (parsed.kind) {
    case 'none':
      return undefined;
    case 'protobuf': {
      // Texts and values of Secrets stand in it as they are.
      const label = labelIn(Buffer.from(body.bytes).toString('latin1'), search, 0);
      return label === undefined ? undefined : { label, place: undefined };
    }
    case 'object':
      return labelBelow(parsed.object, [], search);
    case 'list':
      return labelBelow(parsed.list, [], search);
  }
}

function labelBelow(value: Json, path: readonly string[], search: Search): Found | undefined {
  if (typeof value === 'string') {
    const label = labelIn(value, search, 0);
    return label === undefined ? undefined : { label, place: path.join('.') };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const label = labelIn(name, search, 0);
    const found = label === undefined ? labelBelow(inner, [...path, name], search) : { label, place: path.join('.') };
    if (found !== undefined) return found;
  }
  return undefined;
}

function labelIn(text: string, search: Search, depth: number): string | undefined {
  for (const [label, kind] of text.matchAll(LABELS)) {
    if (search.isKnown(kind as string)) return label;
  }
  if (depth === DEEPEST_BASE64) return undefined;
  for (const run of encodedIn(text)) {
    // What stands before it without a gap shifts it.
    for (let shift = 0; shift < 4; shift++) {
      const label = labelIn(unpacked(Buffer.from(run.slice(shift), 'base64'), search), search, depth + 1);
      if (label !== undefined) return label;
    }
  }
  return undefined;
}

/** What is compressed, as helm and others keep whole objects in a Secret, as what it says. */
function unpacked(bytes: Buffer, search: Search): string {
  if (search.room === 0 || !GZIP.equals(bytes.subarray(0, GZIP.length))) return bytes.toString('latin1');
  try {
    const all = gunzipSync(bytes, { maxOutputLength: search.room });
    search.room -= all.length;
    return all.toString('latin1');
  } catch {
    // It is no gzip, or holds more than what anybody was shown here.
    return bytes.toString('latin1');
  }
}

/** What may be base64: each run of its characters, and where it is wrapped, all lines of it together. */
function encodedIn(text: string): readonly string[] {
  const runs = runsIn(text);
  return /\s|\\n/.test(text) ? [...runs, ...runsIn(text.replace(/\s|\\[nr]/g, ''))] : runs;
}

/** No expression: over a run of megabytes it would need more stack than there is. */
function runsIn(text: string): readonly string[] {
  const runs: string[] = [];
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    if (IS_BASE64[text.charCodeAt(at)] === 1) continue;
    if (at - from >= SHORTEST_RUN) runs.push(text.slice(from, at));
    from = at + 1;
  }
  return runs;
}
