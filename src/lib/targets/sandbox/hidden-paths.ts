// What nobody in a sandbox sees: where programs keep credentials, beside what the config names and what is the broker's own.
import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** In the home folder of who runs. */
const IN_HOME = [
  '.aws',
  '.azure',
  '.bash_history',
  '.cargo/credentials.toml',
  '.config/chromium',
  '.config/containers/auth.json',
  '.config/gcloud',
  '.config/gh',
  '.config/google-chrome',
  '.config/hub',
  '.config/op',
  '.config/rclone',
  '.config/sallyport',
  '.docker',
  '.git-credentials',
  '.gnupg',
  '.kube',
  '.local/share/keyrings',
  '.local/state/sallyport',
  '.mozilla',
  '.my.cnf',
  '.netrc',
  '.npmrc',
  '.password-store',
  '.pgpass',
  '.pypirc',
  '.ssh',
  '.terraform.d',
  '.vault-token',
  '.zsh_history',
];

const OF_THE_SYSTEM = [
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/krb5.keytab',
  '/etc/kubernetes',
  '/etc/rancher',
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/ssh/ssh_host_dsa_key',
  '/etc/ssh/ssh_host_ecdsa_key',
  '/etc/ssh/ssh_host_ed25519_key',
  '/etc/ssh/ssh_host_rsa_key',
  '/etc/ssl/private',
  '/etc/sudoers',
  '/etc/sudoers.d',
  '/etc/wireguard',
  '/proc/kcore',
  '/var/lib/docker',
  '/var/lib/kubelet',
  '/var/lib/rancher',
  '/var/lib/sallyport',
];

/**
 * All of them as real paths, whether they exist or not, each once. `homes` are those of who runs and of the broker; a link is
 * hidden where it leads.
 */
export function hiddenPaths(
  configured: readonly string[],
  broker: readonly string[],
  homes: readonly string[],
): readonly string[] {
  const [home] = homes;
  const named = configured.map((path) =>
    path.startsWith('~/') && home !== undefined ? join(home, path.slice(2)) : path,
  );
  const usual = homes.flatMap((folder) => IN_HOME.map((name) => join(folder, name)));
  return [...new Set([...broker, ...named, ...usual, ...OF_THE_SYSTEM].map(realPath))];
}

/** Where the path leads; the path itself where that cannot be known, because it is not there or out of sight. */
export function realPath(path: string): string {
  try {
    // Most of these are nowhere; an error for each would take a millisecond of every start.
    return statSync(path, { throwIfNoEntry: false }) === undefined ? path : realpathSync.native(path);
  } catch {
    return path;
  }
}
