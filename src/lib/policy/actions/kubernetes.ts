// kubectl and its kin as text, for targets where they run inside a shell.
import type { Field } from '../facts/facts.ts';
import { type Option, type OptionSpec, parseOptions } from '../facts/options.ts';
import type { CommandFact } from './index.ts';
import { lookActions } from './kubernetes-look.ts';

/** Every action this file names. */
export const KUBERNETES_ACTIONS: readonly string[] = [
  'kubernetes.delete-critical',
  'kubernetes.delete-many',
  'kubernetes.delete-listed',
  'kubernetes.exec',
  'kubernetes.identity',
  'kubernetes.look',
  'kubernetes.nodes',
  'kubernetes.remote-manifest',
  'kubernetes.rights',
  'kubernetes.runs',
  'kubernetes.secrets',
  'kubernetes.stop',
  'kubernetes.write',
];

const KUBECTL = /^(kubectl|oc|k|kubecolor|kubectl[-_.]?v?\d[\w.-]*)(\.exe)?$/;
/** `k3s kubectl …`, `microk8s.kubectl`, `minikube kubectl -- …`. */
const BEHIND = /^(k3s|microk8s|k0s|minikube|rke2|rancher|kubectl-\w+|snap)$/;

const GLOBAL: OptionSpec = {
  short: 'nsflocLkp',
  long: `namespace context cluster user server kubeconfig token as as-group as-uid filename selector output request-timeout
    certificate-authority client-certificate client-key field-selector container patch patch-file type kustomize raw overrides
    image labels replicas grace-period tail since template sort-by cache-dir profile-output v tls-server-name field-manager
    subresource serviceaccount clusterrole role verb resource resource-name user group from-literal from-file from-env-file
    timeout password username log-file`.split(/\s+/),
};
const READS = new Set(
  'get describe logs top explain api-resources api-versions version cluster-info events diff wait'.split(' '),
);
const SECRET = /^(secrets?|sec|sealedsecrets?|externalsecrets?)([./].*)?$/i;
const CRITICAL =
  /^(ns|namespaces?|project|projects|no|nodes?|crds?|customresourcedefinitions?|pvc?|persistentvolume(claim)?s?|sc|storageclass(es)?|clusterroles?|clusterrolebindings?|roles?|rolebindings?|serviceaccounts?|sa|validatingwebhookconfigurations?|mutatingwebhookconfigurations?|apiservices?|csr|certificatesigningrequests?|networkpolic(y|ies)|netpol|podsecuritypolic(y|ies)|psp|priorityclass(es)?|all)([./].*)?$/i;
const RIGHTS =
  /^(clusterroles?|clusterrolebindings?|roles?|rolebindings?|serviceaccounts?|sa|token|csr|certificatesigningrequests?|podsecuritypolic(y|ies)|psp|validatingwebhookconfigurations?|mutatingwebhookconfigurations?|apiservices?)([./].*)?$/i;
/** Words of manifests and patches that give rights or open the node. */
const RIGHTS_TEXT =
  /clusterrole|rolebinding|["']?kind["']?\s*:\s*["']?(role|serviceaccount|secret|podsecuritypolicy|(validating|mutating)webhookconfiguration|daemonset)|privileged|hostpath|hostpid|hostnetwork|hostipc|serviceaccountname|cluster-admin|cap_sys|sys_admin|allowprivilegeescalation|docker\.sock|system:(masters|anonymous|unauthenticated)/i;

const OWN_VERBS = new Set(
  `get describe logs top explain api-resources api-versions version cluster-info events diff wait rollout expose autoscale
    options completion help alpha kustomize status new-project project projects new-app start-build process tag import-image
    whoami idle image registry secrets`.split(/\s+/),
);

/** `kubernetes.…`: what the command changes, runs, reveals, or pretends to be. */
export function kubernetesActions(command: CommandFact): string[] {
  const { name, stdin } = command;
  const args = argsOfKubectl(name, command.args);
  if (args === undefined) return /^kubectl-[a-z]/.test(name) ? ['kubernetes.runs'] : [];
  const { operands, options } = parseOptions(args, GLOBAL);
  const words = operands.map(({ value }) => value);
  const [verb = '', ...rest] = words;
  const kinds = rest.flatMap((word) => word.split(','));
  const found = new Set<string>();
  if (options.some(changesIdentity) || command.env.some((each) => each.name === 'KUBECONFIG'))
    found.add('kubernetes.identity');
  const raw = options.find(({ name: option }) => option.startsWith('--raw'));
  if ((verb !== 'explain' && kinds.some((kind) => SECRET.test(kind))) || readsSecrets(verb, rest, options))
    found.add('kubernetes.secrets');
  if (raw !== undefined && verb !== 'config') {
    const path = raw.value?.value ?? '';
    if (
      /secrets/i.test(path) ||
      !/^\/?(healthz|livez|readyz|version|metrics|api|apis|openapi)(\/|\?|$)/.test(path) ||
      raw.value?.exact !== true
    )
      found.add('kubernetes.secrets');
    if (verb !== 'get') found.add('kubernetes.rights');
    if (/(exec|attach|portforward|proxy|token)\b/.test(path)) found.add('kubernetes.exec');
  }
  for (const action of verbActions(verb, rest, kinds, options, args)) found.add(action);
  const text = [...args.map(({ value }) => value), stdin.kind === 'text' ? stdin.text : ''].join('\n');
  if (/^(apply|create|replace|patch|set|run|debug|label|annotate)$/.test(verb)) {
    if (RIGHTS_TEXT.test(text)) found.add('kubernetes.rights');
    const files = options.filter(({ name: option }) => /^(-[fk]|--filename|--kustomize)$/.test(option));
    if (
      files.some(
        ({ value }) => /^https?:|^git/.test(value?.value ?? '') || (value?.value === '-' && stdin.kind === 'pipe'),
      )
    )
      found.add('kubernetes.remote-manifest');
  }
  if (!READS.has(verb) && ![...found].some((action) => action !== 'kubernetes.identity')) found.add('kubernetes.write');
  for (const action of found.size === 0 ? lookActions(verb, rest, options, args) : []) found.add(action);
  return [...found];
}

