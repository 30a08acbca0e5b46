// How much one endpoint keeps at a time of what has to be whole before it can be judged or masked: bodies, and lists of Secrets. Sessions
// share this process, and none of them may fill it.
import { RefusedRequest } from '../../kubernetes/request/refused-request.ts';

/** Twenty bodies of the largest size, or four lists. */
const HELD_MAX_BYTES = 64 * 1024 * 1024;

export class HeldBytes {
  #bytes = 0;

  /** What one request keeps. Each call of `take` throws `RefusedRequest` (429, `too-much-at-once`) where that is more than there is room for. */
  share(): { take(bytes: number): void; [Symbol.dispose](): void } {
    let own = 0;
    return {
      take: (bytes) => {
        if (this.#bytes + bytes > HELD_MAX_BYTES) throw tooMuch();
        own += bytes;
        this.#bytes += bytes;
      },
      [Symbol.dispose]: () => {
        this.#bytes -= own;
        own = 0;
      },
    };
  }
}

export type HeldShare = ReturnType<HeldBytes['share']>;

function tooMuch(): RefusedRequest {
  return new RefusedRequest({
    status: 429,
    code: 'too-much-at-once',
    message: 'the requests of this session that are under way are too large together',
    hint: 'ask for less at once; kubectl tries again by itself',
  });
}
