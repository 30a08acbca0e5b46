// A release of helm's in the body of a request, whichever way the client writes: JSON, or protobuf, as helm does. Pure.
import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
import type { ApiBody, ParsedBody } from '../../../ports/api-gate.ts';
import { bytesField, envelopeIn, fieldsIn, onlyBytes, textOf, type WireField } from '../../request/protobuf.ts';
import { RELEASE_TYPE, releaseIn } from './release-data.ts';

export interface ReleaseWrite {
  /** Of the Secret. */
  readonly name: string;
  /** As the API has it in JSON. */
  readonly data: string;
  /** The same body with another release in it. */
  with(data: string): { readonly body: ApiBody; readonly parsed: ParsedBody };
}

/** Undefined for every other body. */
export function releaseWriteIn(parsed: ParsedBody, body: ApiBody): ReleaseWrite | undefined {
  if (parsed.kind === 'object' && body.type === 'application/json') return inJson(parsed.object, body);
  return parsed.kind === 'protobuf' ? inProtobuf(body) : undefined;
}

function inJson(object: JsonObject, { type }: ApiBody): ReleaseWrite | undefined {
  const data = releaseIn(object);
  const name = isJsonObject(object.metadata) ? object.metadata.name : undefined;
  if (data === undefined || typeof name !== 'string') return undefined;
  return {
    ...{ name, data },
    with(release) {
      const other: JsonObject = { ...object, data: { ...(object.data as JsonObject), release } };
      return {
        body: { type, bytes: Buffer.from(JSON.stringify(other as Json)) },
        parsed: { kind: 'object', object: other },
      };
    },
  };
}

/** Fields of a Secret, of its metadata, and of an entry of a map (k8s.io/api, core/v1/generated.proto). */
const [METADATA, DATA, TYPE] = [1, 2, 3];
const NAME = 1;
const [KEY, VALUE] = [1, 2];

function inProtobuf({ type, bytes }: ApiBody): ReleaseWrite | undefined {
  const envelope = envelopeIn(bytes);
  if (envelope?.apiVersion !== 'v1' || envelope.kind !== 'Secret') return undefined;
  const { object } = envelope;
  const name = textOf(onlyBytes(fieldsIn(onlyBytes(object, METADATA) ?? Buffer.of()) ?? [], NAME));
  const [entry, another] = object.filter(isRelease);
  const value = entry === undefined ? undefined : onlyBytes(fieldsIn(entry.bytes as Uint8Array) ?? [], VALUE);
  if (textOf(onlyBytes(object, TYPE)) !== RELEASE_TYPE || name === undefined) return undefined;
  if (another !== undefined || value === undefined) return undefined;
  return {
    ...{ name, data: Buffer.from(value).toString('base64') },
    with(release) {
      const pair = [bytesField(KEY, Buffer.from('release')), bytesField(VALUE, Buffer.from(release, 'base64'))];
      const other = bytesField(DATA, Buffer.concat(pair));
      const secret = Buffer.concat(object.map((field) => (field === entry ? other : field.whole)));
      return { body: { type, bytes: envelope.with(secret) }, parsed: { kind: 'protobuf' } };
    },
  };
}

const isRelease = ({ number, bytes }: WireField): boolean =>
  number === DATA && bytes !== undefined && textOf(onlyBytes(fieldsIn(bytes) ?? [], KEY)) === 'release';
