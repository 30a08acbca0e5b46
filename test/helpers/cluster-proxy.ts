// What stands between a broker and a cluster's API server: it sees the tokens that are sent, and can be slow. It has the server's own
// certificate, so that a kubeconfig needs no more than its port.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as ask, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { Cluster } from './cluster.ts';

export interface ClusterProxy extends AsyncDisposable {
  readonly url: string;
  /** Bearer tokens that were sent, each once, in their order. */
  readonly tokens: readonly string[];
  /** Every request waits for so long from now on. */
  delayMs: number;
}

/** Listens on a free port. */
export async function clusterProxy(cluster: Pick<Cluster, 'folder' | 'url'>): Promise<ClusterProxy> {
  const read = (name: string) => readFileSync(join(cluster.folder, 'pki', name));
  const ca = read('ca.crt');
  const tokens: string[] = [];
  const proxy = { delayMs: 0 };
  const server = createServer({ key: read('apiserver.key'), cert: read('apiserver.crt') }, async (call, reply) => {
    const [, token] = /^Bearer (.+)$/.exec(call.headers.authorization ?? '') ?? [];
    if (token !== undefined && !tokens.includes(token)) tokens.push(token);
    if (proxy.delayMs > 0) await delay(proxy.delayMs);
    const { method = 'GET', headers, url = '/' } = call;
    const onward = ask(`${cluster.url}${url}`, { method, headers, ca, agent: false }, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => reply.destroy());
      answer.on('aborted', () => reply.destroy());
      answer.pipe(reply);
    });
    onward.on('error', () => reply.destroy());
    reply.on('close', () => onward.destroy());
    call.pipe(onward);
  });
  const upgraded = new Set<Duplex>();
  server.on('upgrade', ({ method, url, rawHeaders }, socket: Duplex, head: Buffer) => {
    const { port } = new URL(cluster.url);
    const onward = connect({ host: '127.0.0.1', port: Number(port), ca }, () => {
      const headers = rawHeaders.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
      onward.write(`${method} ${url} HTTP/1.1\r\n${headers}\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    for (const [end, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      upgraded.add(end);
      end.on('error', () => other.destroy());
      end.on('close', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    tokens,
    get delayMs() {
      return proxy.delayMs;
    },
    set delayMs(ms: number) {
      proxy.delayMs = ms;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await closed;
    },
  };
}
