// How helm keeps a release in a Secret: JSON, as gzip, as base64, which the API has as base64 once more (helm.sh/helm/v3,
// pkg/storage/driver). Pure.
import { gunzipSync, gzipSync } from 'node:zlib';
import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
import { NotStrict, readStrictJson, strictText } from '../../request/strict-json.ts';

export const RELEASE_TYPE = 'helm.sh/release.v1';
/** A Secret holds 1 MiB, and the largest charts unpack to some five; everybody waits while one is read. */
const UNPACKED_MAX_BYTES = 8 * 1024 * 1024;

/** `data.release` of a Secret of helm's, as the API has it; undefined for every other object. */
export function releaseIn(object: Json | undefined): string | undefined {
  if (!isJsonObject(object) || object.type !== RELEASE_TYPE || !isJsonObject(object.data)) return undefined;
  const { release } = object.data;
  return typeof release === 'string' ? release : undefined;
}

/** Undefined for what is no release, or one that other readers could take for something else. */
export function unpackRelease(data: string): JsonObject | undefined {
  try {
    const packed = Buffer.from(Buffer.from(data, 'base64').toString('latin1'), 'base64');
    const bytes = gunzipSync(packed, { maxOutputLength: UNPACKED_MAX_BYTES });
    const release = readStrictJson(strictText(bytes));
    return isJsonObject(release) ? release : undefined;
  } catch (error) {
    if (error instanceof NotStrict || isOfZlib(error)) return undefined;
    throw error;
  }
}

export function packRelease(release: JsonObject): string {
  const packed = gzipSync(JSON.stringify(release), { level: 1 }).toString('base64');
  return Buffer.from(packed).toString('base64');
}

const isOfZlib = (error: unknown): boolean =>
  ['Z_', 'ERR_BUFFER_TOO_LARGE'].some((code) => String((error as NodeJS.ErrnoException).code).startsWith(code));
