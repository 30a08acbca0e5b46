// What JSON can say, as a type, and which of it has fields.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json;
}

/** True for an object that is no list. */
export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields of an object; none for anything else. */
export const jsonFields = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});
