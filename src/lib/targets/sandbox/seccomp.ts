// The seccomp(2) filter of the sandbox: the calls that reach around its walls or far into the kernel. What is denied fails
// with EPERM, so that programs go on. The files, processes and networks in reach are bubblewrap's business, not ours here.
import { answer, assemble, type Block, type Condition, load, unless, when } from './bpf.ts';
import { type Architecture, AUDIT_ARCH, numberOf, type SystemCall } from './syscalls.ts';

/** The filter's bytes for `bwrap --seccomp`. Kills what comes through another ABI, whose numbers mean other calls. */
export function sandboxFilter(architecture: Architecture): Buffer {
  const on = (call: SystemCall, block: Block): Block => {
    const number = numberOf(call, architecture);
    return number === undefined ? [] : when(['equal', number], block);
  };
  /** Looks at an argument and then loads the number again, for the blocks that follow. */
  const onArgument = (call: SystemCall, index: number, block: Block) =>
    on(call, [load(argumentOffset(index)), ...block, load(NUMBER)]);
  return assemble([
    load(ARCHITECTURE),
    ...unless([['equal', AUDIT_ARCH[architecture]]], [answer(KILL_PROCESS)]),
    load(NUMBER),
    ...(architecture === 'x64' ? when(['at-least', X32_BIT], [answer(KILL_PROCESS)]) : []),
    ...DENIED.flatMap((call) => on(call, [answer(fail(EPERM))])),
    ...ABSENT.flatMap((call) => on(call, [answer(fail(ENOSYS))])),
    ...onArgument(
      'ioctl',
      1,
      TERMINAL_INPUT.flatMap((request) => when(request, [answer(fail(EPERM))])),
    ),
    ...onArgument('clone', 0, when(['any-set', NAMESPACE_FLAGS], [answer(fail(EPERM))])),
    ...onArgument('personality', 0, unless(PERSONALITIES, [answer(fail(EPERM))])),
    ...onArgument('socket', 0, unless(SOCKET_FAMILIES, [answer(fail(EAFNOSUPPORT))])),
    answer(ALLOW),
  ]);
}

/** True where the filter exists for this machine. */
export function isKnownArchitecture(architecture: string): architecture is Architecture {
  return Object.hasOwn(AUDIT_ARCH, architecture);
}

// struct seccomp_data: int nr; __u32 arch; __u64 instruction_pointer; __u64 args[6].
const NUMBER = 0;
const ARCHITECTURE = 4;

/**
 * Of the low half: every argument we look at is an `int` or `unsigned int` to the kernel, which does not look at the high
 * half, so that neither must the filter.
 */
function argumentOffset(index: number): number {
  return 16 + 8 * index;
}

// linux/seccomp.h
const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const ERRNO = 0x00050000;
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

function fail(errno: number): number {
  return ERRNO | errno;
}

/** x32 calls come as x86_64 with this bit in the number. */
const X32_BIT = 0x40000000;

const DENIED: readonly SystemCall[] = [
  // Other processes' memory and descriptors.
  'ptrace',
  'process_vm_readv',
  'process_vm_writev',
  'pidfd_getfd',
  'kcmp',
  // Mounts and namespaces, which could uncover what is hidden; file handles pass around paths.
  'mount',
  'umount2',
  'pivot_root',
  'chroot',
  'move_mount',
  'open_tree',
  'open_tree_attr',
  'fsopen',
  'fsconfig',
  'fsmount',
  'fspick',
  'mount_setattr',
  'unshare',
  'setns',
  'open_by_handle_at',
  'fanotify_init',
  // Keys of the user outlive the sandbox and are shared with what is outside.
  'keyctl',
  'add_key',
  'request_key',
  // Into the kernel.
  'bpf',
  'perf_event_open',
  'userfaultfd',
  'kexec_load',
  'kexec_file_load',
  'init_module',
  'finit_module',
  'delete_module',
  'iopl',
  'ioperm',
  'modify_ldt',
  'lookup_dcookie',
  'uselib',
  // The machine as a whole.
  'reboot',
  'swapon',
  'swapoff',
  'acct',
  'quotactl',
  'quotactl_fd',
  'settimeofday',
  'clock_settime',
  'sethostname',
  'setdomainname',
  'syslog',
  'vhangup',
];

/**
 * Said not to exist, because programs then take the older way: clone3 has its flags behind a pointer, where a filter cannot
 * look, and io_uring does what no filter sees.
 */
const ABSENT: readonly SystemCall[] = ['clone3', 'io_uring_setup', 'io_uring_enter', 'io_uring_register'];

/** TIOCSTI types into the terminal, TIOCLINUX (2, 3) pastes into a console: input for whoever reads it after us. */
const TERMINAL_INPUT: readonly Condition[] = [
  ['equal', 0x5412],
  ['equal', 0x541c],
];

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NAMESPACE_FLAGS = 0x7e020000;

/** PER_LINUX, PER_LINUX32, each with UNAME26, and the question which one it is: no READ_IMPLIES_EXEC, no fixed addresses. */
const PERSONALITIES: readonly Condition[] = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff].map((value) => ['equal', value]);

/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. Others, such as AF_VSOCK, know no network namespaces and would reach out. */
const SOCKET_FAMILIES: readonly Condition[] = [1, 2, 10, 16].map((family) => ['equal', family]);
