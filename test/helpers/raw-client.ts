// Talks to a broker's socket without our client: whatever bytes, headers and messages a test wants.
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import WebSocket from 'ws';
import { API_VERSION } from '../../src/lib/api/contract.ts';

export interface RawAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks into is what it checks.
  readonly body: any;
}

/** One HTTP request; `version` is the header's value, null leaves it out. */
export function call(
  socketPath: string,
  method: string,
  path: string,
  { body, version = String(API_VERSION) }: { readonly body?: string | Buffer; readonly version?: string | null } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath, method, path, agent: false, headers: version === null ? {} : { 'sallyport-api': version } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: text === '' ? null : JSON.parse(text) }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Writes raw bytes and resolves with everything that came back once the broker closed the connection. */
export function speak(socketPath: string, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath, () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    // A broker that closes before it has read everything resets the connection.
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)));
    socket.on('close', () => resolve(text));
  });
}

/** A connection that says nothing. */
export function dial(socketPath: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath, () => resolve(socket));
    socket.resume();
    socket.on('error', reject);
  });
}

export interface RawAttach {
  readonly socket: WebSocket;
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks into is what it checks.
  readonly messages: any[];
  /** The close code. */
  readonly closed: Promise<number>;
}

/** An attach socket whose upgrade is done. Rejects with the HTTP status where it is refused. */
export function attachRaw(socketPath: string, version: string | null = String(API_VERSION)): Promise<RawAttach> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket('ws://broker/v1/attach', {
      headers: version === null ? {} : { 'sallyport-api': version },
      perMessageDeflate: false,
      createConnection: () => connect(socketPath),
    });
    const messages: unknown[] = [];
    const closed = new Promise<number>((done) => socket.once('close', done));
    socket.on('message', (data: Buffer, isBinary: boolean) =>
      messages.push(isBinary ? data : JSON.parse(String(data))),
    );
    socket.once('open', () => resolve({ socket, messages, closed }));
    socket.on('error', reject);
  });
}

/** An invocation as the CLI sends it. */
export function invocation(text: string, over: Readonly<Record<string, unknown>> = {}) {
  return {
    type: 'open',
    invocation: {
      target: 'local',
      kind: 'shell',
      command: { kind: 'text', text },
      pty: null,
      cwd: '/tmp',
      env: {},
      task: null,
      why: null,
      wait: false,
      timeoutMs: null,
      ...over,
    },
  };
}
