// The one way out of a sandbox with a named network: an HTTP proxy of the broker's on a Unix socket. It connects to the
// servers of a list and to nobody else; who asks for another gets 403 and the reason.
import { lookup } from 'node:dns';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { BlockList, connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type Endpoint, isListed, parseEndpoint } from './endpoints.ts';

export interface SandboxProxy extends Disposable {
  /** Path of its socket, in a folder that only the broker and the owner can enter. */
  readonly socket: string;
  /** To be called once the sandbox shows the socket: takes the folder away, so that a broker that is killed leaves none. */
  removeFolder(): void;
}

/** Listens for programs of `owner`. Closes every connection when it is disposed. */
export async function openProxy(
  servers: readonly string[],
  owner: { readonly uid: number; readonly gid: number } | null,
): Promise<SandboxProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-net-'));
  const socket = join(folder, 'proxy.sock');
  const open = new Set<Duplex>();
  const server = createServer((incoming, outgoing) => passRequest(incoming, outgoing, servers));
  server.on('connect', (incoming, near: Duplex, head) => passTunnel(incoming, near, head, servers, open));
  server.on('connection', (near: Socket) => {
    open.add(near);
    near.once('close', () => open.delete(near));
  });
  server.maxConnections = MAX_CONNECTIONS;
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const close = () => {
    server.close();
    for (const one of open) one.destroy();
    removeFolder();
  };
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socket, resolve));
    // Nobody else can enter the folder; in it the socket may be anybody's.
    chmodSync(socket, 0o666);
    if (owner !== null) chownSync(folder, owner.uid, owner.gid);
  } catch (error) {
    close();
    throw error;
  }
  return { socket, removeFolder, [Symbol.dispose]: close };
}

const MAX_CONNECTIONS = 256;
const CONNECT_TIMEOUT_MS = 10_000;

function passTunnel(
  { url = '' }: IncomingMessage,
  near: Duplex,
  head: Buffer,
  servers: readonly string[],
  open: Set<Duplex>,
): void {
  // The other end may be gone before it is told anything.
  near.on('error', () => near.destroy());
  const answer = (status: string, text: string) =>
    near.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${text}\n`);
  const wanted = parseEndpoint(url);
  if (wanted === undefined || !isListed(wanted, servers)) {
    answer('403 Forbidden', refusal(url));
    return;
  }
  const far = connect({ ...wanted, lookup: lookupFor(wanted), timeout: CONNECT_TIMEOUT_MS });
  open.add(far);
  far.once('close', () => {
    open.delete(far);
    near.destroy();
  });
  near.once('close', () => far.destroy());
  const onFailure = (error: Error) =>
    answer('502 Bad Gateway', `sallyport: ${url} cannot be reached: ${error.message}`);
  far.once('error', onFailure);
  far.once('timeout', () => far.destroy(new Error('no answer')));
  far.once('connect', () => {
    far.setTimeout(0);
    far.off('error', onFailure).on('error', () => far.destroy());
    near.write('HTTP/1.1 200 Connection established\r\n\r\n');
    far.write(head);
    far.pipe(near);
    near.pipe(far);
  });
}

function passRequest(incoming: IncomingMessage, outgoing: ServerResponse, servers: readonly string[]): void {
  const answer = (status: number, text: string) => {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(`${text}\n`);
  };
  const url = URL.canParse(incoming.url ?? '') ? new URL(incoming.url ?? '') : undefined;
  const wanted = url === undefined ? undefined : parseEndpoint(`${url.hostname}:${url.port || '80'}`);
  if (url?.protocol !== 'http:' || wanted === undefined || !isListed(wanted, servers)) {
    answer(403, refusal(incoming.url ?? ''));
    return;
  }
  const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !OF_ONE_HOP.has(name)));
  const onward = forward(
    {
      host: wanted.host,
      port: wanted.port,
      method: incoming.method ?? 'GET',
      path: `${url.pathname}${url.search}`,
      // The name that was let through is the name that is asked for.
      headers: { ...headers, host: url.host, connection: 'close' },
      lookup: lookupFor(wanted),
      timeout: CONNECT_TIMEOUT_MS,
    },
    (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    },
  );
  onward.once('timeout', () => onward.destroy(new Error('no answer')));
  onward.once('error', (error) => answer(502, `sallyport: ${url.host} cannot be reached: ${error.message}`));
  outgoing.once('close', () => onward.destroy());
  incoming.pipe(onward);
}

/** RFC 9110, 7.6.1, and what is said to a proxy. */
const OF_ONE_HOP = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'host'],
]);

function refusal(asked: string): string {
  const printable = asked.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
  return `sallyport: "${printable}" is not among the servers that this target's sandbox may reach (sandbox.network)`;
}

/**
 * A listed name must not lead back into this machine or to its cloud's metadata service, whatever the name's owner has
 * the DNS say. Who wants that lists the address itself.
 */
function lookupFor({ host }: Endpoint): LookupFunction {
  if (isIP(host) !== 0 || host === 'localhost') return lookup as LookupFunction;
  return (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const outside = addresses.filter(
        ({ address, family }) => !OF_THIS_MACHINE.check(address, family === 6 ? 'ipv6' : 'ipv4'),
      );
      const [first] = outside;
      if (first === undefined) return callback(new Error('its name leads into this machine'), '', 0);
      if (options.all === true) return callback(null, outside);
      return callback(null, first.address, first.family);
    });
  };
}

const OF_THIS_MACHINE = new BlockList();
for (const [address, bits, family] of [
  ['0.0.0.0', 8, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['::ffff:0:0', 96, 'ipv6'],
] as const) {
  OF_THIS_MACHINE.addSubnet(address, bits, family);
}
