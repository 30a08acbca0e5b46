// Fetches a server's host certificate: the first packets of a key exchange (RFC 4253 §7, RFC 8731), then goodbye. ssh2
// cannot negotiate a host certificate, so a connection is made in two steps: this fetches the certificate, which is
// public and signed; the real connection then pins the very key it certifies, and its key exchange proves who holds it.
// Nothing learnt here is believed before `verifyHostCertificate` has seen it.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { SshReader, SshWireError, sshString, sshUint32 } from '../core/ssh-wire.ts';
import { waitFor } from './ssh-waiting.ts';

const CERTIFICATE_ALGORITHMS = [
  'ssh-ed25519-cert-v01@openssh.com',
  'ecdsa-sha2-nistp256-cert-v01@openssh.com',
  'ecdsa-sha2-nistp384-cert-v01@openssh.com',
  'ecdsa-sha2-nistp521-cert-v01@openssh.com',
  'rsa-sha2-512-cert-v01@openssh.com',
  'rsa-sha2-256-cert-v01@openssh.com',
];
const MESSAGE = { disconnect: 1, ignore: 2, debug: 4, kexInit: 20, ecdhInit: 30, ecdhReply: 31 } as const;
// More than a server sends before its key: a longer text is no SSH server, or no friendly one.
const MAX_BYTES = 64 * 1024;

/**
 * The certificate as the server sent it, unverified; undefined where it has none it would use. Destroys the stream.
 * Rejects where the stream breaks, with an Error that says what happened, or with the signal's reason.
 */
export async function fetchHostCertificate(stream: Duplex, signal: AbortSignal): Promise<Buffer | undefined> {
  try {
    return await waitFor<Buffer | undefined>(signal, (resolve, reject) => {
      const exchange = new Exchange((bytes) => stream.write(bytes));
      const onData = (bytes: Buffer) => {
        try {
          const answer = exchange.receive(bytes);
          if (answer !== undefined) resolve(answer.certificate);
        } catch (thrown) {
          reject(thrown);
        }
      };
      const onEnd = () => reject(new Error('the server closed the connection before its host key'));
      stream.on('data', onData).on('error', reject).on('end', onEnd).on('close', onEnd);
      return () => stream.off('data', onData).off('end', onEnd).off('close', onEnd);
    });
  } finally {
    stream.on('error', () => {});
    stream.destroy();
  }
}

class Exchange {
  readonly #send: (bytes: Buffer) => void;
  readonly #point: Buffer;
  #unread = Buffer.alloc(0);
  #received = 0;
  #greeted = false;

  constructor(send: (bytes: Buffer) => void) {
    this.#send = send;
    send(Buffer.from('SSH-2.0-sallyport\r\n'));
    send(packet(kexInit()));
    const { publicKey } = generateKeyPairSync('x25519');
    const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    // RFC 4253 §7.1 lets only a guess be sent before the server's KEXINIT, so this waits for it.
    this.#point = Buffer.concat([Buffer.of(MESSAGE.ecdhInit), sshString(point)]);
  }

  /** The answer once it is there. */
  receive(bytes: Buffer): { readonly certificate: Buffer | undefined } | undefined {
    this.#received += bytes.length;
    if (this.#received > MAX_BYTES) throw new Error('the server sent too much before its host key');
    this.#unread = Buffer.concat([this.#unread, bytes]);
    if (!this.#greeted && !this.#skipGreeting()) return undefined;
    for (let payload = this.#packet(); payload !== undefined; payload = this.#packet()) {
      const reader = new SshReader(payload);
      const type = reader.raw(1)[0];
      if (type === MESSAGE.kexInit) {
        if (!offersCertificate(reader)) return { certificate: undefined };
        this.#send(packet(this.#point));
      } else if (type === MESSAGE.ecdhReply) return { certificate: reader.string() };
      else if (type === MESSAGE.disconnect) throw new Error('the server refused the key exchange');
      else if (type !== MESSAGE.ignore && type !== MESSAGE.debug) throw new Error(`the server sent message ${type}`);
    }
    return undefined;
  }

  /** Lines may come before the identification (RFC 4253 §4.2). */
  #skipGreeting(): boolean {
    for (let end = this.#unread.indexOf('\n'); end >= 0; end = this.#unread.indexOf('\n')) {
      const line = this.#unread.subarray(0, end).toString('latin1');
      this.#unread = this.#unread.subarray(end + 1);
      if (!line.startsWith('SSH-')) continue;
      if (!/^SSH-(2\.0|1\.99)-/.test(line)) throw new Error('the server does not speak SSH 2');
      this.#greeted = true;
      return true;
    }
    return false;
  }

  /** The next whole packet's payload; packets are in the clear until keys are exchanged. */
  #packet(): Buffer | undefined {
    if (this.#unread.length < 5) return undefined;
    const length = this.#unread.readUInt32BE();
    const padding = this.#unread.readUInt8(4);
    if (length > MAX_BYTES || length < padding + 2) throw new SshWireError('the server sent a malformed packet');
    if (this.#unread.length < 4 + length) return undefined;
    const payload = this.#unread.subarray(5, 4 + length - padding);
    this.#unread = this.#unread.subarray(4 + length);
    return payload;
  }
}

function offersCertificate(kexInitReader: SshReader): boolean {
  kexInitReader.raw(16);
  kexInitReader.string();
  const algorithms = kexInitReader.text().split(',');
  return CERTIFICATE_ALGORITHMS.some((name) => algorithms.includes(name));
}

function kexInit(): Buffer {
  const ciphers = sshString('aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes256-ctr');
  const macs = sshString('hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512');
  const none = sshString('none');
  const noLanguage = sshString('');
  return Buffer.concat([
    Buffer.of(MESSAGE.kexInit),
    randomBytes(16),
    sshString('curve25519-sha256,curve25519-sha256@libssh.org'),
    sshString(CERTIFICATE_ALGORITHMS.join(',')),
    ciphers,
    ciphers,
    macs,
    macs,
    none,
    none,
    noLanguage,
    noLanguage,
    Buffer.of(0),
    sshUint32(0),
  ]);
}

/** RFC 4253 §6: length, padding length, payload, at least four bytes of padding, in blocks of eight. */
function packet(payload: Buffer): Buffer {
  const short = 8 - ((5 + payload.length) % 8);
  const padding = short < 4 ? short + 8 : short;
  return Buffer.concat([sshUint32(1 + payload.length + padding), Buffer.of(padding), payload, randomBytes(padding)]);
}
