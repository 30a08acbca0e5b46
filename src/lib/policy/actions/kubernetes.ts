// kubectl and its kin as text, for targets where they run inside a shell.
import { hasOption, parseOptions } from '../options.ts';
import type { CommandFact } from './index.ts';

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
  'get describe logs top explain api-resources api-versions version cluster-info events diff'.split(' '),
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
  if (kinds.some((kind) => SECRET.test(kind)) || (raw && /secrets/.test(words.join(' '))))
    found.push('kubernetes.secrets');
  if (['exec', 'attach', 'cp', 'port-forward', 'debug', 'proxy', 'run'].includes(verb)) found.push('kubernetes.exec');
  else if (verb === 'delete') {
    if (kinds.some((kind) => CRITICAL.test(kind))) found.push('kubernetes.delete-critical');
    if (hasOption(args, '--all', '-A', '--all-namespaces', '-l', '--selector')) found.push('kubernetes.delete-many');
    found.push('kubernetes.write');
  } else if (!READS.has(verb)) found.push('kubernetes.write');
  else if (!raw && found.length === 0 && args.every(({ exact }) => exact)) found.push('kubernetes.look');
  return found;
}
