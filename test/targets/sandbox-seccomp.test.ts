// The filter as bytes, run by a small machine of the test's own over both architectures; the kernel runs it in test/e2e.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answer, assemble, unless, when } from '../../src/lib/targets/sandbox/bpf.ts';
import { sandboxFilter } from '../../src/lib/targets/sandbox/seccomp.ts';
import { type Architecture, AUDIT_ARCH, numberOf, type SystemCall } from '../../src/lib/targets/sandbox/syscalls.ts';

const ALLOWED = 0x7fff0000;
const KILLED = 0x80000000;
const errno = (code: number) => 0x00050000 | code;
const [EPERM, ENOSYS, EAFNOSUPPORT] = [errno(1), errno(38), errno(97)];
const ARCHITECTURES = ['x64', 'arm64'] as const;

interface CallData {
  readonly number: number;
  readonly arch: number;
  readonly args?: readonly bigint[];
}

/** Runs a filter as the kernel does (bpf_helpers of linux/filter.h), for the instructions that are in it. */
function run(filter: Buffer, { number, arch, args = [] }: CallData): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(arch, 4);
  for (const [index, value] of args.entries()) data.writeBigUInt64LE(BigInt.asUintN(64, value), 16 + 8 * index);
  let word = 0;
  for (let at = 0; at < filter.length; at += 8) {
    const [code, yes, no, k] = [
      filter.readUInt16LE(at),
      filter[at + 2] ?? 0,
      filter[at + 3] ?? 0,
      filter.readUInt32LE(at + 4),
    ];
    if (code === 0x06) return k;
    if (code === 0x20) word = data.readUInt32LE(k);
    else if (code === 0x15) at += 8 * (word === k ? yes : no);
    else if (code === 0x35) at += 8 * (word >= k ? yes : no);
    else if (code === 0x45) at += 8 * ((word & k) !== 0 ? yes : no);
    else throw new Error(`instruction ${code.toString(16)}`);
  }
  throw new Error('the filter ran off its end');
}

function judge(architecture: Architecture, call: SystemCall | number, ...args: readonly bigint[]): number {
  const number = typeof call === 'number' ? call : numberOf(call, architecture);
  if (number === undefined) throw new Error(`${architecture} has no ${String(call)}`);
  return run(sandboxFilter(architecture), { number, arch: AUDIT_ARCH[architecture], args });
}

const DENIED: readonly SystemCall[] = [
  'ptrace',
  'process_vm_readv',
  'process_vm_writev',
  'pidfd_getfd',
  'mount',
  'umount2',
  'pivot_root',
  'move_mount',
  'open_tree',
  'fsopen',
  'mount_setattr',
  'unshare',
  'setns',
  'keyctl',
  'add_key',
  'request_key',
  'bpf',
  'perf_event_open',
  'userfaultfd',
  'kexec_load',
  'init_module',
  'finit_module',
  'swapon',
  'reboot',
  'open_by_handle_at',
];

