// Connections to an API server: whose they are, and for how long.
import { once } from 'node:events';
import type { Server } from 'node:https';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Secret } from '../../src/lib/core/secret.ts';
import { type ConnectionPool, connectionPool, openUpstream } from '../../src/lib/kubernetes/server/upstream.ts';
import { issueSessionCertificate } from '../../src/lib/targets/kubectl/session-certificate.ts';

const test = suite('upstream');

interface World extends AsyncDisposable {
  readonly connections: () => number;
  readonly tokens: string[];
  /** One request with this token, over a pool or alone. */
  ask(token: string, pool?: ConnectionPool): Promise<void>;
}

async function world(): Promise<World> {
  const { ca, certificate, privateKey } = await issueSessionCertificate('upstream', Date.now(), 60_000);
  let connections = 0;
  const tokens: string[] = [];
  const server: Server = createServer({ key: privateKey.reveal(), cert: certificate }, (request, response) => {
    tokens.push(request.headers.authorization ?? '');
    response.end('{}');
  });
  server.on('secureConnection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    connections: () => connections,
    tokens,
    async ask(token, pool) {
      const secret = new Secret(token);
      const address = { server: url, ca, serverName: undefined };
      using upstream = openUpstream(address, { kind: 'token', token: () => secret }, pool);
      const asked = { method: 'GET', target: '/api', headers: {}, body: null };
      const reply = await upstream.send(asked, new AbortController().signal);
      for await (const _ of reply);
      // The connection is free once the reply has ended for Node, too.
      await new Promise(setImmediate);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('sessions that share a pool share connections, and each says who it is', async () => {
  await using server = await world();
  const pool = connectionPool();
  for (const token of ['one', 'two', 'three']) await server.ask(token, pool);
  assert.equal(server.tokens, ['Bearer one', 'Bearer two', 'Bearer three']);
  assert.is(server.connections(), 1);
});

test('without a pool connections end with who opened them', async () => {
  await using server = await world();
  for (const token of ['one', 'two']) await server.ask(token);
  assert.is(server.connections(), 2);
});

test('another certificate authority is another pool', async () => {
  await using one = await world();
  await using other = await world();
  const pool = connectionPool();
  await one.ask('a', pool);
  await other.ask('a', pool);
  await one.ask('a', pool);
  assert.equal([one.connections(), other.connections()], [2, 1]);
});

test.run();
