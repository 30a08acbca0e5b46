// Names that the server makes up (`generateName`): the one of a dry run is not the one that the object will have. Pure.
import type { ParsedBody } from '../../ports/api-gate.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What the server puts behind a prefix (k8s.io/apiserver, names.go). */
const MADE = /^[bcdfghjklmnpqrstvwxz2456789]{5}$/;

/** The object of a dry run of its creation, without a name that was made for that dry run alone. */
export function withoutMadeName(object: Fields, sent: ParsedBody): Fields {
  const metadata = fieldsOf(object.metadata);
  const { name, generateName } = metadata;
  if (typeof name !== 'string' || typeof generateName !== 'string' || generateName === '') return object;
  const given = sent.kind === 'object' ? fieldsOf(sent.object.metadata).name : undefined;
  if (given === name || !MADE.test(name.slice(-5))) return object;
  const { name: _, ...kept } = metadata;
  return { ...object, metadata: kept };
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
