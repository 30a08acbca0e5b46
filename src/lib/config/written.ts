// Reading a document as it was written, before it is known to have the right types: whatever has the wrong one is empty
// here, and the schema reports it.

export type Mapping = Readonly<Record<string, unknown>>;

const EMPTY: Mapping = Object.freeze(Object.create(null));

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function mapping(value: unknown): Mapping {
  return isMapping(value) ? value : EMPTY;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** One value stands for a list of it. */
export function oneOrMore(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