function argsOfKubectl(name: string, args: readonly Field[]): readonly Field[] | undefined {
  if (KUBECTL.test(name) || /^(microk8s|k3s|k0s)\.kubectl$/.test(name)) return args;
  if (!BEHIND.test(name)) return undefined;
  const at = args.findIndex(({ value }) => value === 'kubectl');
  return at === -1 ? undefined : args.slice(at + 1).filter(({ value }, index) => !(index === 0 && value === '--'));
}

function changesIdentity({ name, value }: Option): boolean {
  if (name === '-s') return true;
  if (name === '--user' || name === '--as') return true;
  return [
    '--as-group',
    '--as-uid',
    '--token',
    '--server',
    '--kubeconfig',
    '--client-certificate',
    '--client-key',
    '--certificate-authority',
    '--insecure-skip-tls-verify',
    '--tls-server-name',
    '--username',
    '--password',
  ].some((option) => name === option && value?.value !== '');
}

function readsSecrets(verb: string, rest: readonly string[], options: readonly Option[]): boolean {
  if (verb === 'config')
    return rest[0] === 'view' && options.some(({ name }) => name.startsWith('--raw') || name.startsWith('--fl'));
  return (
    (verb === 'create' && rest[0] === 'token') ||
    (verb === 'extract' && rest.length > 0) ||
    (verb === 'whoami' && options.some(({ name }) => name === '-t'))
  );
}

function verbActions(
  verb: string,
  rest: readonly string[],
  kinds: readonly string[],
  options: readonly Option[],
  args: readonly Field[],
): string[] {
  const has = (...names: string[]) => options.some(({ name }) => names.includes(name));
  switch (verb) {
    case 'exec':
    case 'attach':
    case 'cp':
    case 'port-forward':
    case 'debug':
    case 'proxy':
    case 'run':
    case 'rsh':
    case 'rsync':
      return ['kubernetes.exec'];
    case 'edit':
      return ['kubernetes.runs', ...(kinds.some((kind) => RIGHTS.test(kind)) ? ['kubernetes.rights'] : [])];
    case 'plugin':
    case 'krew':
      return rest[0] === 'list' || rest[0] === 'search' || rest[0] === 'info' ? [] : ['kubernetes.runs'];
    case 'delete': {
      const isBulk =
        has('--all', '-A', '--all-namespaces', '-l', '--selector', '--field-selector', '--raw') ||
        kinds.length > 6 ||
        args.some(({ many }) => many);
      const isListed = has('-f', '--filename', '-k', '--kustomize');
      return [
        'kubernetes.write',
        ...(kinds.some((kind) => CRITICAL.test(kind)) ? ['kubernetes.delete-critical'] : []),
        ...(isBulk ? ['kubernetes.delete-many'] : []),
        ...(isListed ? ['kubernetes.delete-listed'] : []),
      ];
    }
    case 'drain':
    case 'cordon':
    case 'taint':
      return ['kubernetes.nodes'];
    case 'certificate':
    case 'adm':
    case 'policy':
      return ['kubernetes.rights'];
    case 'auth':
      return rest[0] === 'can-i' || rest[0] === 'whoami' ? [] : ['kubernetes.rights'];
    case 'config':
      return /^(view|current-context|get-contexts|get-clusters|get-users)$/.test(rest[0] ?? '')
        ? []
        : ['kubernetes.identity'];
    case 'login':
    case 'project':
      return verb === 'login' ? ['kubernetes.identity'] : [];
    case 'scale': {
      const toNone = options.some(({ name, value }) => name === '--replicas' && value?.value === '0');
      return toNone || has('--all', '-l', '--selector') ? ['kubernetes.stop'] : [];
    }
    case 'create':
    case 'apply':
    case 'replace':
    case 'patch':
    case 'annotate':
    case 'label':
    case 'set':
      return [
        ...(kinds.some((kind) => RIGHTS.test(kind)) ||
        (verb === 'set' && /^(serviceaccount|sa|subject)$/.test(rest[0] ?? ''))
          ? ['kubernetes.rights']
          : []),
        ...(has('--prune') || (verb === 'replace' && has('--force')) ? ['kubernetes.delete-many'] : []),
      ];
    default:
      // A verb that is none of kubectl's is a program called `kubectl-VERB`.
      return OWN_VERBS.has(verb) || verb === '' ? [] : ['kubernetes.runs'];
  }
}
