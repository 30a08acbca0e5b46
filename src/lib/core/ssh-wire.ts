// The SSH wire encoding (RFC 4251 §5): length-prefixed strings and big-endian numbers. Pure bytes in, bytes out;
// it knows no key type and no message.

/** A string or bytes, with its 32-bit length before it. */
export function sshString(value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return Buffer.concat([sshUint32(bytes.length), bytes]);
}

/** 0 … 2³²−1. */
export function sshUint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** 0 … 2⁶⁴−1. */
export function sshUint64(value: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

/** Thrown where bytes are not what their lengths say; the caller turns it into an error of its own. */
export class SshWireError extends Error {
  override readonly name = 'SshWireError';
}

/** Reads in order; every method throws SshWireError past the end. */
export class SshReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#at;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  raw(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new SshWireError('the data ends early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  uint32(): number {
    return this.raw(4).readUInt32BE();
  }

  uint64(): bigint {
    return this.raw(8).readBigUInt64BE();
  }

  string(): Buffer {
    return this.raw(this.uint32());
  }

  text(): string {
    return this.string().toString('utf8');
  }

  /** A string that holds nothing but strings, such as a certificate's principals. */
  strings(): Buffer[] {
    const inner = new SshReader(this.string());
    const found: Buffer[] = [];
    while (!inner.done) found.push(inner.string());
    return found;
  }

  /** A positive mpint as big-endian bytes without its leading zero. */
  mpint(): Buffer {
    const bytes = this.string();
    return bytes[0] === 0 ? bytes.subarray(1) : bytes;
  }
}
