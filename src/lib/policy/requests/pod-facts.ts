// What the pods would be like that a write brings about: found by what is written, wherever it stands in the object, so that templates,
// lists and custom kinds need no paths of their own. Whatever is there is found; what may be there as well is said to be unknown.
import type { ResourceSubject } from '../../core/api-request.ts';
import type { PodTrait } from '../../core/policy-document.ts';
import { fieldOf } from './field-of.ts';
import { bringsPods, changesNoPods } from './pod-kinds.ts';
import { traitOf } from './pod-traits.ts';

export interface PodFacts {
  /** `none`: no pod comes of it; `known`: everything about them; `unknown`: what was found, and perhaps more. */
  readonly state: 'none' | 'known' | 'unknown';
  readonly traits: readonly PodTrait[];
  readonly images: readonly string[];
  readonly serviceAccounts: readonly string[];
}

export const NO_PODS: PodFacts = { state: 'none', traits: [], images: [], serviceAccounts: [] };

/** Values that are looked at. A manifest of 3 MiB may hold more; those of people hold hundreds. */
const MAX_VALUES = 100_000;

/**
 * Of what a request would write. `isWhole`: `object` is what would be there, not what was sent; a patch that was sent leaves open what
 * else there is.
 */
export function podsOf(subject: ResourceSubject, object: unknown, isWhole: boolean): PodFacts {
  const kind = bringsPods(subject);
  if (kind === 'never') return NO_PODS;
  const isObject = typeof object === 'object' && object !== null;
  if (!isObject) return { ...NO_PODS, state: 'unknown' };
  const isPatch = subject.verb === 'patch' && !isWhole;
  if (isPatch && changesNoPods(object)) return NO_PODS;
  const { hasContainers, isCut, ...all } = search(isPatch ? asFields(object) : object, !isPatch);
  // Where a pod runs already is nothing that a change of it asks for.
  const isChange = subject.resource === 'pods' && subject.verb !== 'create';
  const found = isChange ? { ...all, traits: all.traits.filter((trait) => trait !== 'node-name') } : all;
  const isNothing = !hasContainers && found.traits.length + found.images.length + found.serviceAccounts.length === 0;
  if (kind === 'by-shape' && isNothing && !isCut && !copies(object)) return NO_PODS;
  // A pod without a container is none that the server takes: it reads it in another way than this does.
  const isOdd = kind === 'always' && !hasContainers && subject.resource !== 'persistentvolumes';
  return { state: isPatch || isCut || isOdd ? 'unknown' : 'known', ...found };
}

interface Found extends Omit<PodFacts, 'state'> {
  readonly hasContainers: boolean;
  readonly isCut: boolean;
}

function search(root: object, isWhole: boolean): Found {
  const traits = new Set<PodTrait>();
  const images = new Set<string>();
  const serviceAccounts = new Set<string>();
  let hasContainers = false;
  const rest: unknown[] = [root];
  let left = MAX_VALUES;
  while (rest.length > 0 && left > 0) {
    const value = rest.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (isUsualToken(value)) continue;
    const fields: readonly (readonly [string, unknown])[] = Array.isArray(value)
      ? value.map((each: unknown) => ['', each] as const)
      : Object.entries(value);
    left -= fields.length + 1;
    const isPod = fields.some(([key, inner]) => CONTAINERS.has(key) && Array.isArray(inner));
    const hasMetadata = fields.some(([key]) => key === 'metadata');
    if (isPod) hasContainers = true;
    for (const [key, inner] of fields) {
      const trait = traitOf(key, inner);
      if (trait !== undefined) traits.add(trait);
      if (key === 'image') images.add(imageOf(inner));
      if (ACCOUNTS.has(key) && typeof inner === 'string') serviceAccounts.add(inner);
      // Texts of the client's own, and what the server says of how it is: no part of what is asked for.
      if (!NAMES_OF_ANYTHING.has(key) && !(key === 'status' && hasMetadata)) rest.push(inner);
    }
    const named = fields.some(([key, inner]) => ACCOUNTS.has(key) && inner !== '' && inner !== null);
    if (isPod && isWhole && !named) serviceAccounts.add('default');
  }
  images.delete('');
  serviceAccounts.delete('');
  return {
    traits: [...traits],
    images: [...images],
    serviceAccounts: [...serviceAccounts],
    hasContainers,
    isCut: rest.length > 0,
  };
}

const CONTAINERS = new Set(['containers', 'initContainers', 'ephemeralContainers']);
/** The newer field, and the older. */
const ACCOUNTS = new Set(['serviceAccountName', 'serviceAccount']);

/** Mappings whose keys are anybody's to choose. */
const NAMES_OF_ANYTHING = new Set(['labels', 'annotations', 'matchLabels', 'nodeSelector', 'managedFields']);

/**
 * The volume that the server adds to every pod (k8s.io/kubernetes, plugin/pkg/admission/serviceaccount): a token for the server itself,
 * its certificate, and the name of the namespace.
 */
function isUsualToken(volume: object): boolean {
  const name = fieldOf(volume, 'name');
  const sources = fieldOf(fieldOf(volume, 'projected'), 'sources');
  if (typeof name !== 'string' || !name.startsWith('kube-api-access-') || !Array.isArray(sources)) return false;
  return sources.every((source: unknown) => {
    if (typeof source !== 'object' || source === null) return false;
    const isPlain = Object.keys(source).every((key) => USUAL_SOURCES.has(key));
    return isPlain && fieldOf(fieldOf(source, 'serviceAccountToken'), 'audience') === undefined;
  });
}

const USUAL_SOURCES = new Set(['serviceAccountToken', 'configMap', 'downwardAPI']);

/** Of a container, or of a volume that is an image. */
function imageOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const reference: unknown = typeof value === 'object' && value !== null && 'reference' in value ? value.reference : '';
  return typeof reference === 'string' ? reference : '';
}

// `{op: add, path: /spec/hostNetwork, value: true}` is the field `hostNetwork`.
function asFields(patch: object): object {
  if (!Array.isArray(patch)) return patch;
  return patch.map((step: unknown) => {
    if (typeof step !== 'object' || step === null || !('path' in step) || !('value' in step)) return {};
    if (fieldOf(step, 'op') === 'test') return {};
    const key = String(step.path).slice(String(step.path).lastIndexOf('/') + 1);
    // The place of a container or volume in its list says nothing.
    return { [/^(\d+|-)$/.test(key) ? '' : key]: step.value };
  });
}

// A step that takes what it writes from elsewhere.
function copies(patch: object): boolean {
  return (
    Array.isArray(patch) && patch.some((step: unknown) => typeof step === 'object' && step !== null && 'from' in step)
  );
}
