// One at a time: work handed to a lane starts when everything handed in before it has ended.

export type Lane = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * A new lane. Work runs strictly in the order it was handed in, one piece at a time; a piece that fails rejects
 * its own promise and does not stop the next. Never hand work to a lane from inside the same lane: it would wait
 * for itself.
 */
export function newLane(): Lane {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = tail.then(work);
    tail = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  };
}
