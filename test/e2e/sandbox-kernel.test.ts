// timeout: 120
// Attacks from inside a sandbox on other processes, the kernel and the network. What would work outside is made outside,
// too, where it does no harm: the wall is shown, not a weak attack.
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { numberOf, type SystemCall } from '../../src/lib/targets/sandbox/syscalls.ts';
import { OWN, processesWith } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import { type Call, callCommand, type SandboxChanges, sandboxWorld } from '../helpers/sandbox.ts';
import { createUser, runShell } from '../helpers/shell-target.ts';

const box = needs(test, 'bwrap');

const number = (call: SystemCall) => numberOf(call, process.arch === 'arm64' ? 'arm64' : 'x64') ?? -1;
const answersOf = (stdout: string) => JSON.parse(stdout) as Record<string, string>;

box('system calls that reach around the walls are refused, and work outside', async () => {
  using world = sandboxWorld();
  const SELF_KEYRING = [0, -3, 0] as const;
  const anyone: readonly Call[] = [
    ['ptrace', number('ptrace'), 0, 0, 0, 0],
    ['keyctl', number('keyctl'), ...SELF_KEYRING],
    ['add_key', number('add_key'), 'user', 'sp-test', 'x', 1, -2],
    ['personality', number('personality'), 0x40000],
  ];
  const command = callCommand(anyone);
  assert.equal(
    Object.values(answersOf((await runShell({}, command)).stdout)),
    anyone.map(() => 'done'),
  );
  assert.equal(
    Object.values(answersOf((await world.run(command)).stdout)),
    anyone.map(() => 'EPERM'),
  );
});

box('mounts, namespaces, modules, bpf and handles are refused before the kernel looks at their arguments', async () => {
  using world = sandboxWorld();
  const denied: readonly SystemCall[] = [
    'mount',
    'umount2',
    'pivot_root',
    'chroot',
    'move_mount',
    'open_tree',
    'fsopen',
    'setns',
    'bpf',
    'perf_event_open',
    'userfaultfd',
    'init_module',
    'finit_module',
    'kexec_load',
    'swapon',
    'open_by_handle_at',
    'process_vm_readv',
    'process_vm_writev',
    'pidfd_getfd',
    'request_key',
    'syslog',
    'sethostname',
  ];
  const calls: readonly Call[] = [
    ...denied.map((name): Call => [name, number(name), 0, 0, 0, 0, 0]),
    ['clone of a user namespace', number('clone'), 0x10000011, 0, 0, 0, 0],
  ];
  assert.equal(new Set(Object.values(answersOf((await world.run(callCommand(calls))).stdout))), new Set(['EPERM']));
  const absent: readonly Call[] = [
    ['clone3', number('clone3'), 0, 0],
    ['io_uring_setup', number('io_uring_setup'), 1, 0],
  ];
  assert.equal(Object.values(answersOf((await world.run(callCommand(absent))).stdout)), ['ENOSYS', 'ENOSYS']);
});

/** A program of three instructions' worth, as the smallest ELF file there is. */
function program(code: readonly number[]): Buffer {
  const header = Buffer.alloc(0x78);
  header.write('7f454c46020101', 0, 'hex');
  header.writeUInt16LE(2, 0x10);
  header.writeUInt16LE(62, 0x12);
  header.writeUInt32LE(1, 0x14);
  header.writeBigUInt64LE(0x400078n, 0x18);
  header.writeBigUInt64LE(0x40n, 0x20);
  header.writeUInt16LE(0x40, 0x34);
  header.writeUInt16LE(0x38, 0x36);
  header.writeUInt16LE(1, 0x38);
  header.writeUInt32LE(1, 0x40);
  header.writeUInt32LE(5, 0x44);
  header.writeBigUInt64LE(0x400000n, 0x50);
  header.writeBigUInt64LE(0x400000n, 0x58);
  header.writeBigUInt64LE(BigInt(0x78 + code.length), 0x60);
  header.writeBigUInt64LE(BigInt(0x78 + code.length), 0x68);
  header.writeBigUInt64LE(0x1000n, 0x70);
  return Buffer.concat([header, Buffer.from(code)]);
}

if (process.arch === 'x64') {
  box('calls of i386 and x32, whose numbers mean other calls, kill the program', async () => {
    using world = sandboxWorld();
    const exit = [0x31, 0xff, 0xb8, 60, 0, 0, 0, 0x0f, 0x05];
    const programs = {
      // mov eax, 20 (getpid of i386); int 0x80
      i386: [0xb8, 20, 0, 0, 0, 0xcd, 0x80, ...exit],
      // mov eax, 0x40000027 (getpid of x32); syscall
      x32: [0xb8, 0x27, 0, 0, 0x40, 0x0f, 0x05, ...exit],
      plain: exit,
    };
    for (const [name, code] of Object.entries(programs)) {
      writeFileSync(join(world.workspace, name), program(code), { mode: 0o755 });
    }
    const { stdout } = await world.run('for p in plain i386 x32; do ./$p 2>/dev/null; echo $?; done 2>/dev/null');
    // SIGSYS is 31.
    assert.is(stdout, '0\n159\n159\n');
  });
}

