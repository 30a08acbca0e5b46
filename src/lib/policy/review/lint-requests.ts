// What is wrong with a rule for requests although it loads: patterns that no request fits, and rules that allow more than was meant.
import { RESOURCE_VERBS } from '../../core/api-request.ts';
import type { ApiMatch, Rule } from '../../core/policy-document.ts';
import { compileGlob, compileTexts, globMatches, overlaps } from '../facts/glob.ts';
import type { Lists } from '../rules/lists.ts';
import type { RuleFinding } from './lint.ts';
import { knownPatterns } from './lint-reach.ts';

/** What people type at kubectl for what the API calls otherwise. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  ...{
    po: 'pods',
    pod: 'pods',
    svc: 'services',
    service: 'services',
    deploy: 'deployments',
    deployment: 'deployments',
  },
  ...{ cm: 'configmaps', configmap: 'configmaps', secret: 'secrets', ns: 'namespaces', namespace: 'namespaces' },
  ...{ no: 'nodes', node: 'nodes', sa: 'serviceaccounts', serviceaccount: 'serviceaccounts', ds: 'daemonsets' },
  ...{ daemonset: 'daemonsets', rs: 'replicasets', replicaset: 'replicasets', sts: 'statefulsets', job: 'jobs' },
  ...{ statefulset: 'statefulsets', cj: 'cronjobs', cronjob: 'cronjobs', ing: 'ingresses', ingress: 'ingresses' },
  ...{ pv: 'persistentvolumes', pvc: 'persistentvolumeclaims', ev: 'events', event: 'events', role: 'roles' },
  ...{ rolebinding: 'rolebindings', crd: 'customresourcedefinitions', hpa: 'horizontalpodautoscalers' },
};

/** Verbs that RBAC has, and that no request has. */
const OF_RIGHTS: Readonly<Record<string, string>> = {
  exec: 'running a program is verb create of resource pods/exec',
  use: 'no request asks for it',
  bind: 'it is a right, which the server looks for when a binding is created',
  escalate: 'it is a right, which the server looks for when a role is changed',
  impersonate: 'a request that speaks for somebody else is refused always',
  approve: 'approving a certificate is verb update of resource certificatesigningrequests/approval',
  apply: 'applying is verb patch, and verb create where there is nothing yet',
  edit: 'editing is verb patch',
  scale: 'scaling is verb update or patch of a resource such as deployments/scale',
};

/** Of a rule for requests on its own, what can never hold. */
export function* unreachableRequests({ match, verdict }: Rule, lists: Lists): Generator<RuleFinding> {
  for (const verb of known(match.verb, lists)) {
    if (RESOURCE_VERBS.some((each) => fits(verb, each))) continue;
    yield never(`no request has the verb "${verb}"`, OF_RIGHTS[verb] ?? `one of ${RESOURCE_VERBS.join(', ')}`);
  }
  for (const resource of known(match.resource, lists)) {
    const [plural = '', ...below] = resource.split('/');
    const name = SHORT_NAMES[plural];
    if (name !== undefined) yield never(`no request is for "${resource}"`, `write ${[name, ...below].join('/')}`);
    else if (/[A-Z]/.test(resource)) yield never(`no request is for "${resource}"`, 'kinds are lower case, and plural');
    else if (verdict === 'allow' && isRefused(resource)) {
      yield never(`"${resource}" is refused, whatever a rule says`, 'remove it');
    } else if (verdict === 'allow' && resource === 'pods/exec') {
      const message = 'an allow of pods/exec covers nothing: what is run is judged by the rules for commands';
      yield {
        severity: 'warning',
        kind: 'unreachable',
        message,
        hint: 'allow the commands, with on: { kind: kubectl }',
      };
    }
  }
  if (
    ofPods(match) &&
    match.verb !== undefined &&
    !WRITES.some((write) => known(match.verb, lists).some((verb) => fits(verb, write)))
  ) {
    yield never('only what is created or changed has pods to look at', 'add verb create, update or patch');
  }
  if (match.pod?.length === 0 && verdict !== 'allow') {
    const message = 'an empty pod means pods that are like nothing special: the harmless ones';
    yield { severity: 'warning', kind: 'over-broad', message, hint: 'name what they must not be like' };
  }
}

const WRITES = ['create', 'update', 'patch'] as const;

const ofPods = ({ pod, image, serviceAccount }: ApiMatch): boolean =>
  pod !== undefined || image !== undefined || serviceAccount !== undefined;

const isRefused = (resource: string): boolean => /^serviceaccounts\/token$|\/proxy$/.test(resource);

/** Of a rule for requests that allows. */
export function* overBroadRequests({ match, verdict }: Rule, lists: Lists): Generator<RuleFinding> {
  if (verdict !== 'allow') return;
  const resources = match.resource === undefined ? ['*'] : known(match.resource, lists);
  const verbs = match.verb === undefined ? [...RESOURCE_VERBS] : known(match.verb, lists);
  const changes = RESOURCE_VERBS.filter((verb) => !READS.has(verb) && verbs.some((glob) => fits(glob, verb)));
  if (changes.length === 0) return;
  if (resources.includes('*') && !ofPods(match)) {
    yield broad('it allows changes of every kind, roles and nodes among them', 'name the kinds in resource');
    return;
  }
  const isPowerful = (resource: string) => POWERFUL.some((each) => overlapsKind(resource, each));
  const powerful = resources.find(isPowerful);
  if (powerful === undefined) return;
  yield broad(
    `whoever changes "${powerful}" can do anything in the cluster`,
    'use verdict ask, so that a person sees each',
  );
}

const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

const POWERFUL = [
  ...['roles.rbac.authorization.k8s.io', 'clusterroles.rbac.authorization.k8s.io', 'nodes'],
  ...['rolebindings.rbac.authorization.k8s.io', 'clusterrolebindings.rbac.authorization.k8s.io'],
  ...['mutatingwebhookconfigurations.admissionregistration.k8s.io', 'customresourcedefinitions.apiextensions.k8s.io'],
  ...['validatingwebhookconfigurations.admissionregistration.k8s.io', 'apiservices.apiregistration.k8s.io'],
  'certificatesigningrequests.certificates.k8s.io/approval',
];

function overlapsKind(pattern: string, kind: string): boolean {
  const { pattern: wanted } = compileGlob(pattern, 'path');
  return overlaps(wanted, kind) || overlaps(wanted, kind.replace(/\.[^/]*/, ''));
}

const fits = (pattern: string, value: string): boolean =>
  compileTexts([pattern]).some((glob) => globMatches(glob, value));

const known = (patterns: readonly string[] | undefined, lists: Lists): readonly string[] =>
  knownPatterns(patterns ?? [], lists);

const never = (message: string, hint: string): RuleFinding => ({
  severity: 'error',
  kind: 'unreachable',
  message,
  hint,
});
const broad = (message: string, hint: string): RuleFinding => ({
  severity: 'warning',
  kind: 'over-broad',
  message,
  hint,
});
