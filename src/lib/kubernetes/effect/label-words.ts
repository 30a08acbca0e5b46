// Labels of a Secret's values as a person reads them: not as base64, and with the size in words. Pure.
import type { ResourceSubject } from '../../core/api-request.ts';
import { inside, isFields } from './quiet-object.ts';

/** As mask-secrets.ts makes them: filled up to the size of the value, or with the size in words. */
const LABEL = /^(\[kubernetes-secret:[0-9a-f]+)(?:\](\**)| (\d+) bytes\])$/;

/** The Secret with `[kubernetes-secret:3f2a 12 bytes]` in place of the labels in its data; anything else stays as it is. */
export function labelsInWords(
  object: unknown,
  { group, resource }: Pick<ResourceSubject, 'group' | 'resource'>,
): unknown {
  const data = inside(object, 'data');
  if (group !== '' || resource !== 'secrets' || !isFields(object) || !isFields(data)) return object;
  const words = Object.entries(data).map(([key, value]) => [key, inWords(value)]);
  return { ...object, data: Object.fromEntries(words) };
}

function inWords(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const [, label, , bytes] = LABEL.exec(text) ?? [];
  if (label === undefined) return value;
  return `${label} ${bytes ?? Buffer.byteLength(text)} bytes]`;
}
