// What one field of an object says of a pod, in the words that rules use. Whatever is no plain "no" counts as "yes": how the server
// reads an odd value is not for us to guess.
import type { PodTrait } from '../../core/policy-document.ts';
import { fieldOf } from './field-of.ts';

/** What the Pod Security Standards let everybody add. */
const HARMLESS_CAPABILITIES = new Set(
  `AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT`.split(
    ' ',
  ),
);

const BY_KEY: ReadonlyMap<string, (value: unknown) => PodTrait | undefined> = new Map(
  Object.entries({
    privileged: (value) => (isOn(value) ? 'privileged' : undefined),
    hostNetwork: (value) => (isOn(value) ? 'host-network' : undefined),
    hostPID: (value) => (isOn(value) ? 'host-pid' : undefined),
    hostIPC: (value) => (isOn(value) ? 'host-ipc' : undefined),
    hostPath: (value) => (isOn(value) ? 'host-path' : undefined),
    // Of a persistent volume: a folder of one node.
    local: (value) => (isOn(fieldOf(value, 'path')) ? 'host-path' : undefined),
    hostPort: (value) => (isOn(value) ? 'host-port' : undefined),
    hostProcess: (value) => (isOn(value) ? 'host-process' : undefined),
    capabilities: (value) => (addsCapabilities(fieldOf(value, 'add')) ? 'capabilities' : undefined),
    procMount: (value) => (isOn(value) && value !== 'Default' ? 'unmasked-proc' : undefined),
    seccompProfile: (value) => (fieldOf(value, 'type') === 'Unconfined' ? 'unconfined' : undefined),
    appArmorProfile: (value) => (fieldOf(value, 'type') === 'Unconfined' ? 'unconfined' : undefined),
    nodeName: (value) => (isOn(value) ? 'node-name' : undefined),
    // Volumes, parts of projected ones, variables.
    secret: (value) => (isOn(value) ? 'secrets' : undefined),
    secretRef: (value) => (isOn(value) ? 'secrets' : undefined),
    secretKeyRef: (value) => (isOn(value) ? 'secrets' : undefined),
    serviceAccountToken: (value) => (isOn(value) ? 'service-account-token' : undefined),
    // Before there was a field for it.
    annotations: (value) => (isUnconfinedByName(value) ? 'unconfined' : undefined),
  } satisfies Record<string, (value: unknown) => PodTrait | undefined>),
);

/** What `key: value` says; undefined for most. */
export const traitOf = (key: string, value: unknown): PodTrait | undefined => BY_KEY.get(key)?.(value);

function isOn(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== '';
}

function addsCapabilities(added: unknown): boolean {
  if (!Array.isArray(added)) return isOn(added);
  return added.some((name: unknown) => !HARMLESS_CAPABILITIES.has(String(name).toUpperCase().replace(/^CAP_/, '')));
}

function isUnconfinedByName(annotations: unknown): boolean {
  if (typeof annotations !== 'object' || annotations === null) return false;
  return Object.entries(annotations).some(
    ([key, value]) => key.startsWith('container.apparmor.security.beta.kubernetes.io/') && value === 'unconfined',
  );
}