box('/proc shows nobody else, and sets nothing', async () => {
  using world = sandboxWorld();
  const before = readFileSync('/proc/sys/kernel/core_pattern', 'utf8');
  const { stdout } = await world.run(
    `cat /proc/1/comm; set -- /proc/[0-9]*; echo "$(($# < 8))"
     ls /proc/${process.pid} 2>/dev/null
     for file in /proc/sys/kernel/core_pattern /proc/sys/vm/drop_caches /proc/sys/kernel/hostname /proc/sys/kernel/modprobe \\
       /proc/sysrq-trigger /proc/irq/default_smp_affinity /proc/mtrr /proc/sys/fs/binfmt_misc/register /sys/kernel/uevent_helper; do
       { : > "$file"; } 2>/dev/null && echo "opened $file"
     done
     ls -A /proc/1/root/root/.ssh /proc/1/cwd/../../root/.ssh 2>/dev/null
     head -c 4 /proc/kcore 2>/dev/null
     ls -l /proc/1/fd /proc/2/fd | grep -v -e pipe: -e '/dev/null' -e 'socket:' -e eventfd -e signalfd | grep -- '->'
     echo end`,
  );
  assert.is(stdout, 'bwrap\n1\nend\n');
  assert.is(readFileSync('/proc/sys/kernel/core_pattern', 'utf8'), before);
});

box('the memory of the processes beside it is of no use: they stand behind the same walls', async () => {
  using world = sandboxWorld();
  const { stdout } = await world.run(
    `grep -hE '^(Seccomp|NoNewPrivs|CapEff|CapBnd):' /proc/1/status /proc/2/status /proc/$$/status | sort | uniq -c | tr -s ' \\t' ' '`,
  );
  assert.is(
    stdout,
    [' 3 CapBnd: 0000000000000000', ' 3 CapEff: 0000000000000000', ' 3 NoNewPrivs: 1', ' 3 Seccomp: 2', ''].join('\n'),
  );
});

box('there is no network: no socket that goes out, none raw, none abstract, none to the hypervisor', async () => {
  using world = sandboxWorld();
  const name = `\0sp-test-${process.pid}`;
  const abstract = createServer((socket) => socket.end('reached')).listen(name);
  const tcp = createServer((socket) => socket.end('reached')).listen(0, '127.0.0.1');
  await new Promise((resolve) => tcp.once('listening', resolve));
  const address = tcp.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const reach = (to: string) =>
    `'${process.execPath}' -e 'require("net").connect(${to}).on("error", (e) => console.log(e.code)).pipe(process.stdout)'; echo`;
  const text = `${reach(`"\\0${name.slice(1)}"`)}\n${reach(`${port}, "127.0.0.1"`)}`;
  const sockets = number('socket');
  const calls: readonly Call[] = [
    ['tcp', sockets, 2, 1, 0],
    ['raw', sockets, 2, 3, 1],
    ['packet', sockets, 17, 3, 0],
    ['vsock', sockets, 40, 1, 0],
    ['alg', sockets, 38, 5, 0],
  ];
  try {
    assert.is((await runShell({}, text)).stdout, 'reached\nreached\n');
    assert.is((await world.run(text)).stdout, 'ECONNREFUSED\n\nECONNREFUSED\n\n');
    const host: SandboxChanges = { sandbox: { network: 'host' } };
    assert.is((await world.run(reach(`${port}, "127.0.0.1"`), host)).stdout, 'reached\n');
    assert.equal(answersOf((await world.run(callCommand(calls))).stdout), {
      tcp: 'done',
      raw: 'EPERM',
      packet: 'EAFNOSUPPORT',
      vsock: 'EAFNOSUPPORT',
      alg: 'EAFNOSUPPORT',
    });
  } finally {
    abstract.close();
    tcp.close();
  }
});

needs(
  test,
  'bwrap',
  'root',
  'useradd',
)('as another user: setuid programs give nothing, and nothing of root is written', async () => {
  using user = createUser();
  using world = sandboxWorld();
  const { uid, name, home } = user.account;
  const id = join(home, 'id');
  copyFileSync('/usr/bin/id', id);
  chmodSync(id, 0o4755);
  const as: SandboxChanges = {
    options: { user: name },
    sandbox: { workspace: [home], hide: ['/root/.ssh', `${home}/hidden`] },
    spec: { cwd: home },
  };
  const { stdout } = await world.run(
    './id -u; echo kept > file; mkdir -p hidden; id -un; ls / >/dev/null && echo fine',
    as,
  );
  assert.is(stdout, `${uid}\n${name}\nfine\n`);
  assert.is(readFileSync(join(home, 'file'), 'utf8'), 'kept\n');
  assert.is((await world.run('echo x > hidden/x; ls -A hidden', as)).stdout, '');
  assert.is((await runShell({ user: name }, './id -u', { cwd: home })).stdout, '0\n');
});

box('what was left running ends with the command, daemons included', async () => {
  using world = sandboxWorld();
  const { stdout, status } = await world.run(
    `setsid -f sleep 4713.${OWN}01 >/dev/null 2>&1 </dev/null; (setsid sleep 4713.${OWN}02 &) ; trap '' HUP TERM; sleep 4713.${OWN}03 & echo done; exit 5`,
  );
  assert.equal({ stdout, status }, { stdout: 'done\n', status: { kind: 'code', code: 5 } });
  assert.equal(processesWith(`4713.${OWN}0`), []);
});

test.run();
