// Whether a request to a cluster is one that a rule names. A rule that denies or asks concerns whatever could be meant; a rule that
// allows covers only what surely is.
import type { ApiMatch } from '../../core/policy-document.ts';
import { compileGlob, compileTexts, type Glob, globMatches } from '../glob.ts';
import type { RequestFacts } from './request-facts.ts';

export interface CompiledApiMatch {
  readonly verb: readonly Glob[] | undefined;
  readonly resource: readonly Glob[] | undefined;
  readonly namespace: readonly Glob[] | undefined;
  readonly name: readonly Glob[] | undefined;
}

/** `spelledOut` puts lists in place of their names. Throws what it throws. */
export function compileApiMatch(
  { verb, resource, namespace, name }: ApiMatch,
  spelledOut: (patterns: readonly string[]) => readonly string[],
): CompiledApiMatch {
  const texts = (patterns: readonly string[] | undefined) =>
    patterns === undefined ? undefined : compileTexts(spelledOut(patterns));
  return {
    verb: texts(verb),
    resource:
      resource === undefined
        ? undefined
        : // As in RBAC, `*` alone is everything there is.
          spelledOut(resource).map((pattern) => compileGlob(pattern, pattern === '*' ? 'text' : 'path')),
    namespace: texts(namespace),
    name: texts(name),
  };
}

/** True where the request could be about something that the rule names. */
export function concernsRequest(match: CompiledApiMatch, facts: RequestFacts): boolean {
  return (
    saysSo(match.verb, facts.verb) &&
    namesResource(match.resource, facts) &&
    mayBe(match.namespace, facts.namespace) &&
    mayBe(match.name, facts.name)
  );
}

/** True where the request is surely about nothing but what the rule names. */
export function coversRequest(match: CompiledApiMatch, facts: RequestFacts): boolean {
  return (
    saysSo(match.verb, facts.verb) &&
    namesResource(match.resource, facts) &&
    surelyIs(match.namespace, facts.namespace) &&
    surelyIs(match.name, facts.name)
  );
}

const saysSo = (globs: readonly Glob[] | undefined, value: string): boolean =>
  globs === undefined || globs.some((glob) => globMatches(glob, value));

function namesResource(globs: readonly Glob[] | undefined, { resource, qualified }: RequestFacts): boolean {
  return saysSo(globs, resource) || saysSo(globs, qualified);
}

type Part = RequestFacts['namespace'];

/** What belongs to no namespace is in none, whatever the pattern; all of them together hold each. */
function mayBe(globs: readonly Glob[] | undefined, part: Part): boolean {
  if (globs === undefined || part === 'any') return true;
  return part !== 'none' && saysSo(globs, part.is);
}

function surelyIs(globs: readonly Glob[] | undefined, part: Part): boolean {
  if (globs === undefined || globs.some(({ source }) => source === '*')) return true;
  return typeof part === 'object' && saysSo(globs, part.is);
}
