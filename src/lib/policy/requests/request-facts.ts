// A request to a cluster in the words that rules match.
import type { ApiRequest, ResourceSubject } from '../../core/api-request.ts';
import { isPlain } from '../facts/unknowns.ts';
import { fieldOf } from './field-of.ts';
import { NO_PODS, type PodFacts, podsOf } from './pod-facts.ts';
import { type Kin, kinOf } from './request-kin.ts';

export interface RequestFacts {
  readonly verb: ResourceSubject['verb'];
  /** `pods`, `pods/log`. */
  readonly resource: string;
  /** The same with its group: `deployments.apps`, `deployments.apps/scale`; as it stands above for the core group. */
  readonly qualified: string;
  readonly group: string;
  /** Without the subresource. */
  readonly plural: string;
  readonly subresource: string | null;
  /** False where these have characters that stand for others in a pattern: then it may be of any kind. */
  readonly isPlain: boolean;
  /** `none`: it has none; `any`: it may be one or all of them. */
  readonly namespace: { readonly is: string } | 'none' | 'any';
  readonly name: { readonly is: string } | 'none' | 'any';
  /** The server is asked to change nothing. */
  readonly isDryRun: boolean;
  /** What else it comes to; the first is what it is. Rules that deny or ask concern each of them. */
  readonly kin: readonly Kin[];
  /** What the pods would be like that it brings about, now or later. */
  readonly pods: PodFacts;
  /** `type` of what would be there, as Secrets have one. */
  readonly objectType: string | null;
}

/** What was asked, with what is known of the object. */
export interface AskedRequest {
  readonly request: ApiRequest;
  /** What is sent along, or what would be there afterwards; undefined for none. Parsed JSON of any shape. */
  readonly object: unknown;
  /** The server will surely change nothing; the query alone does not say so. */
  readonly isDryRun: boolean;
  /** True where the server itself said what would be there afterwards: then nothing of the object is unknown. */
  readonly isResult?: boolean;
  /** Whether it is a server-side apply, which may create; absent: not known. */
  readonly isApply?: boolean;
}

/** Of a request for an object or several. */
export function requestFacts(subject: ResourceSubject, asked: AskedRequest): RequestFacts {
  const { verb, group, resource: plural, subresource } = subject;
  const { object, isDryRun, isResult = false } = asked;
  const below = subresource === null ? '' : `/${subresource}`;
  const isMany = verb === 'list' || verb === 'watch' || verb === 'deletecollection';
  const qualified = `${group === '' ? plural : `${plural}.${group}`}${below}`;
  const name = subject.name ?? (verb === 'create' ? nameIn(object, isResult) : null);
  return {
    verb,
    group,
    plural,
    subresource,
    resource: `${plural}${below}`,
    qualified,
    isPlain: isPlain(qualified),
    // A list without a namespace is one of all namespaces, or of objects that have none: the path does not say.
    namespace: subject.namespace !== null ? known(subject.namespace) : isMany ? 'any' : 'none',
    name: name === null ? 'any' : known(name),
    isDryRun,
    kin: kinOf(subject, asked),
    pods: isDryRun ? NO_PODS : podsOf(subject, object, isResult),
    objectType: textAt(object, 'type'),
  };
}

// What a pattern's own markers are made of is in no name: it may be any.
const known = (text: string): { readonly is: string } | 'any' => (isPlain(text) ? { is: text } : 'any');

/** `metadata.name` of what is to be created; null where the server will choose one: in a dry run it chose another. */
function nameIn(object: unknown, isResult: boolean): string | null {
  const metadata = fieldOf(object, 'metadata');
  return isResult && textAt(metadata, 'generateName') !== null ? null : textAt(metadata, 'name');
}

function textAt(value: unknown, key: string): string | null {
  const found = fieldOf(value, key);
  return typeof found === 'string' && found !== '' ? found : null;
}
