// Wrappers that change how a command runs, not who or where: priorities, limits, timing, tracing, watching. Data only.
import type { Wrapper } from './wrappers.ts';

const POSIX = { posix: true } as const;
const PLAIN: Wrapper = { spec: POSIX };

export const PLAIN_WRAPPERS: Readonly<Record<string, Wrapper>> = {
  nice: { spec: { ...POSIX, short: 'n', long: ['adjustment'] } },
  ionice: { spec: { ...POSIX, short: 'cn', long: ['class', 'classdata'] }, flags: { short: 't', long: ['ignore'] } },
  taskset: { spec: POSIX, flags: { short: 'ac' }, before: 1 },
  nohup: { spec: POSIX },
  setsid: { spec: POSIX, flags: { short: 'cfw', long: ['ctty', 'fork', 'wait'] } },
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
  'dbus-run-session': { spec: { ...POSIX, long: ['config-file', 'dbus-daemon'] } },
  torsocks: { spec: { ...POSIX, short: 'uaP' } },
  rlwrap: { spec: { ...POSIX, short: 'bcCDfgHIlmMnOpPqsStwz' } },
  watch: {
    spec: { ...POSIX, short: 'nq', long: ['interval', 'equexit'] },
    flags: {
      short: 'bcdegprtx',
      long: ['beep', 'color', 'differences', 'errexit', 'chgexit', 'precise', 'no-rerun', 'no-title', 'exec'],
    },
    joined: true,
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
  'systemd-inhibit': { spec: { ...POSIX, long: ['what', 'who', 'why', 'mode'] } },
  script: {
    spec: { short: 'BIOTEomc', long: ['log-out', 'log-in', 'log-io', 'log-timing', 'command'] },
    flags: { short: 'aefqt', long: ['append', 'return', 'flush', 'force', 'quiet'] },
    shellOption: ['-c', '--command'],
    elseShell: true,
  },
  cgexec: { spec: { ...POSIX, short: 'g' } },
  busybox: { spec: POSIX, flags: { long: ['list', 'list-full', 'help', 'install'] } },
  toybox: { spec: POSIX },
  env: {
    spec: { ...POSIX, short: 'uCSa', long: ['unset', 'chdir', 'split-string', 'argv0'] },
    flags: {
      short: 'i0v',
      long: [
        'ignore-environment',
        'null',
        'debug',
        'ignore-signal',
        'default-signal',
        'block-signal',
        'list-signal-handling',
      ],
    },
    assigns: true,
  },
  flock: {
    spec: { ...POSIX, short: 'wE', long: ['timeout', 'wait', 'conflict-exit-code'] },
    flags: {
      short: 'sxenouF',
      long: ['shared', 'exclusive', 'nonblock', 'nb', 'close', 'no-fork', 'verbose', 'unlock'],
    },
    before: 1,
    shellOption: ['-c', '--command'],
  },
  chrt: {
    spec: { ...POSIX, short: 'TPD', long: ['sched-runtime', 'sched-period', 'sched-deadline'] },
    flags: {
      short: 'bdfiorRavm',
      long: ['batch', 'deadline', 'fifo', 'idle', 'rr', 'other', 'all-tasks', 'reset-on-fork', 'max', 'verbose'],
    },
    before: 1,
  },
  numactl: {
    spec: { ...POSIX, short: 'CNmpi', long: ['interleave', 'cpunodebind', 'membind', 'physcpubind', 'preferred'] },
    flags: { short: 'la', long: ['localalloc', 'all', 'balancing'] },
  },
  prlimit: {
    spec: { ...POSIX, short: 'p', long: ['pid', 'output'] },
    flags: {
      short: 'cdefilmnqrstuvxy',
      long: (
        'as core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack verbose ' +
        'noheadings raw'
      ).split(' '),
    },
  },
  setarch: { spec: POSIX, flags: { short: 'BFILRSTXZ3v' }, before: 1 },
  fakeroot: {
    spec: { ...POSIX, short: 'lsib', long: ['lib', 'faked'] },
    flags: { short: 'u', long: ['unknown-is-real'] },
  },
  proxychains: { spec: { ...POSIX, short: 'f' }, flags: { short: 'q' } },
  proxychains4: { spec: { ...POSIX, short: 'f' }, flags: { short: 'q' } },
  valgrind: { spec: POSIX, gluedLong: true, flags: { short: 'qvdh' } },
  caffeinate: { spec: { ...POSIX, short: 'tw' }, flags: { short: 'disum' } },
  strace: {
    spec: {
      ...POSIX,
      short: 'abeEIkoOpPsSuX',
      long: (
        'output expr trace signal status env user attach string-limit columns inject fault summary-sort-by trace-path ' +
        'detach-on interruptible raw read write abbrev verbose'
      ).split(' '),
    },
    flags: {
      short: 'cCdDfFhinqrtTvVwxyzZ',
      long: 'follow-forks summary summary-only failed-only successful-only debug daemonize quiet'.split(' '),
    },
  },
  ltrace: { spec: { ...POSIX, short: 'aAeElnopsuwx' }, flags: { short: 'bcCdfhiLrStTV' } },
  hyperfine: {
    spec: {
      short: 'wmMrspcinuNL',
      long: ['warmup', 'runs', 'min-runs', 'max-runs', 'prepare', 'setup', 'cleanup', 'shell'],
    },
    joined: true,
  },
  // With -s it takes shell text.
  entr: { spec: { ...POSIX, short: 's' }, flags: { short: 'acdhnprxz' }, shellOption: ['-s'] },
  chronic: { spec: POSIX, flags: { short: 've' } },
  choom: { spec: { ...POSIX, short: 'np', long: ['adjust', 'pid'] } },
  uclampset: { spec: { ...POSIX, short: 'mMp' }, flags: { short: 'aRs' } },
  cpulimit: {
    spec: { ...POSIX, short: 'lpePc', long: ['limit', 'pid', 'exe', 'path', 'cpu'] },
    flags: { short: 'bfmqvzi' },
  },
  trickle: { spec: { ...POSIX, short: 'duwtlnp' }, flags: { short: 'sv' } },
  faketime: { spec: { ...POSIX, short: 'p' }, flags: { short: 'mf' }, before: 1 },
  'xvfb-run': {
    spec: {
      ...POSIX,
      short: 'efnspw',
      long: ['server-args', 'server-num', 'error-file', 'auth-file', 'xauth-protocol', 'wait'],
    },
    flags: { short: 'al', long: ['auto-servernum', 'auto-display', 'listen-tcp'] },
  },
  tini: { spec: { ...POSIX, short: 'pe' }, flags: { short: 'gsvw' } },
  'dumb-init': {
    spec: { ...POSIX, short: 'r', long: ['rewrite'] },
    flags: { short: 'cv', long: ['single-child', 'verbose'] },
  },
  daemonize: { spec: { ...POSIX, short: 'ceopluE' }, flags: { short: 'av' } },
  'ssh-agent': { spec: { ...POSIX, short: 'aEPt' }, flags: { short: 'cDdks' } },
  sshpass: { spec: { ...POSIX, short: 'fdpP' }, flags: { short: 'ev' } },
  'with-contenv': PLAIN,
  memusage: PLAIN,
  fakechroot: PLAIN,
  tsp: PLAIN,
  nq: PLAIN,
  doexec: PLAIN,
  coproc: PLAIN,
};
