// Turns a source that pushes (a socket, an SSH channel, a terminal) into the port's `output`, which is pulled.
// Bounded: it tells the source when to stop and when to go on. It never splits, joins or reorders chunks.
import { Bug } from '../core/errors.ts';
import type { OutputChunk } from '../ports/target.ts';

export interface OutputQueueOptions {
  /** `push` answers false from this many unread bytes on; the source may overshoot by the chunk in its hand. */
  readonly maxBytes: number;
  /** Called once after each `false`, as soon as at most half of `maxBytes` is unread. */
  readonly resume: () => void;
}

export class OutputQueue implements AsyncIterable<OutputChunk>, Disposable {
  readonly #maxBytes: number;
  readonly #resume: () => void;
  #chunks: OutputChunk[] = [];
  #unreadBytes = 0;
  #paused = false;
  #end: { readonly error: unknown } | 'clean' | null = null;
  #disposed = false;
  #iterated = false;
  #wake: (() => void) | null = null;

  constructor(options: OutputQueueOptions) {
    this.#maxBytes = options.maxBytes;
    this.#resume = options.resume;
  }

  /** True from the `false` of a push until `resume` is called: bytes may be waiting in the source. */
  get paused(): boolean {
    return this.#paused;
  }

  /** True after `end`, `fail` or disposal: nothing more will be delivered than what is in the queue. */
  get ended(): boolean {
    return this.#end !== null || this.#disposed;
  }

  /**
   * Takes a chunk, always; the queue owns its bytes from then on. False = full: pause the source until `resume`.
   * After disposal (or once the reader left) bytes are dropped and the answer is true, so that a dying source drains.
   */
  push(chunk: OutputChunk): boolean {
    if (this.#disposed) return true;
    if (this.#end !== null) throw new Bug('output pushed after its end');
    if (chunk.bytes.byteLength === 0) return !this.#paused;
    this.#chunks.push(chunk);
    this.#unreadBytes += chunk.bytes.byteLength;
    this.#wakeReader();
    if (this.#unreadBytes >= this.#maxBytes) this.#paused = true;
    return !this.#paused;
  }

  /** The last chunk was pushed. The reader gets what is left, then the end. The first of `end` and `fail` counts. */
  end(): void {
    this.#end ??= 'clean';
    this.#wakeReader();
  }

  /** The source broke. The reader gets what is left, then `error` is thrown at it. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wakeReader();
  }

  /** Drops what is unread and ends the iteration without an error, unless `fail` came first. Safe to call again. */
  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#chunks = [];
    this.#unreadBytes = 0;
    this.#wakeReader();
    this.#continue();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OutputChunk, void, undefined> {
    if (this.#iterated) throw new Bug('output can be iterated once');
    this.#iterated = true;
    try {
      for (;;) {
        // Taking the whole list at once keeps a long queue from being shifted chunk by chunk; what was taken
        // stays counted until the reader asks for the next one.
        const taken = this.#chunks;
        this.#chunks = [];
        for (const chunk of taken) {
          if (this.#disposed) break;
          yield chunk;
          this.#unreadBytes = Math.max(0, this.#unreadBytes - chunk.bytes.byteLength);
          if (this.#unreadBytes <= this.#maxBytes / 2) this.#continue();
        }
        if (this.#chunks.length > 0) continue;
        if (this.#end !== null && this.#end !== 'clean') throw this.#end.error;
        if (this.ended) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      this[Symbol.dispose]();
    }
  }

  #continue(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#resume();
  }

  #wakeReader(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
