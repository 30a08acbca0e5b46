// Takes frames that a program wrote between two marks out of its output, whatever the chunks. Everything outside a frame
// passes unchanged; what is too long to be a frame passes, too, so that nothing can be hidden in one that never ends.
import type { Stage } from './stage.ts';

/** Of one frame; an environment is at most a few ten KiB. */
export const MAX_FRAME_BYTES = 256 * 1024;

/** `onFrame` gets the bytes between the marks. The marks are ASCII and not empty. */
export function takeFrames(
  { begin, end }: { readonly begin: string; readonly end: string },
  onFrame: (content: Buffer) => void,
): Stage {
  const opening = Buffer.from(begin);
  const closing = Buffer.from(end);
  /** A frame that has begun, mark included, or a suffix that could be the beginning of the mark. */
  let held: Buffer = Buffer.alloc(0);
  /** Of `held`: how much was searched for the end. */
  let searched = 0;

  function push(bytes: Uint8Array): readonly Uint8Array[] {
    let rest = held.length === 0 ? Buffer.from(bytes) : Buffer.concat([held, bytes]);
    held = Buffer.alloc(0);
    const pieces: Uint8Array[] = [];
    for (;;) {
      const from = rest.indexOf(opening);
      if (from === -1) {
        const keep = partialLength(opening, rest);
        if (rest.length > keep) pieces.push(rest.subarray(0, rest.length - keep));
        held = rest.subarray(rest.length - keep);
        searched = 0;
        return pieces;
      }
      if (from > 0) pieces.push(rest.subarray(0, from));
      rest = rest.subarray(from);
      const until = rest.indexOf(closing, Math.max(opening.length, searched - closing.length));
      searched = rest.length;
      if (until === -1 && rest.length <= MAX_FRAME_BYTES) {
        held = rest;
        return pieces;
      }
      searched = 0;
      if (until === -1 || until - opening.length > MAX_FRAME_BYTES) {
        // No frame: its mark is let go, and what follows is looked at anew.
        pieces.push(rest.subarray(0, opening.length));
        rest = rest.subarray(opening.length);
        continue;
      }
      onFrame(rest.subarray(opening.length, until));
      rest = rest.subarray(until + closing.length);
    }
  }

  const isFrame = () => held.length >= opening.length;

  return {
    push,
    get holding() {
      return held.length > 0 && !isFrame();
    },
    holdsSecret: false,
    resize() {},
    expire() {
      if (isFrame() || held.length === 0) return [];
      const pieces = [held];
      held = Buffer.alloc(0);
      return pieces;
    },
    flush() {
      const pieces = held.length === 0 ? [] : [held];
      held = Buffer.alloc(0);
      return pieces;
    },
  };
}

/** Length of the longest suffix of `text` that is a beginning of `mark`. */
function partialLength(mark: Buffer, text: Buffer): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--) {
    if (mark.compare(text, text.length - length, text.length, 0, length) === 0) return length;
  }
  return 0;
}

/** Two stages as one: what leaves the first goes through the second. */
export function inSequence(first: Stage, second: Stage): Stage {
  const through = (pieces: readonly Uint8Array[]) => pieces.flatMap((piece) => second.push(piece));
  return {
    push: (bytes) => through(first.push(bytes)),
    get holding() {
      return first.holding || second.holding;
    },
    get holdsSecret() {
      return first.holdsSecret || second.holdsSecret;
    },
    resize(size) {
      first.resize(size);
      second.resize(size);
    },
    expire: () => [...through(first.expire()), ...second.expire()],
    flush: () => [...through(first.flush()), ...second.flush()],
  };
}
