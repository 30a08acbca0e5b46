// Containers that are not contained: the host's files, devices, processes or engine inside them.
import type { Field } from '../facts/facts.ts';
import { parseOptions } from '../facts/options.ts';
import { HOME, isExact } from '../facts/unknowns.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const CONTAINER_ACTIONS: readonly string[] = ['container.bulk', 'container.host', 'container.remote'];

const ENGINES = /^(docker|podman|nerdctl|docker-compose|lima|finch|ctr|crictl|buildah)$/;
const OPTIONS = {
  short: 'vuewpmlhHc',
  long: `volume mount user env env-file workdir publish memory label hostname host context name network net entrypoint pid ipc
    uts userns cap-add cap-drop security-opt device cgroupns cgroup-parent runtime platform restart tmpfs volumes-from
    add-host dns url identity connection root`.split(/\s+/),
};
/** Folders of the host that hold the host itself. */
const HOST_FOLDERS =
  /^\/?$|^\/(etc|root|boot|dev|proc|sys|bin|sbin|lib|lib64|usr|home|var|run|mnt|media|host|Users)(\/?$)|^\/(var\/)?run\/(docker|containerd|podman|crio|dbus|systemd|user)|docker\.sock|containerd\.sock|podman\.sock|crio\.sock|^\/var\/(lib|log|spool)(\/|$)|^\/etc\/(?!(localtime|timezone|hosts|resolv\.conf|ssl(\/certs)?|ca-certificates|pki(\/tls\/certs)?)(\/|$))/;
const SECRET_FOLDERS =
  /\/\.(ssh|aws|kube|gnupg|docker|config\/gcloud|azure|netrc|npmrc|git-credentials|password-store)(\/|$)/;
const CAPABILITIES =
  /^(CAP_)?(ALL|SYS_ADMIN|SYS_PTRACE|SYS_MODULE|SYS_RAWIO|SYS_BOOT|SYS_TIME|DAC_READ_SEARCH|DAC_OVERRIDE|NET_ADMIN|SETUID|SYS_CHROOT|BPF|MKNOD|SYSLOG)$/i;

/** `container.host`; `.remote`: another engine than this machine's; `.bulk`: many at once, or the data in volumes. */
export function containerActions({ name, args }: CommandFact): string[] {
  if (name === 'lxc' || name === 'incus') return lxc(args);
  if (name === 'systemd-nspawn' || name === 'runc' || name === 'crun' || name === 'ch-run') return ['container.host'];
  if (!ENGINES.test(name)) return [];
  const { options, operands } = parseOptions(args, OPTIONS);
  const words = operands.map(({ value }) => value);
  const verbs = words.slice(0, 3);
  const runs = verbs.some((verb) => /^(run|create|exec|start|up|build|buildx|bake|play|kube|update)$/.test(verb));
  const found = new Set<string>();
  if (runs && options.some(({ name: option, value }) => opensHost(option, value))) found.add('container.host');
  if (verbs[0] === 'cp' && words.some((word) => HOST_FOLDERS.test(word))) found.add('container.host');
  // Behind the verb of `docker run` the same letters mean something else.
  const verbAt = args.findIndex(({ value }) => value === words[0]);
  const own = runs && verbAt !== -1 ? args.slice(0, verbAt) : args;
  if (own.some(({ value }) => /^(-H|--host|--url|--connection|--context)(=|$)/.test(value)))
    found.add('container.remote');
  if (words.some((word) => /^(tcp|ssh):\/\//.test(word))) found.add('container.remote');
  if (isBulk(words, args)) found.add('container.bulk');
  if (
    /^(plugin|swarm|secret)$/.test(verbs[0] ?? '') &&
    /^(install|enable|init|join|inspect|leave)$/.test(verbs[1] ?? '')
  )
    found.add('container.host');
  return [...found];
}

function opensHost(option: string, value: Field | undefined): boolean {
  const text = (value?.value ?? '').replace(/^=/, '');
  switch (option) {
    case '--privileged':
      return !/^false$/.test(text);
    case '-v':
    case '--volume':
      return isHostFolder(text.split(':')[0] ?? '');
    case '--mount':
      return (
        /(^|,)(type=bind|source|src)/.test(text) && isHostFolder(/(?:^|,)(?:source|src)=([^,]*)/.exec(text)?.[1] ?? '/')
      );
    case '--pid':
    case '--ipc':
    case '--uts':
    case '--userns':
    case '--cgroupns':
    case '--net':
    case '--network':
      return text === 'host';
    case '--cap-add':
      return text.split(',').some((each) => CAPABILITIES.test(each)) || !isExact(text);
    case '--security-opt':
      return /unconfined|disable|seccomp=|apparmor=|no-new-privileges[:=]false|systempaths/.test(text);
    case '--device':
    case '--device-cgroup-rule':
    case '--volumes-from':
      return true;
    case '--runtime':
      return text !== 'nvidia';
    case '--allow':
      return text.includes('insecure');
    default:
      return /^--privileged=/.test(option);
  }
}

function isHostFolder(source: string): boolean {
  if (source.startsWith(HOME)) return source === HOME || SECRET_FOLDERS.test(source);
  return (
    source.includes('/') &&
    (HOST_FOLDERS.test(source.replace(/\/+/g, '/').replace(/\/\.(?=\/|$)/g, '')) ||
      SECRET_FOLDERS.test(source) ||
      (source.split('/').includes('..') && /^\.\.(\/\.\.)+/.test(source)))
  );
}

// Everything of a kind, or what `$(docker ps -aq)` lists; volumes hold data.
function isBulk(words: readonly string[], args: readonly Field[]): boolean {
  const text = words.slice(0, 2).join(' ');
  const has = (pattern: RegExp) => args.some(({ value }) => pattern.test(value));
  if (/^(system|volume|container|network) prune$/.test(text) || /^volume (rm|remove)$/.test(text)) return true;
  if (text === 'image prune') return has(/^-[a-z]*a|^--all/);
  if (/^(rm|rmi|kill|stop|container (rm|kill|stop)|image rm)( |$)/.test(text))
    return args.some(({ many }) => many) || has(/^--all$/);
  return (words[0] === 'compose' || words[0] === 'down') && words.includes('down') && has(/^(-v|--volumes|--rmi)/);
}

function lxc(args: readonly Field[]): string[] {
  const text = args.map(({ value }) => value).join(' ');
  return /security\.(privileged|nesting)=true|raw\.lxc|device add .*\bdisk\b|config set .*raw\./.test(text) ||
    (/^config device add/.test(text) && /source=\//.test(text))
    ? ['container.host']
    : [];
}
