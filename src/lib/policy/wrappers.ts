// Commands that run another command given in their arguments, as a table: which options take a value, how many words
// stand before the inner command. Data only; `unwrap.ts` reads it.
import type { OptionSpec } from './options.ts';

export interface Wrapper {
  readonly spec: OptionSpec;
  /** Options without a value. Another one makes the command opaque: what stands behind it could be its value. */
  readonly flags?: { readonly short?: string; readonly long?: readonly string[] };
  /** With one of these it only looks, whatever follows: `command -v ls`. */
  readonly looksOnly?: readonly string[];
  /** Words before the inner command: the duration of timeout, the root of chroot. */
  readonly before?: number;
  /** It changes who or where the command runs: an allow for the inner command does not cover it. */
  readonly boundary?: boolean;
  /** `NAME=value` words may come first. */
  readonly assigns?: boolean;
  /** The words are joined and given to a shell. */
  readonly joined?: boolean;
  /** Options whose value is shell text: `su -c`. */
  readonly shellOption?: readonly string[];
  /** Further arguments come from its input, unknown to us. */
  readonly more?: boolean;
  /** What it runs when no command is given: the user's shell. */
  readonly elseShell?: boolean;
}

const POSIX = { posix: true } as const;

const TABLE: Readonly<Record<string, Wrapper>> = {
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
  env: {
    spec: { ...POSIX, short: 'uCS', long: ['unset', 'chdir', 'split-string'] },
    flags: { short: 'i0v', long: ['ignore-environment', 'null', 'debug'] },
    assigns: true,
  },
  nice: { spec: { ...POSIX, short: 'n', long: ['adjustment'] } },
  ionice: { spec: { ...POSIX, short: 'cn', long: ['class', 'classdata'] }, flags: { short: 't', long: ['ignore'] } },
  chrt: { spec: { ...POSIX, short: 'TPD' }, flags: { short: 'bdfiorRav' }, before: 1 },
  taskset: { spec: POSIX, flags: { short: 'ac' }, before: 1 },
  numactl: { spec: { ...POSIX, short: 'CNmpil' } },
  prlimit: { spec: POSIX },
  nohup: { spec: POSIX },
  setsid: { spec: POSIX, flags: { short: 'cfw', long: ['ctty', 'fork', 'wait'] } },
  setarch: { spec: POSIX, before: 1 },
  linux64: { spec: POSIX },
  linux32: { spec: POSIX },
  timeout: {
    spec: { ...POSIX, short: 'ks', long: ['kill-after', 'signal'] },
    flags: { short: 'fpv', long: ['preserve-status', 'foreground', 'verbose'] },
    before: 1,
  },
  gtimeout: {
    spec: { ...POSIX, short: 'ks', long: ['kill-after', 'signal'] },
    flags: { short: 'fpv', long: ['preserve-status', 'foreground', 'verbose'] },
    before: 1,
  },
  stdbuf: { spec: { ...POSIX, short: 'ioe', long: ['input', 'output', 'error'] } },
  unbuffer: { spec: POSIX },
  time: {
    spec: { ...POSIX, short: 'fo', long: ['format', 'output'] },
    flags: { short: 'apqv', long: ['append', 'portability', 'quiet', 'verbose'] },
  },
  command: { spec: POSIX, flags: { short: 'pvV' }, looksOnly: ['-v', '-V'] },
  builtin: { spec: POSIX },
  exec: { spec: { ...POSIX, short: 'a' }, flags: { short: 'cl' } },
  catchsegv: { spec: POSIX },
  eatmydata: { spec: POSIX },
  fakeroot: { spec: { ...POSIX, short: 'lsib' } },
  'dbus-run-session': { spec: { ...POSIX, long: ['config-file', 'dbus-daemon'] } },
  proxychains: { spec: { ...POSIX, short: 'f' } },
  proxychains4: { spec: { ...POSIX, short: 'f' } },
  torsocks: { spec: { ...POSIX, short: 'uaP' } },
  firejail: { spec: POSIX },
  bwrap: { spec: POSIX, boundary: true },
  strace: { spec: { ...POSIX, short: 'abeEIkoOpPsSuX' } },
  ltrace: { spec: { ...POSIX, short: 'aAeElnopsuwx' } },
  valgrind: { spec: POSIX },
  rlwrap: { spec: { ...POSIX, short: 'bcCDfgHIlmMnOpPqsStwz' } },
  watch: {
    spec: { ...POSIX, short: 'nq', long: ['interval', 'equexit'] },
    flags: {
      short: 'bcdegprtx',
      long: ['beep', 'color', 'differences', 'errexit', 'chgexit', 'precise', 'no-rerun', 'no-title', 'exec'],
    },
    joined: true,
  },
  flock: {
    spec: { ...POSIX, short: 'wE', long: ['timeout', 'wait', 'conflict-exit-code'] },
    flags: {
      short: 'sxenouF',
      long: ['shared', 'exclusive', 'nonblock', 'nb', 'close', 'no-fork', 'verbose', 'unlock'],
    },
    before: 1,
  },
  xargs: {
    spec: {
      ...POSIX,
      short: 'adEILnPs',
      long: ['arg-file', 'delimiter', 'max-lines', 'max-args', 'max-procs', 'max-chars', 'replace', 'process-slot-var'],
    },
    flags: {
      short: '0ioprtx',
      long: ['null', 'open-tty', 'interactive', 'no-run-if-empty', 'verbose', 'exit', 'show-limits'],
    },
    more: true,
  },
  parallel: {
    spec: { ...POSIX, short: 'jaINnLdSC', long: ['jobs', 'colsep', 'delay', 'timeout', 'results', 'joblog'] },
    more: true,
    joined: true,
  },
  chroot: { spec: { ...POSIX, long: ['userspec', 'groups'] }, before: 1, boundary: true, elseShell: true },
  unshare: {
    spec: { ...POSIX, short: 'SGRw', long: ['root', 'wd', 'setuid', 'setgid', 'propagation'] },
    boundary: true,
    elseShell: true,
  },
  nsenter: { spec: { ...POSIX, short: 'tSG', long: ['target', 'setuid', 'setgid'] }, boundary: true, elseShell: true },
  setpriv: {
    spec: { ...POSIX, long: ['ruid', 'euid', 'reuid', 'rgid', 'egid', 'regid', 'groups', 'inh-caps', 'bounding-set'] },
    boundary: true,
  },
  capsh: { spec: POSIX, boundary: true },
  'systemd-run': {
    spec: {
      ...POSIX,
      short: 'pHMu',
      long: [
        'property',
        'unit',
        'slice',
        'uid',
        'gid',
        'setenv',
        'working-directory',
        'description',
        'on-active',
        'on-calendar',
      ],
    },
    boundary: true,
  },
  'systemd-inhibit': { spec: { ...POSIX, long: ['what', 'who', 'why', 'mode'] } },
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
  script: {
    spec: { short: 'BIOTEomc', long: ['log-out', 'log-in', 'log-io', 'log-timing', 'command'] },
    flags: { short: 'aefqt', long: ['append', 'return', 'flush', 'force', 'quiet'] },
    shellOption: ['-c', '--command'],
    elseShell: true,
  },
  caffeinate: { spec: { ...POSIX, short: 'tw' } },
  cgexec: { spec: { ...POSIX, short: 'g' } },
  chpst: { spec: { ...POSIX, short: 'uUeb/nlLmdofpcrtk' }, boundary: true },
  setuidgid: { spec: POSIX, before: 1, boundary: true },
  gosu: { spec: POSIX, before: 1, boundary: true },
  'su-exec': { spec: POSIX, before: 1, boundary: true },
  busybox: { spec: POSIX },
  toybox: { spec: POSIX },
  coproc: { spec: POSIX },
};

/** The wrapper of that name, if it is one. */
export function wrapperOf(name: string): Wrapper | undefined {
  return Object.hasOwn(TABLE, name) ? TABLE[name] : undefined;
}
