import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import type { Principal } from '../../src/lib/core/principal.ts';
import { unixPeerVerifier } from '../../src/lib/identity/unix-peer.ts';
import { findAccount } from '../../src/lib/os/accounts.ts';
import { needs } from '../helpers/needs.ts';

const verifier = unixPeerVerifier();

interface Listening extends AsyncDisposable {
  readonly path: string;
  /** The next connection, its bytes unread. */
  accept(): Promise<Socket>;
}

async function listen(): Promise<Listening> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-peer-'));
  chmodSync(folder, 0o755);
  const path = join(folder, 'socket');
  const server: Server = createServer({ pauseOnConnect: true });
  const waiting: Socket[] = [];
  const open = new Set<Socket>();
  let wake = () => {};
  server.on('connection', (socket) => {
    open.add(socket.on('error', () => {}));
    waiting.push(socket);
    wake();
  });
  server.listen(path);
  await once(server, 'listening');
  chmodSync(path, 0o777);
  return {
    path,
    async accept() {
      while (waiting.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return waiting.shift() as Socket;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A process of that uid and gid that connects, then does what `then` says with `socket`. */
function connectAs(uid: number, gid: number, path: string, then: string, prefix: readonly string[] = []): ChildProcess {
  const become =
    uid === process.getuid?.() ? '' : `process.setgroups([]); process.setgid(${gid}); process.setuid(${uid});`;
  const script = `${become}
    const socket = require('node:net').connect(${JSON.stringify(path)}, () => { ${then} }).on('error', () => {});`;
  const [file = '', ...args] = [...prefix, process.execPath, '-e', script];
  return spawn(file, args, { stdio: 'inherit' });
}

const ended = async (child: ChildProcess) => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};

function refusal(socket: Socket): BrokerError {
  try {
    const { name } = verifier.identify(socket);
    throw new Error(`identified as ${name}`);
  } catch (error) {
    if (error instanceof BrokerError) return error;
    throw error;
  }
}

test('names the caller by the account of its uid, and tells pid, uid and gid as the kernel saw them', async () => {
  await using server = await listen();
  const uid = process.getuid?.() ?? -1;
  const gid = process.getgid?.() ?? -1;
  const child = connectAs(uid, gid, server.path, 'socket.on("end", () => process.exit())');
  const socket = await server.accept();
  const expected: Principal = {
    name: `unix:${findAccount({ uid })?.name}`,
    proof: { method: 'unix-peer', pid: child.pid ?? -1, uid, gid },
  };
  assert.equal(verifier.identify(socket), expected);
  socket.end();
  await ended(child);
});

const asRoot = needs(test, 'root');

asRoot('tells callers of different users apart', async () => {
  await using server = await listen();
  for (const name of ['daemon', 'nobody']) {
    const account = findAccount({ name });
    if (account === undefined) throw new Error(`no account "${name}"`);
    const child = connectAs(account.uid, account.gid, server.path, '');
    const socket = await server.accept();
    const { name: found, proof } = verifier.identify(socket);
    assert.equal([found, proof.uid, proof.gid], [`unix:${name}`, account.uid, account.gid]);
    socket.destroy();
    await ended(child);
  }
});

asRoot('a uid without an account is named by its number', async () => {
  await using server = await listen();
  const child = connectAs(3_999_999, 3_999_998, server.path, '');
  const socket = await server.accept();
  assert.is(verifier.identify(socket).name, 'unix:3999999');
  socket.destroy();
  await ended(child);
});

asRoot('what the caller sends does not matter', async () => {
  await using server = await listen();
  const child = connectAs(1, 1, server.path, 'socket.write("unix:root uid=0 pid=1\\0\\0\\0\\0\\0\\0\\0\\0")');
  const socket = await server.accept();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.is(verifier.identify(socket).proof.uid, 1);
  socket.destroy();
  await ended(child);
});

asRoot('a caller that changes its user afterwards stays who connected', async () => {
  await using server = await listen();
  const child = connectAs(0, 0, server.path, 'process.setuid(1); socket.write("x")');
  const socket = await server.accept();
  socket.resume();
  await once(socket, 'data');
  assert.is(verifier.identify(socket).name, 'unix:root');
  socket.destroy();
  await ended(child);
});

asRoot('a connection handed on by a process that died is still of who made it', async () => {
  await using server = await listen();
  // The heir is root and writes; who connected was uid 1 and is gone.
  const heir = `const { Socket } = require('node:net');
    const socket = new Socket({ fd: 3 }).on('error', () => {});
    setTimeout(() => socket.write('from the heir'), 300); socket.on('end', () => process.exit());`;
  const child = connectAs(
    1,
    1,
    server.path,
    `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(heir)}],
      { stdio: ['ignore', 'inherit', 'inherit', socket._handle.fd], detached: true }); process.exit();`,
  );
  const socket = await server.accept();
  await ended(child);
  socket.resume();
  const [bytes] = await once(socket, 'data');
  assert.is(String(bytes), 'from the heir');
  const { proof } = verifier.identify(socket);
  assert.equal([proof.pid, proof.uid], [child.pid, 1]);
  socket.end();
});

const hasUserNamespaces = spawnSync('unshare', ['--user', '--map-root-user', 'true']).status === 0;
if (!hasUserNamespaces) process.stdout.write('# skipped: needs user namespaces\n');
(hasUserNamespaces ? asRoot : test.skip)(
  'in a user namespace, the uid that stands for everybody outside names nobody',
  async () => {
    const server = `
    import { createServer } from 'node:net';
    import { chmodSync } from 'node:fs';
    import { unixPeerVerifier } from ${JSON.stringify(new URL('../../src/lib/identity/unix-peer.ts', import.meta.url).href)};
    const server = createServer((socket) => {
      let told;
      try { told = unixPeerVerifier().identify(socket).name; } catch (error) { told = error.code; }
      console.log(told);
      socket.destroy();
      server.close();
    });
    server.listen(process.argv[1], () => { chmodSync(process.argv[1], 0o777); console.log('ready'); });`;
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-userns-'));
    chmodSync(folder, 0o755);
    try {
      const path = join(folder, 'socket');
      const args = [
        '--user',
        '--map-root-user',
        process.execPath,
        '--import',
        'tsx',
        '--input-type=module',
        '-e',
        server,
      ];
      const inside = spawn('unshare', [...args, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      const limit = setTimeout(() => inside.kill('SIGKILL'), 20_000);
      let text = '';
      let caller: ChildProcess | undefined;
      inside.stdout.on('data', (bytes) => {
        text += bytes;
        if (text === 'ready\n') caller = connectAs(1, 1, path, '');
      });
      await once(inside, 'close');
      clearTimeout(limit);
      assert.is(text, 'ready\nunidentified\n');
      if (caller !== undefined) await ended(caller);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test('a connection that is closed is refused', async () => {
  await using server = await listen();
  const child = connectAs(process.getuid?.() ?? -1, 0, server.path, '');
  const socket = await server.accept();
  socket.destroy();
  await once(socket, 'close');
  await ended(child);
  const { code, exit } = refusal(socket);
  assert.equal([code, exit], ['unidentified', 77]);
});

test('a connection over the network has no peer to be named', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const client = new Socket().connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  const { code, exit } = refusal(socket);
  assert.equal([code, exit], ['unidentified', 77]);
  client.destroy();
  socket.destroy();
  server.close();
});

test.run();
