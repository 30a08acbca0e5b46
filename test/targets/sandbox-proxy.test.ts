// The named network: what the list lets through, what it refuses, and the proxy alone and inside a sandbox.
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer as createHttpServer, request } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isListed, parseEndpoint } from '../../src/lib/targets/sandbox/endpoints.ts';
import { openProxy } from '../../src/lib/targets/sandbox/proxy.ts';
import { OWN, readToEnd } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import { type SandboxChanges, sandboxWorld } from '../helpers/sandbox.ts';
import { createUser, runShell } from '../helpers/shell-target.ts';

const LIST = ['registry.example.org:443', '*.example.net:443', '10.1.2.3:80', 'Upper.Example.org.:443', '*.2.3:443'];

for (const [asked, passes] of [
  ['registry.example.org:443', true],
  ['REGISTRY.example.org.:443', true],
  ['upper.example.org:443', true],
  ['registry.example.org:80', false],
  ['registry.example.org:4430', false],
  ['registry.example.org.evil.test:443', false],
  ['evil-registry.example.org:443', false],
  ['a.example.net:443', true],
  ['a.b.example.net:443', true],
  ['example.net:443', false],
  ['aexample.net:443', false],
  ['10.1.2.3:80', true],
  ['10.1.2.4:80', false],
  ['1.1.2.3:443', false],
  ['[::1]:443', false],
  ['registry.example.org', false],
  ['registry.example.org:', false],
  ['registry.example.org:0443', true],
  ['user@registry.example.org:443', false],
  ['registry.example.org:443\r\nx', false],
  ['registry.example.org/:443', false],
  ['evil.test:443#registry.example.org:443', false],
  ['', false],
] as const) {
  test(`${JSON.stringify(asked)} is ${passes ? 'let through' : 'refused'}`, () => {
    const wanted = parseEndpoint(asked);
    assert.is(wanted !== undefined && isListed(wanted, LIST), passes);
  });
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A server that answers every connection with its first line in capitals. */
const shouter = () =>
  createServer((socket) =>
    socket.on('error', () => {}).once('data', (bytes) => socket.end(bytes.toString().toUpperCase())),
  );

/** Says something to the proxy and hears it out. */
async function speak(socket: string, ...parts: readonly string[]): Promise<string> {
  const near = connect(socket);
  let heard = '';
  // One that was refused may find the other end closed before it has said all.
  near
    .on('error', () => {})
    .on('data', (bytes) => {
      heard += bytes.toString();
    });
  const closed = once(near, 'close');
  for (const part of parts) {
    if (!near.destroyed) near.write(part);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  await closed;
  return heard;
}

test('a tunnel goes to a listed address, byte by byte; others are refused with the reason', async () => {
  const server = shouter();
  const port = await listening(server);
  using proxy = await openProxy([`127.0.0.1:${port}`], null);
  const asked = `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`;
  assert.match(await speak(proxy.socket, asked, 'hello'), /^HTTP\/1.1 200 .*\r\n\r\nHELLO$/);
  assert.match(await speak(proxy.socket, `${asked}early`), /EARLY$/);
  assert.match(await speak(proxy.socket, ...(asked.match(/.{1,9}/gs) ?? []), 'slow'), /SLOW$/);
  const refused = await speak(proxy.socket, `CONNECT 127.0.0.1:${port + 1} HTTP/1.1\r\n\r\n`);
  assert.match(refused, /^HTTP\/1.1 403 .*127\.0\.0\.1:\d+" is not among the servers/s);
  assert.match(await speak(proxy.socket, `CONNECT localhost:${port} HTTP/1.1\r\n\r\n`), /^HTTP\/1.1 403/);
  server.close();
});

test('a listed name that leads into this machine is not followed', async () => {
  const server = shouter();
  const port = await listening(server);
  // Resolves to 127.0.0.1 wherever it resolves at all.
  using proxy = await openProxy([`ip6-localhost:${port}`, `localhost.localdomain:${port}`], null);
  for (const name of ['ip6-localhost', 'localhost.localdomain']) {
    const answer = await speak(proxy.socket, `CONNECT ${name}:${port} HTTP/1.1\r\n\r\n`, 'hello');
    assert.match(answer, /^HTTP\/1.1 502 /);
    assert.not.match(answer, /HELLO/);
  }
  server.close();
});

test('a plain request is passed on with the host that was let through, and without what is meant for the proxy', async () => {
  const seen: unknown[] = [];
  const server = createHttpServer((incoming, outgoing) => {
    seen.push(incoming.url, incoming.headers.host, incoming.headers['proxy-authorization'], incoming.headers.cookie);
    outgoing.end('fine');
  });
  const port = await listening(server);
  using proxy = await openProxy([`127.0.0.1:${port}`], null);
  const ask = (path: string) =>
    new Promise<readonly [number | undefined, string]>((resolve, reject) => {
      const headers = { host: 'evil.test', 'proxy-authorization': 'x', cookie: 'mine' };
      request({ socketPath: proxy.socket, path, headers }, async (response) =>
        resolve([response.statusCode, await text(response)]),
      )
        .once('error', reject)
        .end();
    });
  assert.equal(await ask(`http://127.0.0.1:${port}/a?b`), [200, 'fine']);
  assert.equal(seen, ['/a?b', `127.0.0.1:${port}`, undefined, 'mine']);
  for (const path of [
    `http://127.0.0.2:${port}/`,
    '/relative',
    `https://127.0.0.1:${port}/`,
    `http://127.0.0.1:${port}@evil.test/`,
  ]) {
    assert.is((await ask(path))[0], 403, path);
  }
  server.close();
});

test('its end closes every connection and leaves no file', async () => {
  const server = createServer((socket) => socket.on('error', () => {}));
  const port = await listening(server);
  const proxy = await openProxy([`127.0.0.1:${port}`], null);
  const near = connect(proxy.socket);
  near.write(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n`);
  await once(near, 'data');
  const closed = once(near, 'close');
  near.on('error', () => {});
  proxy[Symbol.dispose]();
  await closed;
  assert.not.ok(existsSync(dirname(proxy.socket)));
  server.close();
});

needs(test, 'bwrap')('inside a sandbox the proxy is the only way out', async () => {
  const server = shouter();
  const port = await listening(server);
  using world = sandboxWorld();
  const changes: SandboxChanges = { sandbox: { network: [`127.0.0.1:${port}`] } };
  const tunnel = (to: string) =>
    `exec 5<>/dev/tcp/127.0.0.1/\${HTTPS_PROXY##*:}; printf 'CONNECT %s HTTP/1.1\\r\\n\\r\\n' '${to}' >&5; read -r -u5 line; echo "$line"`;
  const { stdout } = await world.run(
    `${tunnel(`127.0.0.1:${port}`)}; read -r -u5; echo hello >&5; cat <&5
     ${tunnel(`127.0.0.2:${port}`)}
     (exec 5<>/dev/tcp/127.0.0.1/${port}) 2>/dev/null || echo 'no other way'
     ls /run/sallyport; echo x 2>/dev/null > /run/sallyport/proxy.sock || echo 'not ours'; trap '' HUP TERM; sleep 4715.${OWN}01 & exit 4`,
    changes,
  );
  assert.is(
    stdout,
    'HTTP/1.1 200 Connection established\r\nHELLO\nHTTP/1.1 403 Forbidden\r\nno other way\nnode\nproxy.sock\nnot ours\n',
  );
  server.close();
});

const proxyFolders = () => readdirSync(tmpdir()).filter((entry) => entry.startsWith('sallyport-net-'));
const asOthers = needs(test, 'bwrap', 'root', 'useradd');

asOthers('another user than the broker reaches its proxy, and nobody else does', async () => {
  using user = createUser();
  using other = createUser();
  using proxy = await openProxy(['127.0.0.1:9'], user.account);
  const script = `require("net").connect("${proxy.socket}").on("error", (e) => console.log(e.code)).end()`;
  const knock = ({ account }: typeof user) =>
    runShell({ user: account.name }, `'${process.execPath}' -e '${script}'`, { cwd: '/' });
  assert.is((await knock(user)).stdout, '');
  assert.is((await knock(other)).stdout, 'EACCES\n');
});

asOthers(
  'in a sandbox of another user the proxy answers, and its folder is gone: a killed broker leaves none',
  async () => {
    using user = createUser();
    using world = sandboxWorld();
    const { name, home } = user.account;
    const before = proxyFolders();
    const program = await world.open(
      'exec 5<>/dev/tcp/127.0.0.1/3128; printf "CONNECT x:1 HTTP/1.1\\r\\n\\r\\n" >&5; read -r -u5 line; echo "$line"',
      { options: { user: name }, sandbox: { workspace: [home], network: ['127.0.0.1:9'] }, spec: { cwd: home } },
    );
    const left = proxyFolders().filter((entry) => !before.includes(entry));
    assert.match((await readToEnd(program)).stdout, /^HTTP\/1.1 403/);
    assert.equal(left, []);
  },
);

test.run();
