// Wrappers that change who or where a command runs: accounts, roots, namespaces, services. An allow for the command alone
// does not cover it there. Data only.
import type { Wrapper } from './wrappers.ts';

const POSIX = { posix: true } as const;

export const BOUNDARY_WRAPPERS: Readonly<Record<string, Wrapper>> = {
  sudo: {
    spec: {
      ...POSIX,
      short: 'CDghpRrTtUu',
      long: [
        'user',
        'group',
        'prompt',
        'host',
        'chdir',
        'chroot',
        'role',
        'type',
        'other-user',
        'close-from',
        'command-timeout',
      ],
    },
    flags: {
      short: 'AbBEeHiKklnPSsVv',
      long: [
        'askpass',
        'background',
        'bell',
        'preserve-env',
        'edit',
        'set-home',
        'login',
        'remove-timestamp',
        'reset-timestamp',
        'list',
        'non-interactive',
        'preserve-groups',
        'stdin',
        'shell',
        'version',
        'validate',
        'help',
      ],
    },
    boundary: true,
    assigns: true,
  },
  doas: { spec: { ...POSIX, short: 'aCu' }, flags: { short: 'Lns' }, boundary: true },
  pkexec: { spec: { ...POSIX, long: ['user'] }, boundary: true },
  run0: {
    spec: { ...POSIX, short: 'uDp', long: ['user', 'chdir', 'property', 'unit', 'setenv', 'slice', 'group'] },
    boundary: true,
  },
  chroot: { spec: { ...POSIX, long: ['userspec', 'groups'] }, before: 1, boundary: true, elseShell: true },
  runuser: {
    spec: { short: 'ugGsc', long: ['user', 'group', 'shell', 'command'] },
    flags: { short: 'lmpPf', long: ['login', 'preserve-environment', 'pty'] },
    boundary: true,
    shellOption: ['-c', '--command'],
    elseShell: true,
  },
  su: {
    spec: { short: 'gGswc', long: ['group', 'shell', 'command'] },
    flags: { short: 'lmpPf', long: ['login', 'preserve-environment', 'pty'] },
    boundary: true,
    shellOption: ['-c', '--command'],
    elseShell: true,
  },
  chpst: { spec: { ...POSIX, short: 'uUeb/nlLmdofpcrtk' }, boundary: true },
  setuidgid: { spec: POSIX, before: 1, boundary: true },
  gosu: { spec: POSIX, before: 1, boundary: true },
  'su-exec': { spec: POSIX, before: 1, boundary: true },
  unshare: {
    spec: {
      ...POSIX,
      short: 'SGRw',
      long: 'root wd setuid setgid propagation setgroups monotonic boottime map-user map-group map-users map-groups'.split(
        ' ',
      ),
    },
    flags: {
      short: 'minpuUCTrcfkhV',
      long: 'mount uts ipc net pid user cgroup time fork map-root-user map-current-user map-auto keep-caps kill-child mount-proc mount-binfmt'.split(
        ' ',
      ),
    },
    boundary: true,
    elseShell: true,
  },
  nsenter: {
    spec: { ...POSIX, short: 'tSG', long: ['target', 'setuid', 'setgid'] },
    flags: {
      short: 'muinpUCTrwFZea',
      long: 'mount uts ipc net pid user cgroup time root wd all no-fork follow-context preserve-credentials user-parent env keep-caps join-cgroup'.split(
        ' ',
      ),
    },
    boundary: true,
    elseShell: true,
  },
  setpriv: {
    spec: {
      ...POSIX,
      long: 'ruid euid reuid rgid egid regid groups inh-caps ambient-caps bounding-set securebits pdeathsig selinux-label apparmor-profile'.split(
        ' ',
      ),
    },
    flags: {
      short: 'd',
      long: 'clear-groups keep-groups init-groups no-new-privs nnp reset-env dump list-caps'.split(' '),
    },
    boundary: true,
  },
  capsh: { spec: POSIX, gluedLong: true, boundary: true, shellArguments: true },
  'systemd-run': {
    spec: {
      ...POSIX,
      short: 'pHMuE',
      long: (
        'property unit slice uid gid setenv working-directory description on-active on-boot on-startup on-unit-active ' +
        'on-calendar timer-property nice service-type host machine socket-property path-property'
      ).split(' '),
    },
    flags: {
      short: 'tPqGrdS',
      long: 'scope user system wait pipe pty quiet collect no-block remain-after-exit send-sighup shell same-dir no-ask-password'.split(
        ' ',
      ),
    },
    boundary: true,
  },
  bwrap: {
    spec: POSIX,
    arity: {
      ...arities(
        0,
        'unshare-all unshare-user unshare-user-try unshare-ipc unshare-pid unshare-net unshare-uts unshare-cgroup ' +
          'unshare-cgroup-try share-net clearenv new-session die-with-parent as-pid-1 disable-userns assert-userns-disabled',
      ),
      ...arities(
        2,
        'ro-bind bind dev-bind bind-try ro-bind-try dev-bind-try symlink setenv file bind-data ro-bind-data chmod',
      ),
      ...arities(
        1,
        'tmpfs proc dev dir chdir uid gid hostname unsetenv lock-file remount-ro mqueue seccomp args userns userns2 pidns ' +
          'info-fd sync-fd block-fd userns-block-fd json-status-fd cap-add cap-drop exec-label file-label perms size argv0',
      ),
    },
    boundary: true,
  },
  firejail: { spec: POSIX, gluedLong: true, boundary: true },
  proot: {
    spec: POSIX,
    arity: {
      ...arities(0, 'root-id kill-on-exit link2symlink'),
      '-0': 0,
      ...arities(1, 'rootfs bind mount pwd cwd qemu kernel-release change-id'),
      ...Object.fromEntries('-r -b -m -w -q -k -i -R -S'.split(' ').map((name) => [name, 1])),
    },
    boundary: true,
  },
  sg: { spec: POSIX, before: 1, boundary: true, elseShell: true, shellOption: ['-c'] },
  newgrp: { spec: POSIX, before: 1, boundary: true, elseShell: true },
  runcon: {
    spec: { ...POSIX, short: 'turl', long: ['type', 'user', 'role', 'range'] },
    flags: { short: 'c', long: ['compute'] },
    boundary: true,
  },
  schroot: {
    spec: { ...POSIX, short: 'cudns', long: ['chroot', 'user', 'directory'] },
    flags: { short: 'pqv' },
    boundary: true,
    elseShell: true,
  },
  'systemd-nspawn': {
    spec: {
      ...POSIX,
      short: 'DiMuSZLn',
      long: ['directory', 'image', 'machine', 'user', 'bind', 'bind-ro', 'setenv', 'chdir'],
    },
    flags: {
      short: 'abjqx',
      long: ['as-pid2', 'boot', 'quiet', 'ephemeral', 'private-network', 'register', 'keep-unit'],
    },
    boundary: true,
    elseShell: true,
  },
};

function arities(count: number, names: string): Record<string, number> {
  return Object.fromEntries(names.split(' ').map((name) => [`--${name}`, count]));
}
