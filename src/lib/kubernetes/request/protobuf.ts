// Messages of protobuf as their fields, without a schema: for the little that has to be read of an object, with all else as it came. Pure.
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** `k8s` and a NUL stand before the envelope of every object (k8s.io/apimachinery, runtime.Unknown). */
export const MAGIC = Buffer.from('k8s\0');

export interface WireField {
  readonly number: number;
  /** Of texts, bytes and messages; undefined for numbers. */
  readonly bytes: Uint8Array | undefined;
  /** Of numbers that are written as varints; undefined for all else. */
  readonly varint: bigint | undefined;
  /** With its tag, as it came. */
  readonly whole: Uint8Array;
}

/** In the order in which they came; undefined for what is no message. */
export function fieldsIn(message: Uint8Array): readonly WireField[] | undefined {
  const reader = new BinaryReader(message);
  const fields: WireField[] = [];
  try {
    while (reader.pos < reader.len) {
      const from = reader.pos;
      const [number, type] = reader.tag();
      let bytes: Uint8Array | undefined;
      let varint: bigint | undefined;
      if (type === WireType.LengthDelimited) bytes = reader.bytes();
      else if (type === WireType.Varint) varint = BigInt(reader.int64());
      else reader.skip(type, number);
      fields.push({ number, bytes, varint, whole: message.subarray(from, reader.pos) });
    }
    return fields;
  } catch {
    // The library's own words, which are for those who wrote the message.
    return undefined;
  }
}

/** The bytes of a field that stands there once; undefined where it does not, or is a number. */
export function onlyBytes(fields: readonly WireField[], number: number): Uint8Array | undefined {
  const [field, another] = fields.filter((each) => each.number === number);
  return another === undefined ? field?.bytes : undefined;
}

/** A field of bytes, as `WireField.whole`. */
export function bytesField(number: number, bytes: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(bytes).finish();
}

export interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly object: readonly WireField[];
  /** The envelope with another object in it. */
  with(object: Uint8Array): Uint8Array;
}

const [TYPE_META, RAW, CONTENT_ENCODING] = [1, 2, 3];
const [API_VERSION, KIND] = [1, 2];

/** Undefined for what is no envelope, or one that two readers could understand differently. */
export function envelopeIn(body: Uint8Array): Envelope | undefined {
  if (!MAGIC.equals(body.subarray(0, MAGIC.length))) return undefined;
  const fields = fieldsIn(body.subarray(MAGIC.length)) ?? [];
  const [meta, raw] = [onlyBytes(fields, TYPE_META), onlyBytes(fields, RAW)];
  if (meta === undefined || raw === undefined) return undefined;
  if (fields.some(({ number, bytes }) => number === CONTENT_ENCODING && bytes?.length !== 0)) return undefined;
  const types = fieldsIn(meta);
  const object = fieldsIn(raw);
  const [apiVersion, kind] = [API_VERSION, KIND].map((number) => textOf(onlyBytes(types ?? [], number)));
  if (object === undefined || apiVersion === undefined || kind === undefined) return undefined;
  return {
    ...{ apiVersion, kind, object },
    with: (other) =>
      Buffer.concat([MAGIC, ...fields.map(({ number, whole }) => (number === RAW ? bytesField(RAW, other) : whole))]),
  };
}

export const textOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
