// timeout: 120
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shell text
// Looks for the private key of a certificate wherever an agent, a target or a thief of files could: the key is read out
// of the broker's own memory first, where it must be and may be, and then searched everywhere else.
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CliWorld, cliWorld, until } from '../helpers/cli.ts';
import { needs } from '../helpers/needs.ts';
import { startSshd } from '../helpers/sshd.ts';

const test = suite('invariants: secrets');
const searches = needs(test, 'sshd', 'ssh-keygen', 'root');

/** The whole readable memory of a process. */
function memoryOf(pid: number): Buffer[] {
  const parts: Buffer[] = [];
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const range = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
      if (range === null || line.includes('[v')) continue;
      const [start, end] = [BigInt(`0x${range[1]}`), BigInt(`0x${range[2]}`)];
      const part = Buffer.alloc(Number(end - start));
      try {
        const count = readSync(memory, part, 0, part.length, start as unknown as number);
        parts.push(part.subarray(0, count));
      } catch {
        // Reserved and never touched.
      }
    }
  } finally {
    closeSync(memory);
  }
  return parts;
}

/** Lines of the bodies of every PEM private key in there, 60 characters and more: a shorter one could be anything. */
function keyLinesIn(parts: readonly Buffer[]): Set<string> {
  const lines = new Set<string>();
  for (const part of parts.filter((bytes) => bytes.includes('OPENSSH PRIVATE KEY'))) {
    for (const [text] of part.toString('latin1').matchAll(/-----BEGIN OPENSSH PRIVATE KEY-----\n[\w+/=\n]+/g)) {
      // The first two lines are the same in every such key: magic, cipher "none", the public part.
      for (const line of text.split('\n').slice(3)) if (line.length >= 40) lines.add(line);
    }
  }
  return lines;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : lstatSync(path).isFile() ? [path] : [];
  });
}

function processes(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** What a process shows to whoever may look: arguments, environment, names of what it has open. */
function shownBy(pid: number): string {
  try {
    const folder = `/proc/${pid}`;
    const links = readdirSync(`${folder}/fd`).map((fd) => readlinkSync(`${folder}/fd/${fd}`));
    return [readFileSync(`${folder}/cmdline`, 'latin1'), readFileSync(`${folder}/environ`, 'latin1'), ...links].join(
      '\n',
    );
  } catch {
    // It ended meanwhile.
    return '';
  }
}

interface Reached extends AsyncDisposable {
  readonly world: CliWorld;
}

/** A world, and a server that trusts its CA: `web`, and `hop`, which is the same server through `web`. */
async function reached(config: readonly string[]): Promise<Reached> {
  const world = cliWorld();
  const trustedUserCa = (await world.run(['ssh-ca', 'public-key'])).stdout.trim();
  await world.run(['broker', 'stop']);
  const sshd = await startSshd({ trustedUserCa, config });
  const place = `kind: ssh, host: 127.0.0.1, port: ${sshd.port}, user: ${sshd.user}, hostKey: "${sshd.hostKeyFingerprint}"`;
  world.configure(`targets:\n  web: { ${place} }\n  hop: { ${place}, via: web }\npolicy: { default: allow }\n`);
  return {
    world,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await sshd[Symbol.asyncDispose]();
    },
  };
}

const ECHO =
  'env; tr "\\0" "\\n" < /proc/$PPID/environ; cat "${SSH_USER_AUTH:-/dev/null}"; ls -l /proc/$$/fd; echo shown; read -r _';

for (const name of ['web', 'hop']) {
  searches(
    `shows no line of a private key anywhere while and after a session on "${name}" shows all that it sees`,
    async () => {
      await using place = await reached(['ExposeAuthInfo yes']);
      const { world: client } = place;
      const session = client.start(['ssh', name, '--json', '--task', 'search', '--', ECHO]);
      // With --json nothing is printed before the end: the recording says when the program runs.
      const isShown = () =>
        filesBelow(client.state).some((path) => path.endsWith('.cast') && readFileSync(path, 'utf8').includes('shown'));
      const lines = new Set<string>();
      // From the start on: once the connection stands, the broker is done with its key, and what is collected is soon gone.
      const gather = () => {
        for (const pid of client.brokers()) for (const line of keyLinesIn(memoryOf(pid))) lines.add(line);
      };
      await until(() => {
        const isThere = isShown();
        gather();
        return isThere;
      }, 'the program runs');
      assert.ok(lines.size > 0, 'the broker has a key in memory, or this test searches for nothing');
      const ca = readFileSync(join(client.state, 'ssh_ca'), 'latin1');
      const issued = [...lines].filter((line) => !ca.includes(line));
      assert.ok(issued.length > 0, 'an issued key is among them');
      const finds: string[] = [];
      const search = (where: string, text: string, needles = issued) => {
        for (const line of needles) if (text.includes(line)) finds.push(where);
      };
      const seen = processes().filter((pid) => pid !== process.pid);
      for (const pid of seen) search(`/proc/${pid}`, shownBy(pid), [...lines]);
      const memory = memoryOf(session.child.pid ?? 0);
      for (const line of lines) if (memory.some((part) => part.includes(line))) finds.push('memory of the CLI');
      const look = (when: string) => {
        for (const path of filesBelow(client.folder)) search(`${when}: ${path}`, readFileSync(path, 'latin1'));
      };
      look('during');
      for (const args of [
        ['leases'],
        ['session', 'list', '--all'],
        ['audit', 'tail', '-n', '1000'],
        ['recordings', 'list'],
        ['targets'],
        ['broker', 'status'],
      ]) {
        search(args.join(' '), (await client.run([...args, '--json'])).stdout, [...lines]);
      }
      session.child.stdin?.end('\n');
      const ended = await session.done;
      assert.is(ended.exit, 0, ended.stdout + ended.stderr);
      assert.match(ended.json.output, /SSH_USER_AUTH=/, 'the server told the program how it was authenticated');
      search('output', ended.stdout + ended.stderr, [...lines]);
      look('after');
      const { session: id } = ended.json;
      search('replay', (await client.run(['recordings', 'show', id, '--json'])).stdout, [...lines]);
      assert.equal([...new Set(finds)], []);
      assert.equal((await client.run(['leases', '--json'])).json.leases, []);
    },
  );
}

searches('shows no line of a key in the error and the log of a server that refuses it', async () => {
  await using place = await reached(['AllowUsers nobody-at-all']);
  const { world: client } = place;
  const refused = await client.run(['ssh', 'web', '--json', '--', 'id']);
  assert.is(refused.exit, 69, refused.stdout);
  const [broker = 0] = client.brokers();
  const ca = readFileSync(join(client.state, 'ssh_ca'), 'latin1');
  const issued = [...keyLinesIn(memoryOf(broker))].filter((line) => !ca.includes(line));
  const finds = filesBelow(client.folder).filter((path) =>
    issued.some((line) => readFileSync(path, 'latin1').includes(line)),
  );
  assert.equal(finds, []);
  assert.not.match(refused.stdout + refused.stderr, /PRIVATE KEY/);
  assert.equal((await client.run(['leases', '--json'])).json.leases, []);
});

test.run();
