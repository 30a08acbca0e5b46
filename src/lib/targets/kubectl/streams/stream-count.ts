// How much went through, and what it was, without keeping any of it.
import { createHash } from 'node:crypto';
import type { ApiStreamCount } from '../../../ports/api-gate.ts';

export class StreamCount {
  readonly #name: string;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(name: string) {
    this.#name = name;
  }

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }

  /** Called once. */
  end(): ApiStreamCount {
    return { name: this.#name, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
