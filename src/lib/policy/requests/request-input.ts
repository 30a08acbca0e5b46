// A request as people write it, for tests of rules and for `policy check`: `delete pods/web -n default`, `create deployments.apps -n shop
// --pod=privileged`, `exec pods/web -n shop -i -- ls /`. Read strictly: what could mean two things tests nothing.
import { type ApiRequest, RESOURCE_VERBS, type ResourceSubject, type ResourceVerb } from '../../core/api-request.ts';
import type { PodFacts } from './pod-facts.ts';
import { bringsPods } from './pod-kinds.ts';
import { type RequestFacts, requestFacts } from './request-facts.ts';
import { badInput, type InputOptions, PLAIN_PODS, readOptions } from './request-options.ts';

export interface RequestInput {
  readonly request: ApiRequest & { readonly subject: ResourceSubject };
  readonly facts: RequestFacts;
}

/** What may stand between a kind and a name; a single word after the slash that is none of these is a name. */
const SUBRESOURCES = new Set(
  `approval attach binding ephemeralcontainers eviction exec finalize finalizers log portforward proxy resize scale status
    token`.split(/\s+/),
);
const OF_ONE: readonly string[] = ['get', 'update', 'patch', 'delete'];
const KIND = /^([a-z][a-z0-9-]*)(?:\.([a-z0-9][a-z0-9.-]*[a-z0-9]))?$/;
const NAME = /^[a-z0-9A-Z]([a-zA-Z0-9.:_-]*[a-zA-Z0-9])?$/;

/** The request and its facts. Throws `bad-request-input` (64). */
export function readRequestInput([word = '', what = '', ...more]: readonly string[]): RequestInput {
  const isExec = word === 'exec';
  const verb = isExec ? 'create' : word;
  if (!isVerb(verb))
    throw badInput(`"${word}" is no verb of a request`, `one of ${RESOURCE_VERBS.join(', ')}, or exec`);
  const options = readOptions(more);
  const { resource, ...of } = readWhat(what);
  const subject: ResourceSubject = {
    ...{ kind: 'resource', verb, version: 'v1', namespace: options.namespace, resource, ...of },
    ...(isExec ? { subresource: 'exec' } : {}),
  };
  const isOfPod = resource === 'pods' && of.group === '' && of.subresource === null && of.name !== null;
  if (isExec && !isOfPod) throw badInput(`"${what}" runs no program`, 'write exec pods/NAME');
  checkName(subject);
  return withFacts(subject, options, { isExec: isExec || subject.subresource === 'exec', what });
}

function withFacts(
  subject: ResourceSubject,
  options: InputOptions,
  { isExec, what }: { readonly isExec: boolean; readonly what: string },
): RequestInput {
  const { command, isTyped, isTerminal, isDryRun, pods } = options;
  if (!isExec && (command !== undefined || isTyped || isTerminal)) {
    throw badInput(`"${subject.verb} ${what}" runs no program`, 'leave out -i, -t and what stands after --');
  }
  const bringsThem = bringsPods(subject) !== 'never' && !isDryRun;
  if (!bringsThem && pods !== undefined) {
    throw badInput(`no pods come of "${subject.verb} ${what}"`, 'leave out what they are like');
  }
  const query = [
    ...(command ?? []).map((word) => ['command', word] as const),
    ...(isTyped ? [['stdin', 'true'] as const] : []),
    ...(isTerminal ? [['tty', 'true'] as const] : []),
  ];
  const request = { subject, method: 'POST', path: '/', query } as const;
  const facts = requestFacts(subject, { request, object: undefined, isDryRun, isApply: false });
  const known: PodFacts = pods ?? PLAIN_PODS;
  return { request, facts: bringsThem ? { ...facts, pods: known } : facts };
}

const isVerb = (word: string): word is ResourceVerb => RESOURCE_VERBS.some((verb) => verb === word);

function readWhat(what: string): Pick<ResourceSubject, 'group' | 'resource' | 'subresource' | 'name'> {
  const [kind = '', ...below] = what.split('/');
  const [, resource, group = ''] = KIND.exec(kind) ?? [];
  if (resource === undefined)
    throw badInput(`"${kind}" is no kind of object`, 'write it plural, as in deployments.apps');
  const [first, second, ...more] = below;
  const isBelow = first !== undefined && SUBRESOURCES.has(first);
  const name = isBelow ? second : first;
  if (more.length > 0 || (!isBelow && second !== undefined)) {
    throw badInput(`"${what}" has too many parts`, 'write kind/subresource/name');
  }
  if (name !== undefined && !NAME.test(name)) throw badInput(`"${name}" is no name`, 'write kind/subresource/name');
  return { resource, group, subresource: isBelow ? first : null, name: name ?? null };
}

function checkName({ verb, resource, name }: ResourceSubject): void {
  const isOfOne = OF_ONE.includes(verb);
  if (isOfOne && name === null) {
    const hint = `name it: ${verb} ${resource}/NAME; of several, the verb is list, watch or deletecollection`;
    throw badInput(`"${verb}" is of one object`, hint);
  }
  if (verb !== 'create' && !isOfOne && name !== null)
    throw badInput(`"${verb}" is of several objects`, 'leave out the name');
}
