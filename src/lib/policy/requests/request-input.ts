// A request as rules' tests write it: `delete pods/web -n default`, `create deployments.apps -n shop --pod=privileged`. Read strictly: a
// test that could mean two things tests nothing.
import { RESOURCE_VERBS, type ResourceSubject, type ResourceVerb } from '../../core/api-request.ts';
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { POD_TRAITS, type PodTrait } from '../../core/policy-document.ts';
import { NO_PODS, type PodFacts } from './pod-facts.ts';
import { bringsPods } from './pod-kinds.ts';
import { type RequestFacts, requestFacts } from './request-facts.ts';

/** What may stand between a kind and a name; a single word after the slash that is none of these is a name. */
const SUBRESOURCES = new Set(
  `approval attach binding ephemeralcontainers eviction exec finalize finalizers log portforward proxy resize scale status
    token`.split(/\s+/),
);
const ONE: readonly string[] = ['get', 'update', 'patch', 'delete'];
const KIND = /^([a-z][a-z0-9-]*)(?:\.([a-z0-9][a-z0-9.-]*[a-z0-9]))?$/;
const NAME = /^[a-z0-9A-Z]([a-zA-Z0-9.:_-]*[a-zA-Z0-9])?$/;

/** The facts of the request. Throws `bad-request-input` (64). */
export function readRequestInput(input: string): RequestFacts {
  const [verb = '', what = '', ...options] = input.trim().split(/\s+/);
  if (!isVerb(verb)) throw bad(`"${verb}" is no verb of a request`, `one of ${RESOURCE_VERBS.join(', ')}`);
  const { namespace, isDryRun, pods } = readOptions(options);
  const subject: ResourceSubject = { kind: 'resource', verb, version: 'v1', namespace, ...readWhat(what) };
  checkName(subject);
  const holds = bringsPods(subject) !== 'never';
  if (!holds && pods !== undefined) throw bad(`no pods come of "${verb} ${what}"`, 'leave out what they are like');
  const request = { subject, method: 'POST', path: '/', query: [] } as const;
  const facts = requestFacts(subject, { request, object: undefined, isDryRun, isApply: false });
  return holds ? { ...facts, pods: pods ?? PLAIN } : facts;
}

const PLAIN: PodFacts = { ...NO_PODS, state: 'known', serviceAccounts: ['default'] };

const isVerb = (word: string): word is ResourceVerb => RESOURCE_VERBS.some((verb) => verb === word);

function readWhat(what: string): Pick<ResourceSubject, 'group' | 'resource' | 'subresource' | 'name'> {
  const [kind = '', ...below] = what.split('/');
  const [, resource, group = ''] = KIND.exec(kind) ?? [];
  if (resource === undefined) throw bad(`"${kind}" is no kind of object`, 'write it plural, as in deployments.apps');
  const [first, second, ...more] = below;
  const isBelow = first !== undefined && SUBRESOURCES.has(first);
  const name = isBelow ? second : first;
  if (more.length > 0 || (!isBelow && second !== undefined)) {
    throw bad(`"${what}" has too many parts`, 'write kind/subresource/name');
  }
  if (name !== undefined && !NAME.test(name)) throw bad(`"${name}" is no name`, 'write kind/subresource/name');
  return { resource, group, subresource: isBelow ? first : null, name: name ?? null };
}

function checkName({ verb, resource, name }: ResourceSubject): void {
  if (ONE.includes(verb) && name === null) {
    throw bad(
      `"${verb}" is of one object`,
      `name it: ${verb} ${resource}/NAME; of several, the verb is list, watch or deletecollection`,
    );
  }
  if (verb !== 'create' && !ONE.includes(verb) && name !== null)
    throw bad(`"${verb}" is of several objects`, 'leave out the name');
}

interface Options {
  readonly namespace: string | null;
  readonly isDryRun: boolean;
  readonly pods: PodFacts | undefined;
}

function readOptions(words: readonly string[]): Options {
  let namespace: string | null = null;
  let isDryRun = false;
  let pods: PodFacts | undefined;
  const seen = new Set<string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const [, option = word, value = ''] = /^(--[a-z-]+)=(.+)$/.exec(word) ?? [];
    const key = option === '-A' ? '-n' : option;
    if (seen.has(key)) throw bad(`"${option}" is given twice`, 'give it once');
    seen.add(key);
    if (word === '-n') namespace = namespaceOf(words[++at]);
    else if (word === '--dry-run') isDryRun = true;
    else if (option === '--pod') pods = { ...(pods ?? PLAIN), traits: value.split(',').map(traitOf) };
    else if (option === '--image') pods = { ...(pods ?? PLAIN), images: value.split(',') };
    else if (option === '--service-account') pods = { ...(pods ?? PLAIN), serviceAccounts: value.split(',') };
    else if (word !== '-A')
      throw bad(`nobody knows "${word}"`, 'one of -n, -A, --dry-run, --pod=, --image=, --service-account=');
  }
  return { namespace, isDryRun, pods };
}

function namespaceOf(word: string | undefined): string {
  if (word === undefined || !NAME.test(word)) throw bad('after -n comes a namespace', 'write -n NAMESPACE');
  return word;
}

function traitOf(word: string): PodTrait {
  const trait = POD_TRAITS.find((each) => each === word);
  if (trait === undefined) throw bad(`"${word}" is nothing that a pod is like`, `one of ${POD_TRAITS.join(', ')}`);
  return trait;
}

const bad = (message: string, hint: string): BrokerError =>
  new BrokerError({ code: 'bad-request-input', exit: EXIT.usage, message, hint });
