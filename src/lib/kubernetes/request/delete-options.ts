// The options of a deletion in protobuf (k8s.io/apimachinery, meta/v1/generated.proto), as the JSON that says the same. Pure.
import type { Json, JsonObject } from '../../core/json.ts';
import { envelopeIn, fieldsIn, textOf, type WireField } from './protobuf.ts';

type Reader = (field: WireField) => Json | undefined;

const text: Reader = ({ bytes }) => textOf(bytes);
const flag: Reader = ({ varint }) => (varint === undefined ? undefined : varint !== 0n);
const whole: Reader = ({ varint }) =>
  varint !== undefined && Number.isSafeInteger(Number(varint)) ? Number(varint) : undefined;

const PRECONDITIONS: Readonly<Record<number, readonly [name: string, read: Reader]>> = {
  1: ['uid', text],
  2: ['resourceVersion', text],
};

const DRY_RUN = 5;

const OPTIONS: typeof PRECONDITIONS = {
  1: ['gracePeriodSeconds', whole],
  2: ['preconditions', ({ bytes }) => (bytes === undefined ? undefined : objectOf(fieldsIn(bytes), PRECONDITIONS))],
  3: ['orphanDependents', flag],
  4: ['propagationPolicy', text],
  6: ['ignoreStoreReadErrorWithClusterBreakingPotential', flag],
};

/** Undefined for what is none: another kind, a field that is not known here, or one that stands there twice. */
export function readDeleteOptions(body: Uint8Array): JsonObject | undefined {
  const envelope = envelopeIn(body);
  if (envelope?.kind !== 'DeleteOptions') return undefined;
  const { apiVersion, kind, object } = envelope;
  const dryRuns = object.filter(({ number }) => number === DRY_RUN).map(text);
  const options = objectOf(
    object.filter(({ number }) => number !== DRY_RUN),
    OPTIONS,
  );
  if (options === undefined || dryRuns.includes(undefined)) return undefined;
  return { apiVersion, kind, ...options, ...(dryRuns.length === 0 ? {} : { dryRun: dryRuns as Json[] }) };
}

function objectOf(fields: readonly WireField[] | undefined, known: typeof OPTIONS): JsonObject | undefined {
  const entries: [string, Json][] = [];
  for (const field of fields ?? []) {
    const [name, read] = known[field.number] ?? [];
    const value = read?.(field);
    if (name === undefined || value === undefined || entries.some(([other]) => other === name)) return undefined;
    entries.push([name, value]);
  }
  return fields === undefined ? undefined : Object.fromEntries(entries);
}
