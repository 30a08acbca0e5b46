// timeout: 60
// A sandbox in a terminal: job control, Ctrl-C and sizes work inside, and nothing is typed on behalf of a person.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../helpers/cli.ts';
import { OWN, processesWith, reader } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import { callCommand, sandboxWorld } from '../helpers/sandbox.ts';
import { createUser, runShell, TERMINAL } from '../helpers/shell-target.ts';

const box = needs(test, 'bwrap');
const TIOCSTI = 0x5412;
const IOCTL = process.arch === 'arm64' ? 29 : 16;

box('in a terminal, Ctrl-C and a new size reach the program, and only the program', async () => {
  using world = sandboxWorld();
  const text = `trap 'echo interrupted' INT; trap 'stty size' WINCH; trap 'echo ended; exit 7' TERM; echo ready; while :; do sleep 0.01; done`;
  const program = await world.open(text, { spec: { pty: TERMINAL } });
  const output = reader(program);
  await output.waitFor('ready');
  await program.write(Buffer.from([3]));
  await output.waitFor('interrupted');
  program.resize({ cols: 101, rows: 41 });
  await output.waitFor('41 101');
  program.signal('SIGTERM');
  await output.rest();
  assert.match(output.text(), /ended/);
  assert.equal(await program.exited, { kind: 'code', code: 7 });
  await program[Symbol.asyncDispose]();
});

box('a free terminal has job control inside', async () => {
  using world = sandboxWorld();
  const program = await world.open(null, {
    spec: { pty: TERMINAL },
    options: { shell: '/bin/bash', set: { HOME: '/nowhere' } },
  });
  const output = reader(program);
  const type = (line: string) => program.write(Buffer.from(`${line}\r`));
  await type(`echo be""gun; sleep 4714.${OWN}01`);
  await output.waitFor('begun');
  await until(() => processesWith(`4714.${OWN}01`).length > 0, 'the program runs');
  await program.write(Buffer.from([26]));
  await output.waitFor('Stopped');
  await type('jobs; bg; kill %1; wait; echo en""ded; touch /etc/sp-test; exit 3');
  await output.waitFor('ended');
  await output.rest();
  assert.match(output.text(), /Read-only file system/);
  assert.equal(await program.exited, { kind: 'code', code: 3 });
  await program[Symbol.asyncDispose]();
});

needs(
  test,
  'bwrap',
  'root',
  'useradd',
)('a free terminal of another user is walled in, too, and Ctrl-C works there', async () => {
  using user = createUser();
  using world = sandboxWorld();
  const { name, home } = user.account;
  const program = await world.open(null, {
    options: { user: name, shell: '/bin/bash' },
    sandbox: { workspace: [home] },
    spec: { pty: TERMINAL, cwd: home },
  });
  const output = reader(program);
  const type = (line: string) => program.write(Buffer.from(`${line}\r`));
  await type(`id -un; echo be""gun; sleep 4714.${OWN}30`);
  await output.waitFor('begun');
  await until(() => processesWith(`4714.${OWN}30`).length > 0, 'the program runs');
  await program.write(Buffer.from([3]));
  await type(`echo "ended with $?"; touch kept /etc/sp-test; sleep 4714.${OWN}31 & exit 4`);
  await output.rest();
  assert.match(output.text(), new RegExp(`${name}[^]*ended with 130[^]*Read-only file system`));
  assert.equal(await program.exited, { kind: 'code', code: 4 });
  await program[Symbol.asyncDispose]();
  assert.ok(existsSync(join(home, 'kept')));
  assert.equal(processesWith(`4714.${OWN}3`), []);
});

box('what waits for input is seen through the walls, and so is what hides what is typed', async () => {
  using world = sandboxWorld();
  for (const pty of [null, TERMINAL]) {
    for (const [text, state, hidden] of [
      ['read -r x', 'waiting', false],
      ['read -rs x', 'waiting', pty !== null],
      ['sleep 5', 'busy', false],
    ] as const) {
      await using program = await world.open(text, { spec: { pty } });
      await until(() => program.lookAtInput().state === state, `"${text}" is seen to be ${state}`);
      assert.is(program.lookAtInput().hidden, hidden, text);
    }
  }
});

box('nothing can be typed into the terminal on behalf of a person', async () => {
  using world = sandboxWorld();
  const inject = callCommand([
    ['plain', IOCTL, 0, TIOCSTI, 'x'],
    ['with high bits', IOCTL, 0, 0xf00005412, 'x'],
    ['size', IOCTL, 0, 0x5413, ' '.repeat(16)],
  ]);
  const { stdout } = await world.run(inject, { spec: { pty: TERMINAL } });
  assert.equal(JSON.parse(stdout), { plain: 'EPERM', 'with high bits': 'EPERM', size: 'done' });
  const outside = JSON.parse((await runShell({}, inject, { pty: TERMINAL })).stdout.replace(/^[^{]*/, ''));
  // Kernels from 6.2 on may have it off by themselves (dev.tty.legacy_tiocsti).
  assert.ok(['done', 'EIO'].includes(outside.plain), outside.plain);
});

test.run();
