// timeout: 300
// The demo as its readers run it: a process of its own, on a machine that has every part or lacks some, ended early or not.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clusterMissing, needsCluster } from '../helpers/cluster.ts';
import { processesWith } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';

const DEMO = fileURLToPath(new URL('../demo/demo.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly text: string;
  readonly seconds: number;
}

interface DemoOptions {
  /** What runs the demo, such as bwrap with its options. */
  readonly inside?: readonly string[];
  readonly path?: string;
  /** Called with all the text so far, whenever there is more; may end the demo. */
  readonly watch?: (text: string, child: ChildProcess) => void;
}

/** Runs the demo to its end in a temporary folder that has to be empty afterwards, with no process that knows it left. */
async function runDemo({ inside = [], path = process.env.PATH ?? '', watch }: DemoOptions = {}): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
  const started = performance.now();
  try {
    const [program = '', ...args] = [...inside, process.execPath, '--import', import.meta.resolve('tsx'), DEMO];
    // A group of its own, as a terminal would give it.
    const child = spawn(program, args, {
      env: { ...process.env, PATH: path, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        watch?.(text, child);
      });
    }
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    // tsx keeps its own cache there.
    const left = readdirSync(folder).filter((name) => !name.startsWith('tsx-'));
    assert.equal(left, [], text);
    assert.equal(processesWith(`${folder}/sallyport`), [], text);
    return { code, text, seconds: (performance.now() - started) / 1000 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every text, in this order. */
function assertInOrder(text: string, wanted: readonly string[]): void {
  let from = 0;
  for (const each of wanted) {
    const at = text.indexOf(each, from);
    assert.ok(at >= 0, `no "${each}" after ${JSON.stringify(text.slice(0, from))}\nin ${text.slice(from)}`);
    from = at + each.length;
  }
}

/** A PATH with the programs of the real one, some replaced by shell scripts and some left out. */
function pathWith(
  scripts: Readonly<Record<string, string>>,
  without: readonly string[],
): { path: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'demo-path-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  for (const real of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of namesIn(real)) {
      if (without.includes(name) || name in scripts || namesIn(bin).includes(name)) continue;
      symlinkSync(join(real, name), join(bin, name));
    }
  }
  return { path: bin, folder };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // PATH may name folders that do not exist.
    return [];
  }
}

/** Ctrl-C: to every process of the terminal's group. */
const interruptGroup = (child: ChildProcess) => process.kill(-(child.pid ?? 0), 'SIGINT');

/** Calls `act` once, when the text has come. */
function once(wanted: string, act: (child: ChildProcess) => void): NonNullable<DemoOptions['watch']> {
  let isDone = false;
  return (text, child) => {
    if (isDone || !text.includes(wanted)) return;
    isDone = true;
    act(child);
  };
}

const everything = clusterMissing() === undefined ? needs(test, 'sshd', 'ssh-keygen') : needsCluster(test);

everything(
  'the demo shows allow, deny, approval, ssh, a session, masks, a cluster, replay and proof, and leaves nothing',
  async () => {
    const { code, text, seconds } = await runDemo();
    assert.is(code, 0, text);
    assertInOrder(text, [
      "agent $ sallyport shell here -- 'ls && tail -n 2 app.log'",
      'waiting for a restart',
      "agent $ sallyport shell here -- 'rm -rf /'",
      'denied by rule "destructive/system-trees"',
      'exit code 77',
      'waiting: request r-',
      'ann $ sallyport approve r-',
      'digest  sha256:',
      'draining connections',
      'healthy',
      'agent $ sallyport ssh web --',
      'sshd: accepted certificate sallyport session=s-',
      "id -un && tail -n 1 app.log'",
      'agent $ S=$(sallyport session open here)',
      "-- 'rm -rf ssh'",
      'denied by rule "destructive/system-trees"',
      '-- pwd',
      '/etc',
      'closed s-',
      "agent $ sallyport shell here -- 'cat deploy.log'",
      'ghp_[github-token:',
      'postgres://app:[url-password:',
      'app 1.4.1 deployed',
      'agent $ sallyport kubectl prod -- get deployments',
      'web    2/2',
      'agent $ sallyport kubectl prod -- get secret database',
      '[kubernetes-secret:',
      'agent $ sallyport kubectl prod -- delete namespace default',
      'denied by rule "kubernetes/pillars"',
      'exit code 77',
      "agent $ sallyport kubectl prod --why 'more visitors' -- scale deployment/web --replicas=3",
      'ann $ sallyport approve r-',
      '-   replicas: 2',
      '+   replicas: 3',
      'deployment.apps/web scaled',
      'agent $ sallyport recordings show s-',
      'approved by ann',
      'agent $ sallyport replay s-',
      'healthy',
      'intact',
      'intact',
      'Nothing is left',
    ]);
    assert.not.match(text, '\u001b[3', 'colours without a terminal');
    assert.not.match(text, 'skipped');
    assert.ok(seconds < 55, `${seconds} s`);
  },
);

needs(
  test,
  'sshd',
  'ssh-keygen',
)('Ctrl-C while an approval is awaited stops and removes everything', async () => {
  const { code, text } = await runDemo({ watch: once('waiting: request', interruptGroup) });
  assert.is(code, 130, text);
  assert.not.match(text, '\n5. ');
});

test('SIGINT to the demo alone while it starts its broker stops and removes everything', async () => {
  const { code, text } = await runDemo({ watch: once('1. ', (child) => child.kill('SIGINT')) });
  assert.is(code, 130, text);
  assert.not.match(text, '\n3. ');
});

test('a reader that closes the pipe early ends the demo, and nothing is left', async () => {
  const { code, text } = await runDemo({
    watch: once('2. ', ({ stdout }) => {
      stdout?.destroy();
    }),
  });
  assert.is.not(code, 0, text);
});

needs(test, 'ssh-keygen')('a step that turns out otherwise fails the demo, and nothing is left', async () => {
  const { path, folder } = pathWith({ tail: 'exit 3' }, []);
  try {
    const { code, text } = await runDemo({ path });
    assert.is(code, 1, text);
    assert.match(text, 'demo: sallyport shell ended with 3 instead of 0');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

needs(
  test,
  'bwrap',
  'root',
  'ssh-keygen',
)('without sshd and a cluster the demo says what it skips and shows the rest', async () => {
  const inside = ['bwrap', '--dev-bind', '/', '/', '--tmpfs', '/usr/sbin', '--setenv', 'XDG_CACHE_HOME', '/nowhere'];
  const { code, text } = await runDemo({ inside });
  assert.is(code, 0, text);
  assertInOrder(text, [
    'approved: request',
    'skipped: the SSH session: sshd is not installed',
    'skipped: the cluster: the test cluster is not built',
    'npm run cluster',
    'replay s-',
    'Nothing is left',
  ]);
});

test('without ssh-keygen the demo says what it skips and shows the rest', async () => {
  const { path, folder } = pathWith({}, ['ssh-keygen']);
  try {
    const { code, text } = await runDemo({ path });
    assert.is(code, 0, text);
    assertInOrder(text, [
      'exit code 77',
      'skipped: the approval: ssh-keygen is not installed',
      'skipped: the SSH session: ssh-keygen is not installed',
      'intact',
      'Nothing is left',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
