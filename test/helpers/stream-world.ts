// An endpoint between a client and a server that both speak WebSocket as the test says: for what no real kubectl or API server would say.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import { type ApiEndpoint, type ApiEndpointOptions, apiEndpoint } from './api-endpoint.ts';
import { type FakeApiServer, fakeApiServer, says } from './fake-api-server.ts';

export const EXEC = '/api/v1/namespaces/shop/pods/web/exec?command=sh&stdin=true&stdout=true&stderr=true';
export const V5 = 'v5.channel.k8s.io';

export interface StreamWorld extends AsyncDisposable {
  readonly api: ApiEndpoint;
  readonly server: FakeApiServer;
  /** The server's end of the next stream that is opened. */
  serverSocket(): Promise<WebSocket>;
  /** A client's, not yet open. */
  connect(target?: string, protocols?: string[], headers?: Record<string, string>): WebSocket;
  /** Both ends of an open stream. */
  open(target?: string, protocols?: string[]): Promise<{ client: WebSocket; server: WebSocket }>;
}

export async function streamWorld(options: Omit<ApiEndpointOptions, 'upstream'>): Promise<StreamWorld> {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });
  const clients: WebSocket[] = [];
  const waiting: ((socket: WebSocket) => void)[] = [];
  const server = await fakeApiServer(
    (_, response) => says(response, 404, { kind: 'Status', message: 'no such pod' }),
    'cluster-token',
    (_, request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (open) => {
        open.on('error', () => {});
        waiting.shift()?.(open);
      }),
  );
  const api = await apiEndpoint({ ...options, upstream: server.upstream });
  const serverSocket = () => new Promise<WebSocket>((resolve) => waiting.push(resolve));
  const connect: StreamWorld['connect'] = (target = EXEC, protocols = [V5], headers = {}) => {
    const socket = new WebSocket(`wss://127.0.0.1:${api.endpoint.port}${target}`, protocols, {
      ca: api.ca,
      headers: { authorization: `Bearer ${api.token}`, ...headers },
      perMessageDeflate: false,
    });
    socket.on('error', () => {});
    clients.push(socket);
    return socket;
  };
  return {
    ...{ api, server, serverSocket, connect },
    async open(target, protocols) {
      const other = serverSocket();
      const client = connect(target, protocols);
      await once(client, 'open');
      return { client, server: await other };
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.terminate();
      await api[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** What a client saw so far, by channel, and how its connection ended. */
export interface Seen {
  text(channel: number): string;
  readonly messages: Buffer[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** To be called at once: what came before is lost. */
export function see(socket: WebSocket): Seen {
  const messages: Buffer[] = [];
  socket.on('message', (message: Buffer) => messages.push(message));
  return {
    messages,
    text: (channel) =>
      Buffer.concat(messages.filter((one) => one[0] === channel).map((one) => one.subarray(1))).toString('latin1'),
    closed: once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) })),
  };
}

export const on = (channel: number, text: string | Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(channel), Buffer.from(text as string)]);

/** Waits until `isTrue`, at most 5 s. */
export async function soon(isTrue: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 5000;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`not seen: ${what}`);
    await delay(5);
  }
}
