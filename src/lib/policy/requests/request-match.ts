// Whether a request to a cluster is one that a rule names. A rule that denies or asks concerns whatever could be meant; a rule that
// allows covers only what surely is.
import { RESOURCE_VERBS } from '../../core/api-request.ts';
import type { ApiMatch, PodTrait } from '../../core/policy-document.ts';
import { compileGlob, compileTexts, type Glob, globMatches } from '../facts/glob.ts';
import { isPlain } from '../facts/unknowns.ts';
import { all, type Match, not } from '../rules/match-result.ts';
import type { PodFacts } from './pod-facts.ts';
import type { RequestFacts } from './request-facts.ts';

export interface CompiledApiMatch {
  /** Those of all verbs that it names. */
  readonly verb: ReadonlySet<string> | undefined;
  readonly resource: readonly Glob[] | undefined;
  readonly namespace: readonly Glob[] | undefined;
  readonly name: readonly Glob[] | undefined;
  readonly pod: readonly PodTrait[] | undefined;
  readonly image: readonly Glob[] | undefined;
  readonly serviceAccount: readonly Glob[] | undefined;
  readonly not: readonly CompiledApiMatch[];
}

/** `spelledOut` puts lists in place of their names. Throws what it throws. */
export function compileApiMatch(
  match: ApiMatch & { readonly not?: readonly ApiMatch[] },
  spelledOut: (patterns: readonly string[]) => readonly string[],
): CompiledApiMatch {
  const { verb, resource, namespace, name, pod, image, serviceAccount } = match;
  const texts = (patterns: readonly string[] | undefined) =>
    patterns === undefined ? undefined : compileTexts(spelledOut(patterns));
  return {
    verb: verbsOf(texts(verb)),
    resource:
      resource === undefined
        ? undefined
        : // As in RBAC, `*` alone is everything there is.
          spelledOut(resource).map((pattern) => compileGlob(pattern, pattern === '*' ? 'text' : 'path')),
    namespace: texts(namespace),
    name: texts(name),
    pod,
    image: texts(image),
    serviceAccount: texts(serviceAccount),
    not: (match.not ?? []).map((each) => compileApiMatch(each, spelledOut)),
  };
}

const verbsOf = (globs: readonly Glob[] | undefined): ReadonlySet<string> | undefined =>
  globs === undefined
    ? undefined
    : new Set(RESOURCE_VERBS.filter((verb) => globs.some((glob) => globMatches(glob, verb, true))));

/**
 * For a rule that denies or asks. `yes`: the request could be about something that the rule names, by its path; `maybe`: the rule speaks
 * of pods, and what those would be like is not known.
 */
export function concernsRequest(match: CompiledApiMatch, facts: RequestFacts): Match {
  if (!isCalled(match, facts) || !mayBe(match.namespace, facts.namespace) || !mayBe(match.name, facts.name))
    return 'no';
  return all([podsConcerned(match, facts.pods), ...match.not.map((each) => not(coversRequest(each, facts)))]);
}

/** For a rule that allows. `yes`: the request is surely about nothing but what the rule names; `maybe`: but for what is not known of pods. */
export function coversRequest(match: CompiledApiMatch, facts: RequestFacts): Match {
  const isNamed =
    match.verb?.has(facts.verb) !== false &&
    facts.isPlain &&
    (saysSo(match.resource, facts.resource) || saysSo(match.resource, facts.qualified)) &&
    surelyIs(match.namespace, facts.namespace) &&
    surelyIs(match.name, facts.name);
  if (!isNamed) return 'no';
  return all([podsCovered(match, facts.pods), ...match.not.map((each) => not(concernsRequest(each, facts)))]);
}

// By any of the names for what it comes to; by any at all, where its own may be anything.
function isCalled({ verb, resource }: CompiledApiMatch, { kin, isPlain: isKnown }: RequestFacts): boolean {
  return kin.some(
    ({ verbs, resources }) =>
      (verb === undefined || verbs.some((each) => verb.has(each))) &&
      (resource === undefined || !isKnown || resources.some((each) => saysSo(resource, each))),
  );
}

/** Of values that stand for themselves. */
const saysSo = (globs: readonly Glob[] | undefined, value: string): boolean =>
  globs === undefined || globs.some((glob) => globMatches(glob, value, true));

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

function podsConcerned({ pod, image, serviceAccount }: CompiledApiMatch, facts: PodFacts): Match {
  if (pod === undefined && image === undefined && serviceAccount === undefined) return 'yes';
  if (facts.state === 'none') return 'no';
  const isKnown = facts.state === 'known';
  const has = (values: readonly string[], globs: readonly Glob[] | undefined): Match => {
    if (globs === undefined || values.some((value) => !isPlain(value) || saysSo(globs, value))) return 'yes';
    return isKnown ? 'no' : 'maybe';
  };
  const hasNone: Match = facts.traits.length > 0 ? 'no' : isKnown ? 'yes' : 'maybe';
  const hasTrait: Match =
    pod?.some((trait) => facts.traits.includes(trait)) === true ? 'yes' : isKnown ? 'no' : 'maybe';
  return all([
    pod === undefined ? 'yes' : pod.length === 0 ? hasNone : hasTrait,
    has(facts.images, image),
    has(facts.serviceAccounts, serviceAccount),
  ]);
}

function podsCovered({ pod, image, serviceAccount }: CompiledApiMatch, facts: PodFacts): Match {
  if (pod === undefined && image === undefined && serviceAccount === undefined) return 'yes';
  if (facts.state === 'none') return 'no';
  const isKnown = facts.state === 'known';
  // In the network of its node, every port of a pod is one of the node's: the server writes them down as such.
  const each = (values: readonly string[], globs: readonly Glob[] | undefined) =>
    globs === undefined ||
    (values.every((value) => isPlain(value) && saysSo(globs, value)) && (values.length > 0 || !isKnown));
  const isCovered =
    (pod === undefined ||
      facts.traits.every((trait) => pod.includes(trait) || (trait === 'host-port' && pod.includes('host-network')))) &&
    each(facts.images, image) &&
    each(facts.serviceAccounts, serviceAccount);
  return isCovered ? (isKnown ? 'yes' : 'maybe') : 'no';
}
