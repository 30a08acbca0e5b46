// The arguments of bubblewrap (bwrap(1)) for a layout. Pure. Mounts are made in the order of the arguments: what comes later
// lies over what came before, so that what is hidden comes last.
import { FRESH_FOLDERS, type Layout } from './layout.ts';
import type { SandboxOptions } from './options.ts';

export interface BwrapOptions {
  readonly layout: Pick<Layout, 'writable'>;
  readonly network: SandboxOptions['network'];
  /** Where the program starts. */
  readonly folder: string;
  /** Source and place of files that the sandbox is given, each read-only. */
  readonly given: readonly (readonly [source: string, place: string])[];
}

/**
 * All but `--seccomp`, the covers and the program. "-try" binds what exists. The root's own user is a problem of its own:
 * /proc lets uid 0 write without any capability, and bubblewrap 0.8 leaves /proc/sys open to it.
 */
export function bwrapArguments({ layout, network, folder, given }: BwrapOptions): string[] {
  return [
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...(network === 'host' ? [] : ['--unshare-net']),
    ...['--cap-drop', 'ALL', '--die-with-parent'],
    // No --new-session: the program is already in one that is its own, signals reach it by its group, and job control
    // needs the terminal's. Typing into the terminal (TIOCSTI) is closed by seccomp.
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
    ...PROC_SETTINGS.flatMap((name) => ['--ro-bind-try', `/proc/${name}`, `/proc/${name}`]),
    ...FRESH_FOLDERS.flatMap((path) => [
      '--perms',
      path === '/run' ? '0755' : '1777',
      '--size',
      FRESH_BYTES,
      '--tmpfs',
      path,
    ]),
    ...RUNTIME.flatMap((path) => ['--ro-bind-try', path, path]),
    ...(network === 'host' ? RESOLVER.flatMap((path) => ['--ro-bind-try', path, path]) : []),
    ...layout.writable.flatMap((path) => ['--bind', path, path]),
    ...given.flatMap(([source, place]) => ['--ro-bind', source, place]),
    ...['--chdir', folder],
  ];
}

/** Of each fresh folder: what a program writes there is memory of the machine. */
const FRESH_BYTES = String(1024 ** 3);

/** Entries of proc(5) that set something. */
const PROC_SETTINGS = [
  'acpi',
  'asound',
  'bus',
  'driver',
  'fs',
  'irq',
  'mtrr',
  'pressure',
  'scsi',
  'sys',
  'sysrq-trigger',
  'tty',
];

/** NixOS has its programs there. */
const RUNTIME = ['/run/current-system'];

/** Where /etc/resolv.conf often leads. */
const RESOLVER = ['/run/systemd/resolve', '/run/resolvconf', '/run/NetworkManager/resolv.conf'];
