// The objects of a release as helm rendered them: YAML documents, with the values of Secrets as labels. A document that is no Secret
// stays as it is written, apart from what any text is masked of. Pure.
import { type Document, isScalar, parseAllDocuments, visit } from 'yaml';
import { isJsonObject, type Json } from '../../../core/json.ts';
import { checkDepth } from '../../request/strict-yaml.ts';
import type { LabelValue } from '../label-value.ts';
import { maskSecrets } from '../mask-secrets.ts';

export type MaskText = (text: string) => string;

export interface MaskedManifest {
  readonly shown: string;
  /** Of the Secrets in it, as they are. */
  readonly secrets: readonly string[];
  /** What is shown of all that is no Secret. */
  readonly open: string;
}

/** As helm takes them apart (pkg/releaseutil, SplitManifests). */
const BETWEEN = /^---/m;
const SOURCE = /^# Source: [\w./-]+$/m;
/** Where neither word stands, and nothing stands for their letters, the document is no Secret, and no part of one, for any reader. */
const MAY_BE_SECRET = /Secret|stringData|\\[xuU]/;

/** Of one manifest, in characters: it takes half a second, and everybody waits. The resources of a large operator are half of it. */
const MOST_YAML = 1024 * 1024;

export function maskManifest(manifest: string, label: LabelValue, text: MaskText): MaskedManifest {
  const secrets: string[] = [];
  const open: string[] = [];
  let room = MOST_YAML;
  const documents = manifest.split(BETWEEN).map((document) => {
    if (MAY_BE_SECRET.test(document)) {
      room -= document.length;
      const object = room < 0 ? undefined : readDocument(document);
      if (object === undefined || holdsSecret(object)) {
        if (object !== undefined) collect(object, secrets);
        return hideSecret(document, object, label);
      }
    }
    const shown = text(document);
    open.push(shown);
    return shown;
  });
  return { shown: documents.join('---'), secrets, open: open.join('\n') };
}

/** What cannot be read is a label altogether. */
function hideSecret(document: string, object: Json | undefined, label: LabelValue): string {
  const source = SOURCE.exec(document)?.[0];
  const shown =
    object === undefined ? label(Buffer.from(document)) : JSON.stringify(maskSecrets(object, label), null, 2);
  // JSON is YAML.
  return `\n${source === undefined ? '' : `${source}\n`}${shown}\n`;
}

/** Undefined for what is not one document of plain YAML. */
function readDocument(text: string): Json | undefined {
  try {
    checkDepth(text);
    const [document, another] = parseAllDocuments(text, {
      ...{ version: '1.1', schema: 'yaml-1.1', prettyErrors: false, logLevel: 'silent' },
      // It would compare each field with each other.
      uniqueKeys: false,
    });
    if (document === undefined || another !== undefined) return undefined;
    if (document.errors.length > 0 || document.warnings.length > 0 || namesTwice(document)) return undefined;
    return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 10 }) ?? null));
  } catch {
    // What is too deep, what has aliases without end, what holds itself: nothing of it is shown.
    return undefined;
  }
}

function namesTwice(document: Document): boolean {
  let isTwice = false;
  visit(document, {
    Map(_, { items }) {
      const names = items.map(({ key }) => (isScalar(key) ? key.value : key));
      isTwice ||= new Set(names).size < names.length;
      return isTwice ? visit.BREAK : undefined;
    },
  });
  return isTwice;
}

function holdsSecret(value: Json): boolean {
  if (Array.isArray(value)) return value.some(holdsSecret);
  if (!isJsonObject(value)) return false;
  if (value.kind === 'Secret' || value.kind === 'SecretList' || Object.hasOwn(value, 'stringData')) return true;
  return Object.values(value).some(holdsSecret);
}

/** All that stands under `data` and `stringData`, wherever they are. */
function collect(value: Json, secrets: string[]): void {
  if (Array.isArray(value)) for (const item of value) collect(item as Json, secrets);
  if (!isJsonObject(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    if (name !== 'data' && name !== 'stringData') collect(inner, secrets);
    else if (isJsonObject(inner))
      for (const each of Object.values(inner)) secrets.push(...forms(each, name === 'data'));
  }
}

/** The value, and what it is as base64: charts are given either. */
function forms(value: Json, isBase64: boolean): readonly string[] {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const other = isBase64 ? Buffer.from(text, 'base64').toString('utf8') : Buffer.from(text).toString('base64');
  return [text, text.trim(), other, other.trim()].filter((form) => form !== '');
}