for (const architecture of ARCHITECTURES) {
  test(`what reaches around the walls is refused on ${architecture}, whatever its arguments`, () => {
    for (const call of DENIED) {
      assert.is(judge(architecture, call), EPERM, call);
      assert.is(judge(architecture, call, -1n, -1n, -1n), EPERM, call);
    }
  });

  test(`calls that a filter cannot look into do not exist on ${architecture}`, () => {
    for (const call of ['clone3', 'io_uring_setup', 'io_uring_enter'] as const) {
      assert.is(judge(architecture, call), ENOSYS, call);
    }
  });

  test(`typing into the terminal is refused on ${architecture}, also with bits the kernel does not look at`, () => {
    for (const request of [0x5412n, 0x541cn, 0x1_0000_5412n, 0xffff_ffff_0000_5412n, 0xdead_beef_0000_541cn]) {
      assert.is(judge(architecture, 'ioctl', 0n, request), EPERM, request.toString(16));
    }
    for (const request of [0x5401n, 0x5413n, 0x5411n, 0n, 0x5412_0000_0000n]) {
      assert.is(judge(architecture, 'ioctl', 0x5412n, request, 0x5412n), ALLOWED, request.toString(16));
    }
  });

  test(`threads and children are made on ${architecture}, namespaces are not`, () => {
    // fork of glibc; a thread of glibc.
    for (const flags of [0x1200011n, 0x3d0f00n, 0x11n]) assert.is(judge(architecture, 'clone', flags), ALLOWED);
    for (const flags of [0x10000000n, 0x1_1000_0011n, 0x20000n, 0x40000000n, 0x7e020000n, 0x20000011n]) {
      assert.is(judge(architecture, 'clone', flags), EPERM, flags.toString(16));
    }
  });

  test(`only the plain personalities can be chosen on ${architecture}`, () => {
    for (const value of [0n, 8n, 0x20000n, 0xffffffffn, 0x1_0000_0008n]) {
      assert.is(judge(architecture, 'personality', value), ALLOWED);
    }
    for (const value of [0x40000n, 0x400000n, 0x0400008n, 4n])
      assert.is(judge(architecture, 'personality', value), EPERM);
  });

  test(`only sockets of families that know network namespaces are made on ${architecture}`, () => {
    for (const family of [1n, 2n, 10n, 16n]) assert.is(judge(architecture, 'socket', family, 1n, 0n), ALLOWED);
    // AF_VSOCK, AF_PACKET, AF_ALG, AF_BLUETOOTH.
    for (const family of [40n, 17n, 38n, 31n, 0n, 0x1_0000_0028n]) {
      assert.is(judge(architecture, 'socket', family, 1n, 0n), EAFNOSUPPORT, String(family));
    }
  });

  test(`a call through another ABI kills on ${architecture}`, () => {
    const filter = sandboxFilter(architecture);
    // i386, arm, riscv64, big-endian aarch64, and the other one of ours.
    const others = [0x40000003, 0x40000028, 0xc00000f3, 0x800000b7, 0];
    for (const arch of [
      ...others,
      ...ARCHITECTURES.filter((one) => one !== architecture).map((one) => AUDIT_ARCH[one]),
    ]) {
      assert.is(run(filter, { number: 1, arch }), KILLED, arch.toString(16));
    }
  });

  test(`everyday calls pass on ${architecture}`, () => {
    const known = new Set([...DENIED].map((call) => numberOf(call, architecture)));
    const everyday =
      architecture === 'x64'
        ? [0, 1, 2, 9, 39, 42, 57, 58, 59, 60, 62, 202, 257, 334, 439]
        : [56, 63, 64, 93, 129, 172, 203, 221, 222, 439];
    for (const number of everyday) {
      assert.not.ok(known.has(number));
      assert.is(judge(architecture, number), ALLOWED, String(number));
    }
  });
}

test('x32 calls kill on x64', () => {
  for (const number of [0x40000000, 0x40000027, 0x7fffffff, 0xffffffff]) assert.is(judge('x64', number), KILLED);
});

test('blocks jump where they say, at every length of a row of conditions', () => {
  for (let count = 1; count <= 6; count++) {
    const conditions = Array.from({ length: count }, (_, index) => ['equal', index * 10] as const);
    const filter = assemble([
      { code: 0x20, jumpTrue: 0, jumpFalse: 0, k: 0 },
      ...unless(conditions, [answer(1)]),
      ...when(['equal', 0], [answer(2)]),
      answer(3),
    ]);
    for (let number = 0; number < 70; number++) {
      const expected = number % 10 === 0 && number / 10 < count ? (number === 0 ? 2 : 3) : 1;
      assert.is(run(filter, { number, arch: 0 }), expected, `${number} of ${count}`);
    }
  }
});

test('a jump too long for its byte is refused, and not cut', () => {
  const block = Array.from({ length: 256 }, () => answer(0));
  assert.throws(() => assemble(when(['equal', 1], block)), RangeError);
});

test('the filter is far below the 4096 instructions that the kernel takes', () => {
  for (const architecture of ARCHITECTURES) assert.ok(sandboxFilter(architecture).length / 8 < 300);
});

test.run();
