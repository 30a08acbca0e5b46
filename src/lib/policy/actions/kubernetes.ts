// kubectl and its kin as text, for targets where they run inside a shell.
import { hasOption, type Option, parseOptions } from '../options.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const KUBERNETES_ACTIONS: readonly string[] = [
  'kubernetes.delete-critical',
  'kubernetes.delete-many',
  'kubernetes.exec',
  'kubernetes.identity',
  'kubernetes.look',
  'kubernetes.secrets',
  'kubernetes.write',
];

const NAMES = new Set(['kubectl', 'oc', 'k3s', 'microk8s', 'k0s', 'minikube']);
const GLOBAL = {
  short: 'nsflo',
  long: [
    'namespace',
    'context',
    'cluster',
    'user',
    'server',
    'kubeconfig',
    'token',
    'as',
    'as-group',
    'as-uid',
    'filename',
    'selector',
    'output',
    'request-timeout',
    'certificate-authority',
    'client-certificate',
    'client-key',
  ],
};
const READS = new Set(
  'get describe logs top explain api-resources api-versions version cluster-info events'.split(' '),
);
const SECRET = /^secrets?([./].*)?$/;
const CRITICAL =
  /^(ns|namespaces?|no|nodes?|crds?|customresourcedefinitions?|pv|persistentvolumes?|clusterroles?|clusterrolebindings?|roles?|rolebindings?|validatingwebhookconfigurations?|mutatingwebhookconfigurations?)([./].*)?$/i;

/** `kubernetes.look`, `.secrets`, `.exec`, `.delete-critical`, `.delete-many`, `.identity`, `.write`. */
export function kubernetesActions({ name, args }: CommandFact): string[] {
  if (!NAMES.has(name)) return [];
  const { operands, options } = parseOptions(args, GLOBAL);
  const words = (
    name === 'kubectl' || name === 'oc'
      ? operands
      : operands.slice(operands[0]?.value.endsWith('kubectl') === true ? 1 : 0)
  ).map(({ value }) => value);
  const [verb = '', ...rest] = words;
  const kinds = rest.flatMap((word) => word.split(','));
  const identity = options.some(({ name: option }) =>
    /^--(as|as-group|as-uid|token|user|server|kubeconfig)$/.test(option),
  );
  const found = identity ? ['kubernetes.identity'] : [];
  const raw = options.some(({ name: option }) => option.startsWith('--raw'));
  if (kinds.some((kind) => SECRET.test(kind)) || (raw && args.some(({ value }) => /secrets/.test(value))))
    found.push('kubernetes.secrets');
  if (['exec', 'attach', 'cp', 'port-forward', 'debug', 'proxy', 'run'].includes(verb)) found.push('kubernetes.exec');
  else if (verb === 'delete') {
    if (kinds.some((kind) => CRITICAL.test(kind))) found.push('kubernetes.delete-critical');
    if (hasOption(args, '--all', '-A', '--all-namespaces', '-l', '--selector')) found.push('kubernetes.delete-many');
    found.push('kubernetes.write');
  } else if (!READS.has(verb)) found.push('kubernetes.write');
  else if (found.length === 0 && args.every(({ exact }) => exact) && onlyLooks(verb, rest, options)) {
    found.push('kubernetes.look');
  }
  return found;
}

/** Options that neither read nor write files, and stay with the cluster that is configured. kubectl takes no short forms. */
const PLAIN =
  /^(-n|--namespace|-A|--all-namespaces|-o|--output|-l|--selector|--field-selector|-w|--watch|--show-labels|--show-kind|--no-headers|--sort-by|--request-timeout|-c|--container|--all-containers|--tail|--since|--since-time|--timestamps|-p|--previous|--follow|--prefix|--limit-bytes|--chunk-size|--ignore-not-found|-L|--label-columns|--recursive|--api-group|--namespaced|--client|--containers|-h|--help)$/;
/** Templates in the text; `…-file` ones read files. */
const OUTPUT = /^(json|yaml|wide|name|(jsonpath|custom-columns|go-template)=.*)$/s;

function onlyLooks(verb: string, rest: readonly string[], options: readonly Option[]): boolean {
  if (verb === 'cluster-info' && rest.includes('dump')) return false;
  return options.every(({ name, value }) => {
    if (name === '-o' || name === '--output') return OUTPUT.test(value?.value ?? '');
    return PLAIN.test(name) || (name === '-f' && verb === 'logs');
  });
}
