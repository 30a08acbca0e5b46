// The broker's memory holds keys. Its own user cannot look into it, and it works all the same.
import { spawn, spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ALLOW_ALL, CLI, cliWorld, commandLine, until } from '../helpers/cli.ts';
import { needs } from '../helpers/needs.ts';

const test = suite('broker: memory');
const FILES = ['mem', 'environ', 'maps', 'fd/0', 'auxv'];

/** Root without its powers (it may read others by more than one of them): what is left is what every user has over their own. */
const AS_ITS_USER = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all'] : ['env'];

function asItsUser(program: readonly string[], env: Readonly<Record<string, string>> = { PATH: '/usr/bin:/bin' }) {
  const [file = '', ...args] = [...AS_ITS_USER, ...program];
  return { file, args, options: { env } };
}

/** Which files of a process can be opened. */
function readable(pid: number): string[] {
  const text = `for f in ${FILES.join(' ')}; do { : < /proc/${pid}/$f; } 2>/dev/null && echo $f; done`;
  const { file, args, options } = asItsUser(['bash', '-c', text]);
  const { stdout } = spawnSync(file, args, { ...options, encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

needs(test, 'bash')('is closed to the user it runs as, while programs it starts are as any other', async () => {
  await using world = cliWorld(ALLOW_ALL);
  const sleep = asItsUser(['sleep', '60']);
  const other = spawn(sleep.file, sleep.args, { ...sleep.options, stdio: 'ignore' });
  try {
    await until(() => commandLine(other.pid ?? 0).startsWith('sleep'), 'it runs');
    assert.equal(readable(other.pid ?? 0), FILES, 'what is not closed can be read here');
  } finally {
    other.kill('SIGKILL');
  }
  const start = asItsUser([process.execPath, CLI, 'broker', 'start'], world.env);
  assert.is(spawnSync(start.file, start.args, start.options).status, 0);
  const text = 'cat /proc/self/environ | tr "\\0" "\\n" | grep -c ^PATH=; pwd';
  for (const how of ['-T', '-t']) {
    const { exit, stdout } = await world.run(['shell', 'local', how, '--', text], { cwd: world.home });
    assert.equal([exit, stdout.replaceAll('\r', '')], [0, `1\n${world.home}\n`]);
  }
  const [broker = 0] = world.brokers();
  assert.equal(readable(broker), []);
});

test.run();
