// From a host and its pins to an authenticated connection: opens the stream, insists on the host key, logs in with the
// certificate. It decides which host key is believed; it runs nothing.
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../core/clock.ts';
import { BrokerError } from '../core/errors.ts';
import type { SshCertificateCredential } from '../ports/provider.ts';
import { connectSsh, levelOf, type SshConnection } from './ssh-connection.ts';
import { credentialRefused, handshakeFailed, hostKeyMismatch, type Place, unreachable } from './ssh-errors.ts';
import { fetchHostCertificate } from './ssh-host-certificate.ts';
import {
  type CertifiedKey,
  describeKey,
  HOST_KEY_FAMILIES,
  type HostKey,
  verifyHostCertificate,
} from './ssh-host-key.ts';
import { waitFor } from './ssh-waiting.ts';

/** Opens a byte stream to the host: TCP, or a channel of a jump host. */
export type OpenStream = (signal: AbortSignal) => Promise<Duplex>;

/** A stream together with everything it goes through, which closes with it. */
export interface Tunnel extends AsyncDisposable {
  readonly stream: Duplex;
}

export interface DialOptions {
  readonly place: Place;
  /** Pinned fingerprints, `SHA256:…`. */
  readonly hostKey: readonly string[];
  /** Key blobs of trusted host CAs. */
  readonly hostCas: readonly Uint8Array[];
  readonly clock: Clock;
}

export class SshDialer {
  readonly #options: DialOptions;
  // What the last connection taught: the family of the accepted key first, and the certified key while it is valid.
  #families = HOST_KEY_FAMILIES;
  #certified: CertifiedKey | undefined;

  constructor(options: DialOptions) {
    this.#options = options;
  }

  /**
   * Rejects with `target-unreachable`, `ssh-handshake-failed`, `host-key-mismatch`, `credential-refused` (all exit 69)
   * or the signal's reason; nothing is left open then. `onHostKey` is told of the key that was accepted.
   */
  async dial(
    openStream: OpenStream,
    credential: SshCertificateCredential,
    signal: AbortSignal,
    onHostKey?: (key: HostKey) => void,
  ): Promise<SshConnection> {
    const { hostCas, clock } = this.#options;
    if (this.#certified !== undefined && this.#certified.validBefore <= clock.now()) this.#certified = undefined;
    const remembered = this.#certified !== undefined;
    let problem: string | undefined;
    if (hostCas.length > 0 && !remembered) problem = await this.#learnCertifiedKey(openStream, signal);
    let attempt = await this.#tryFamilies(openStream, credential, signal);
    // The host may have a new key and a new certificate since the last time.
    if (Array.isArray(attempt) && remembered) {
      this.#certified = undefined;
      problem = await this.#learnCertifiedKey(openStream, signal);
      if (problem === undefined) attempt = await this.#tryFamilies(openStream, credential, signal);
    }
    if (attempt instanceof Accepted) {
      onHostKey?.(attempt.key);
      return attempt.connection;
    }
    throw hostKeyMismatch(this.#options.place, attempt, this.#pins(), problem);
  }

  #pins(): string[] {
    const { hostKey } = this.#options;
    return this.#certified === undefined ? [...hostKey] : [...hostKey, this.#certified.fingerprint];
  }

  /** Asks for the host's certificate and remembers the key it certifies, or says why not. */
  async #learnCertifiedKey(openStream: OpenStream, signal: AbortSignal): Promise<string | undefined> {
    const { place, hostCas, clock } = this.#options;
    const stream = await openStream(signal);
    let blob: Buffer | undefined;
    try {
      blob = await fetchHostCertificate(stream, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      throw handshakeFailed(place, thrown);
    }
    if (blob === undefined) return 'it has none (HostCertificate in its sshd_config)';
    const verified = verifyHostCertificate(blob, { host: place.host, cas: hostCas, nowMs: clock.now() });
    if (typeof verified === 'string') return verified;
    this.#certified = verified;
    return undefined;
  }

  /**
   * A fingerprint does not say which kind of key it is of, and a server shows one key a connection: where the first
   * is not a pinned one, the other kinds are asked for before it counts as a mismatch. Answers with the keys seen.
   */
  async #tryFamilies(
    openStream: OpenStream,
    credential: SshCertificateCredential,
    signal: AbortSignal,
  ): Promise<Accepted | HostKey[]> {
    const pins = this.#pins();
    const seen: HostKey[] = [];
    let families = this.#families;
    while (families.length > 0 && pins.length > 0) {
      let shown: HostKey | undefined;
      let accepted = false;
      const acceptHostKey = (blob: Uint8Array) => {
        shown = describeKey(blob);
        accepted = pins.includes(shown.fingerprint);
        return accepted;
      };
      const stream = await openStream(signal);
      try {
        const connection = await connectSsh(
          {
            stream,
            user: credential.username,
            privateKey: credential.privateKey,
            certificate: credential.certificate,
            hostKeyAlgorithms: families.flat(),
            acceptHostKey,
            clock: this.#options.clock,
          },
          signal,
        );
        const key = shown ?? describeKey(new Uint8Array());
        const family = familyOf(key.type);
        this.#families = [
          ...families.filter((one) => one === family),
          ...HOST_KEY_FAMILIES.filter((one) => one !== family),
        ];
        return new Accepted(connection, key);
      } catch (thrown) {
        signal.throwIfAborted();
        if (thrown instanceof BrokerError) throw thrown;
        const key = shown as HostKey | undefined;
        if (key !== undefined && !accepted) {
          seen.push(key);
          families = families.filter((one) => one !== familyOf(key.type));
          continue;
        }
        // It has no other kind of key than those it showed.
        if (seen.length > 0 && key === undefined && levelOf(thrown) === 'handshake') break;
        throw this.#failure(thrown, credential.username);
      }
    }
    return seen;
  }

  #failure(thrown: unknown, user: string): Error {
    const { place } = this.#options;
    const level = levelOf(thrown);
    if (level === 'client-authentication' || isTooManyAttempts(thrown)) return credentialRefused(place, user, thrown);
    if (level === 'handshake' || level === 'protocol') return handshakeFailed(place, thrown);
    return unreachable(place, thrown);
  }
}

class Accepted {
  readonly connection: SshConnection;
  readonly key: HostKey;

  constructor(connection: SshConnection, key: HostKey) {
    this.connection = connection;
    this.key = key;
  }
}

/** What sshd says where MaxAuthTries is reached, instead of refusing the last attempt. */
function isTooManyAttempts(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message === 'Too many authentication failures';
}

function familyOf(type: string): readonly string[] | undefined {
  const algorithm = type === 'ssh-rsa' ? 'rsa-sha2-512' : type;
  return HOST_KEY_FAMILIES.find((family) => family.includes(algorithm));
}

/** Opens TCP to the place. Rejects with `target-unreachable` or the signal's reason. */
export async function openTcp(place: Place, signal: AbortSignal): Promise<Duplex> {
  // Without Nagle's algorithm, or a keystroke waits for the answer to the one before.
  const socket = connect({ host: place.host, port: place.port, noDelay: true });
  // Stays: an error between here and its next owner, who also sees that it is destroyed, must not end the broker.
  socket.on('error', () => {});
  try {
    await waitFor<void>(signal, (resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
      return () => socket.off('connect', resolve).off('error', reject);
    });
    return socket;
  } catch (thrown) {
    socket.destroy();
    signal.throwIfAborted();
    throw unreachable(place, thrown);
  }
}
