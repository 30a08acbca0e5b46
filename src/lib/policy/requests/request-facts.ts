// A request to a cluster in the words that rules match.
import type { ResourceSubject } from '../../core/api-request.ts';

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
  /** `none`: it has none; `any`: it may be one or all of them. */
  readonly namespace: { readonly is: string } | 'none' | 'any';
  readonly name: { readonly is: string } | 'none' | 'any';
  /** The server is asked to change nothing. */
  readonly isDryRun: boolean;
}

export interface BodyFacts {
  /** `metadata.name` of what is to be created; null where the server will choose one. */
  readonly name: string | null;
}

/** Of a request for an object or several. `body`: of what was sent along, where it was read. */
export function requestFacts(
  subject: ResourceSubject,
  { isDryRun, body }: { readonly isDryRun: boolean; readonly body?: BodyFacts },
): RequestFacts {
  const { verb, group, resource: plural, subresource } = subject;
  const below = subresource === null ? '' : `/${subresource}`;
  const isMany = verb === 'list' || verb === 'watch' || verb === 'deletecollection';
  const name = subject.name ?? (verb === 'create' ? (body?.name ?? null) : null);
  return {
    verb,
    group,
    plural,
    subresource,
    resource: `${plural}${below}`,
    qualified: `${group === '' ? plural : `${plural}.${group}`}${below}`,
    // A list without a namespace is one of all namespaces, or of objects that have none: the path does not say.
    namespace: subject.namespace !== null ? { is: subject.namespace } : isMany ? 'any' : 'none',
    name: name === null ? 'any' : { is: name },
    isDryRun,
  };
}
