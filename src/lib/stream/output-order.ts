// Keeps two streams of one program in the order in which they were written where one of them holds something back: the
// end of a line that could be the beginning of a secret is not overtaken by the next line on the other stream.
import type { OutputStream } from '../core/events.ts';
import type { Stage } from './stage.ts';

/** What waits for the other stream; beyond this the order is given up. */
const MAX_WAITING_BYTES = 64 * 1024;

type Deliver = (stream: OutputStream, pieces: readonly Uint8Array[]) => Promise<void>;

export class OutputOrder {
  readonly #stages: Readonly<Record<OutputStream, Stage>>;
  readonly #deliver: Deliver;
  /** When a stream began to hold what it holds now, as a number of calls. */
  readonly #heldSince: Record<OutputStream, number> = { stdout: 0, stderr: 0 };
  #calls = 0;
  #waiting: { readonly stream: OutputStream; readonly pieces: Uint8Array[]; bytes: number } | undefined;

  constructor(stages: Readonly<Record<OutputStream, Stage>>, deliver: Deliver) {
    this.#stages = stages;
    this.#deliver = deliver;
  }

  /**
   * Takes what a stage has just let go, also where that is nothing. It goes on at once, or, where the other stream holds
   * something older, once that went on; a copy is kept meanwhile. Rejects with what delivering rejects with.
   */
  async pass(stream: OutputStream, pieces: readonly Uint8Array[]): Promise<void> {
    const size = pieces.reduce((sum, { length }) => sum + length, 0);
    const oldest = this.#noteCall(stream, size > 0);
    const other = otherThan(stream);
    const isBehind = this.#stages[other].holding && this.#heldSince[other] < oldest;
    if (this.#waiting?.stream === stream || (this.#waiting === undefined && isBehind)) {
      if (size > 0) this.#keep(stream, pieces, size);
      if (!isBehind || (this.#waiting?.bytes ?? 0) > MAX_WAITING_BYTES) await this.#release();
      return;
    }
    await this.#deliver(stream, pieces);
    if (size > 0 || !this.#stages[stream].holding) await this.#release();
  }

  /** Ends both streams, the one that the other waits for first. */
  async end(): Promise<void> {
    const first = this.#waiting === undefined ? 'stdout' : otherThan(this.#waiting.stream);
    await this.#deliver(first, this.#stages[first].flush());
    await this.#release();
    await this.#deliver(otherThan(first), this.#stages[otherThan(first)].flush());
  }

  /** When the oldest byte came of what the stream let go. */
  #noteCall(stream: OutputStream, letGo: boolean): number {
    this.#calls += 1;
    const heldSince = this.#heldSince[stream];
    const oldest = heldSince === 0 ? this.#calls : heldSince;
    if (!this.#stages[stream].holding) this.#heldSince[stream] = 0;
    else if (letGo || heldSince === 0) this.#heldSince[stream] = this.#calls;
    return oldest;
  }

  #keep(stream: OutputStream, pieces: readonly Uint8Array[], size: number): void {
    this.#waiting ??= { stream, pieces: [], bytes: 0 };
    this.#waiting.pieces.push(...pieces.map((piece) => Uint8Array.from(piece)));
    this.#waiting.bytes += size;
  }

  async #release(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) await this.#deliver(waiting.stream, waiting.pieces);
  }
}

function otherThan(stream: OutputStream): OutputStream {
  return stream === 'stdout' ? 'stderr' : 'stdout';
}
