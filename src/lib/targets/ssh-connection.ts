// One authenticated SSH connection over a stream somebody else opened. The only importer of ssh2. It never runs without a
// host key check, and knows no agent, no forwarding to here and no file.
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel, ConnectConfig } from 'ssh2';
import type { Clock } from '../core/clock.ts';
import type { Secret } from '../core/secret.ts';
import type { TerminalSize } from '../core/terminal.ts';
import { waitFor } from './ssh-waiting.ts';

export type { ClientChannel } from 'ssh2';

/** A terminal to ask for. */
export interface PtyRequest {
  readonly size: TerminalSize;
  readonly term: string;
}

export interface SshConnectionOptions {
  /** Connected; belongs to the connection from now on. */
  readonly stream: Duplex;
  readonly user: string;
  readonly privateKey: Secret<string>;
  /** One line, `ssh-ed25519-cert-v01@openssh.com AAAA…`. */
  readonly certificate: string;
  /** Host key algorithms to offer, preferred first. */
  readonly hostKeyAlgorithms: readonly string[];
  /** Sees the host's key before anything is sent under it; false ends the connection. */
  readonly acceptHostKey: (blob: Uint8Array) => boolean;
  readonly clock: Clock;
}

/** What ssh2 says of an error: `handshake`, `client-authentication`, `client-socket`, `protocol`, … */
export function levelOf(thrown: unknown): string {
  return thrown instanceof Error && 'level' in thrown && typeof thrown.level === 'string' ? thrown.level : '';
}

/** True once the server said that the channel's program writes nothing more. */
export function hasAllOutput(channel: ClientChannel): boolean {
  // The state is no part of the library's documented interface, but nothing else tells the server's end of output from
  // the one the library makes up when the connection dies.
  const { incoming } = channel as ClientChannel & { readonly incoming?: { readonly state: string } };
  return incoming !== undefined && incoming.state !== 'open';
}

/** True where the server refused to open a channel, as OpenSSH does where a connection has MaxSessions of them. */
export function isRefusedChannel(thrown: unknown): boolean {
  return thrown instanceof Error && /^\(SSH\) Channel open failure/.test(thrown.message);
}

// A server that vanished is noticed after about a minute (OpenSSH: ServerAliveInterval, ServerAliveCountMax).
const KEEPALIVE_INTERVAL_MS = 15_000;
const KEEPALIVE_COUNT = 3;
// How long a server may take to answer our goodbye before the socket is cut.
const CLOSE_GRACE_MS = 500;
// The library's own list without the SHA-1 ones.
const MACS = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
] as const;

/**
 * Handshake, host key check, login. Rejects with ssh2's error (see `levelOf`) or the signal's reason; the stream is
 * destroyed then.
 */
export async function connectSsh(options: SshConnectionOptions, signal: AbortSignal): Promise<SshConnection> {
  // Loaded when the first SSH target is opened: 45 ms that a broker of shell targets never pays.
  const { Client: SshClient } = await import('ssh2');
  if (options.stream.destroyed) throw new Error('the server closed the connection');
  const client = new SshClient();
  const connection = new SshConnection(client, options.stream, options.clock);
  try {
    await waitFor<void>(signal, (resolve, reject) => {
      client.once('ready', resolve);
      client.once('error', reject);
      client.once('close', () => reject(new Error('the server closed the connection')));
      client.connect(configOf(options));
      return () => client.removeListener('ready', resolve).removeListener('error', reject);
    });
    return connection;
  } catch (thrown) {
    options.stream.destroy();
    throw thrown;
  }
}

