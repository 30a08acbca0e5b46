// What the broker adds to one request: a client that keeps one HTTP/2 connection open asks for the same pod, in turns of the endpoint of
// a session and of the API server.
import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { keptEndpoint } from '../helpers/kept-endpoint.ts';
import type { KubectlBench } from './kubectl.ts';
import { quantile } from './turns.ts';

const WARM_UP = 200;
const REQUESTS = 1000;
const PATH = '/api/v1/namespaces/default/pods/talker';

/** One open connection of somebody. */
export interface ApiConnection extends Disposable {
  /** The stream of a reply whose status was 200. */
  get(path: string): Promise<ClientHttp2Stream>;
}

export interface OpenSession extends ApiConnection, AsyncDisposable {}

export async function clusterRequests(bench: KubectlBench): Promise<readonly string[]> {
  await using ours = await openSession(bench);
  using plain = openPlain(bench);
  const times: [number[], number[]] = [[], []];
  for (let i = -WARM_UP; i < REQUESTS; i++) {
    for (const [index, connection] of [ours, plain].entries()) {
      const started = performance.now();
      await readToEnd(await connection.get(PATH));
      if (i >= 0) times[index as 0 | 1].push(performance.now() - started);
    }
  }
  const [own, others] = times;
  const at = (part: number) => {
    const [mine, other] = [quantile(own, part), quantile(others, part)];
    return `${(mine - other).toFixed(1)} ms more (${mine.toFixed(1)}, ${other.toFixed(1)} ms)`;
  };
  return [`a request on an open connection: median ${at(0.5)}, 99th percentile ${at(0.99)}, ${REQUESTS} each`];
}

/** A session that stays open, and one connection to its endpoint. */
export async function openSession({ stage }: KubectlBench): Promise<OpenSession> {
  const { server, ca, token, cli } = await keptEndpoint(stage);
  const connection = over(connect(server, { ca }), token);
  return {
    ...connection,
    async [Symbol.asyncDispose]() {
      connection[Symbol.dispose]();
      cli.child.kill('SIGINT');
      await cli.done;
    },
  };
}

export function openPlain({ stage: { cluster }, token }: KubectlBench): ApiConnection {
  return over(connect(cluster.url, { ca: readFileSync(cluster.ca, 'utf8') }), token);
}

function over(session: ClientHttp2Session, token: string): ApiConnection {
  // What it ends of is said by each request.
  session.on('error', () => {});
  return {
    get: (path) =>
      new Promise((resolve, reject) => {
        const stream = session.request({ ':path': path, authorization: `Bearer ${token}`, accept: 'application/json' });
        stream.on('error', reject);
        stream.on('response', ({ ':status': status }) => {
          if (status === 200) resolve(stream);
          else reject(new Error(`GET ${path}: ${status}`));
        });
      }),
    [Symbol.dispose]: () => session.destroy(),
  };
}

async function readToEnd(stream: ClientHttp2Stream): Promise<void> {
  for await (const _ of stream);
}
