// Which kinds masks can carry: what stands before the fingerprint in `[github-token:3f2a]`.
import type { CompiledRules } from './finding/compiled-rules.ts';
import type { Needle } from './known/known-values.ts';
import type { Kind } from './rule.ts';

/** What rules that read on by a machine say of a value beside their own kind. */
const OF_MACHINES: readonly Kind[] = ['password', 'named-secret'];

/** All kinds of a session's masks, those of its own rules and known values, too. */
export const maskKinds = (rules: CompiledRules, known: readonly Needle[]): ReadonlySet<Kind> =>
  new Set([...rules.rules.map(({ kind }) => kind), ...known.map(({ kind }) => kind), ...OF_MACHINES]);