function configOf(options: SshConnectionOptions): ConnectConfig {
  // The option that the types of plain ssh2 do not know.
  const config: ConnectConfig & { certificate: string } = {
    sock: options.stream,
    username: options.user,
    privateKey: options.privateKey.reveal(),
    certificate: options.certificate,
    // Not "none" first: one round trip less.
    authHandler: ['publickey'],
    hostVerifier: (blob: Buffer) => options.acceptHostKey(blob),
    algorithms: {
      serverHostKey: [...options.hostKeyAlgorithms] as NonNullable<ConnectConfig['algorithms']>['serverHostKey'] & {},
      hmac: [...MACS],
      compress: ['none'],
    },
    keepaliveInterval: KEEPALIVE_INTERVAL_MS,
    keepaliveCountMax: KEEPALIVE_COUNT,
    // The caller's signal is the deadline.
    readyTimeout: 0,
  };
  return config;
}

export class SshConnection implements AsyncDisposable {
  /** Resolves once the connection is gone, with the error that ended it where there was one. */
  readonly closed: Promise<Error | undefined>;
  readonly #client: Client;
  readonly #stream: Duplex;
  readonly #clock: Clock;
  #isClosed = false;
  #error: Error | undefined;

  constructor(client: Client, stream: Duplex, clock: Clock) {
    this.#client = client;
    this.#stream = stream;
    this.#clock = clock;
    // Stays for the client's whole life: an 'error' nobody listens to would end the broker.
    client.on('error', (error: Error) => {
      this.#error ??= error;
    });
    this.closed = new Promise((resolve) => {
      client.once('close', () => {
        this.#isClosed = true;
        resolve(this.#error);
      });
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What ended it, where there was an error. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Calls `listener` when the connection is gone, before any channel is told; the answer takes it back. */
  onClosed(listener: () => void): () => void {
    this.#client.once('close', listener);
    return () => this.#client.off('close', listener);
  }

  /**
   * Runs `command` on a channel of its own. `use` gets the channel in the very turn it opens, before its first byte.
   * Rejects with ssh2's error where the server refuses.
   */
  exec<T>(
    command: string,
    pty: PtyRequest | null,
    signal: AbortSignal,
    use: (channel: ClientChannel) => T,
  ): Promise<T> {
    const options = pty === null ? {} : { pty: ptyOptions(pty) };
    return this.#request(signal, use, (done) => this.#client.exec(command, options, done));
  }

  /** The account's login shell in a terminal; as `exec` otherwise. */
  shell<T>(pty: PtyRequest, signal: AbortSignal, use: (channel: ClientChannel) => T): Promise<T> {
    return this.#request(signal, use, (done) => this.#client.shell(ptyOptions(pty), done));
  }

  /** A TCP connection from the server to `to`, as a stream. */
  forward(to: { readonly host: string; readonly port: number }, signal: AbortSignal): Promise<Duplex> {
    const identity = (channel: Duplex) => channel;
    return this.#request(signal, identity, (done) => this.#client.forwardOut('127.0.0.1', 0, to.host, to.port, done));
  }

  /** Says goodbye, then cuts the stream; every channel ends. Safe to call again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.end();
    const cancel = this.#clock.after(CLOSE_GRACE_MS, () => this.#stream.destroy());
    await this.closed;
    cancel();
    this.#stream.destroy();
  }

  #request<T>(
    signal: AbortSignal,
    use: (channel: ClientChannel) => T,
    send: (done: (error: Error | undefined, channel: ClientChannel) => void) => void,
  ): Promise<T> {
    return waitFor<T>(signal, (resolve, reject) => {
      let wanted = true;
      const onClosed = () => reject(this.#error ?? new Error('the connection is closed'));
      if (this.#isClosed) onClosed();
      const stopListening = this.onClosed(onClosed);
      try {
        send((error, channel) => {
          if (error !== undefined && error !== null) reject(error);
          // Answered after the caller gave up.
          else if (!wanted) channel.close();
          else resolve(use(channel));
        });
      } catch (thrown) {
        reject(thrown);
      }
      return () => {
        wanted = false;
        stopListening();
      };
    });
  }
}

function ptyOptions({ size, term }: PtyRequest) {
  return { cols: size.cols, rows: size.rows, width: 0, height: 0, term };
}
