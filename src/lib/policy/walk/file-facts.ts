// The files that one command reads, writes and removes, as facts. Every rule about paths looks at every one of them, so
// their number is bounded: a command that names more than is looked at may mean any file.
import type { Effects } from '../effects/effect.ts';
import type { Field, PathFact } from '../facts/facts.ts';
import { pathFacts } from '../facts/paths.ts';
import { ANYWHERE, isPlain } from '../facts/unknowns.ts';
import type { Scope } from './scope.ts';
import { type Call, note, type Walk } from './walk.ts';

export interface FileFacts {
  readonly reads: readonly PathFact[];
  readonly writes: readonly PathFact[];
  readonly removes: readonly PathFact[];
}

/** A pattern costs a rule about as much as so many plain paths. */
const PATTERN_COST = 16;

/** What the command's redirections, its arguments and its code name. */
export function fileFacts(
  walk: Walk,
  scope: Scope,
  call: Call,
  effects: Effects,
  own: { readonly reads?: readonly Field[]; readonly writes?: readonly Field[] },
): FileFacts {
  const { place } = scope;
  const recursive = effects.recursive === true;
  const named = [
    effects.reads,
    effects.mentions,
    effects.obeys,
    own.reads,
    effects.writes,
    own.writes,
    effects.removes,
  ];
  const cost = named.reduce((sum, fields) => sum + costOf(fields), 0);
  walk.budget.files -= cost;
  if (walk.budget.files < 0 && cost > 0) {
    note(walk, 'more files than are looked at', call.text);
    const any: PathFact = { forms: [ANYWHERE], recursive: true, by: 'argument' };
    return { reads: [...call.reads, any], writes: [...call.writes, any], removes: [any] };
  }
  const files = (fields: readonly Field[] = []): PathFact[] =>
    fields.flatMap(({ value, found }) =>
      pathFacts(value, place, { recursive, by: 'argument', ...(found === true ? { found } : {}) }),
    );
  // Settings it obeys wherever they are matter where they are elsewhere.
  const elsewhere = files(effects.obeys).filter(
    ({ forms: [path = ''] }) => !path.startsWith(`${place.start ?? place.cwd}/`),
  );
  return {
    reads: [
      ...call.reads,
      ...files(effects.reads),
      // A program that nobody knows may read what it is given.
      ...files(effects.mentions).map((file) => ({ ...file, unlikely: true })),
      ...elsewhere,
      ...files(own.reads),
    ],
    writes: [...call.writes, ...files(effects.writes), ...files(own.writes)],
    removes: files(effects.removes),
  };
}

function costOf(fields: readonly Field[] = []): number {
  return fields.reduce((sum, { value }) => sum + (isPlain(value) ? 1 : PATTERN_COST), 0);
}
