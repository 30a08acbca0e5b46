// Plays a recording into a sink, in its own time or faster. It emits the data of output events and nothing else, and of
// that only what cannot do more to a terminal than show something. Terminal and keyboard belong to the caller.
import type { Clock } from '../core/clock.ts';
import { Bug } from '../core/errors.ts';
import { neutralise } from '../stream/neutralise.ts';
import type { CastEvent, CastMarker } from './read.ts';

export interface ReplayPace {
  /** 2 is twice as fast; greater than 0. */
  readonly speed: number;
  /** Longer silences are shortened to this (recorded time, before `speed`); null keeps them. */
  readonly idleLimitMs: number | null;
  /** False prints everything at once. */
  readonly wait: boolean;
}

export interface ReplayOptions {
  readonly events: AsyncIterable<CastEvent>;
  /** Takes the text of one output event, made harmless; the next one waits until it resolves. */
  readonly sink: (text: string) => Promise<void> | void;
  /**
   * Calls its listener with what is typed and returns how to stop that; null where nobody types.
   * Space pauses and goes on, `]` or `n` runs on to the next marker, `q` or ^C ends.
   */
  readonly keys: ((listener: (typed: string) => void) => () => void) | null;
  /** Told of each marker when its time comes, e.g. for a status line. */
  readonly onMarker?: (marker: CastMarker) => void;
  readonly pace: ReplayPace;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface ReplayEnd {
  readonly by: 'end' | 'key';
  /** True where the recording stops in the middle of a line. */
  readonly cut: boolean;
}

/** When things are due. Pure: give it the recorded times in order, get ms since the replay began. */
export function createTimeline(pace: Pick<ReplayPace, 'speed' | 'idleLimitMs'>): (atMs: number) => number {
  if (!(pace.speed > 0) || !Number.isFinite(pace.speed)) throw new Bug(`a replay cannot run at speed ${pace.speed}`);
  const limit = pace.idleLimitMs ?? Number.POSITIVE_INFINITY;
  let [lastAtMs, dueMs] = [0, 0];
  return (atMs) => {
    dueMs += Math.min(Math.max(0, atMs - lastAtMs), limit) / pace.speed;
    lastAtMs = atMs;
    return dueMs;
  };
}

/** Plays to the end, or until a key ends it. Rejects with the signal's reason, and with what reading or the sink throws. */
export async function replay(options: ReplayOptions): Promise<ReplayEnd> {
  const { events, sink, keys, onMarker, pace, clock, signal } = options;
  const due = createTimeline(pace);
  const harmless = neutralise();
  const transport = new Transport(clock);
  const stopKeys = keys?.((typed) => transport.press(typed));
  const onAbort = () => transport.wake();
  signal.addEventListener('abort', onAbort);
  // The clock's timers let the process end; a replay that is under way must not.
  const alive = setInterval(() => undefined, ALIVE_MS);
  let count = 0;
  try {
    for await (const event of events) {
      if (event.kind === 'cut') return { by: 'end', cut: true };
      if (event.kind !== 'output' && event.kind !== 'marker') continue;
      const dueMs = due(event.atMs);
      if (pace.wait) await transport.until(dueMs, signal);
      // Fast stretches would otherwise never let a key through.
      count += 1;
      if (count % EVENTS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      if (transport.quit) return { by: 'key', cut: false };
      if (event.kind === 'output') {
        await sink(harmless(event.text));
      } else {
        transport.reachMarker(dueMs);
        onMarker?.(event);
      }
    }
    return { by: 'end', cut: false };
  } finally {
    clearInterval(alive);
    signal.removeEventListener('abort', onAbort);
    stopKeys?.();
  }
}

const ALIVE_MS = 60_000;
const EVENTS_PER_TURN = 64;
/** Timers cannot hold more than 24 days; waiting goes in steps. */
const LONGEST_WAIT_MS = 60_000;

/** What the keys have done: running, paused, running on to a marker, or over. */
class Transport {
  readonly #clock: Clock;
  /** The moment that was playback time 0. */
  #zeroMs: number;
  #pausedAtMs: number | null = null;
  #toMarker = false;
  #wake: (() => void) | null = null;
  quit = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#zeroMs = clock.monotonic();
  }

  press(typed: string): void {
    for (const key of typed) {
      if (key === 'q' || key === '\u0003') this.quit = true;
      else if (key === ' ') this.#togglePause();
      else if (key === ']' || key === 'n') {
        this.#toMarker = true;
        if (this.#pausedAtMs !== null) this.#togglePause();
      }
    }
    this.wake();
  }

  wake(): void {
    this.#wake?.();
  }

  /** Waits until playback time `dueMs`, however often it is paused; returns early to quit, skip or abort. */
  async until(dueMs: number, signal: AbortSignal): Promise<void> {
    while (!this.quit && !this.#toMarker && !signal.aborted) {
      const remainingMs = dueMs - (this.#clock.monotonic() - this.#zeroMs);
      if (this.#pausedAtMs === null && remainingMs <= 0) return;
      const waitMs = this.#pausedAtMs === null ? Math.min(remainingMs, LONGEST_WAIT_MS) : LONGEST_WAIT_MS;
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.after(waitMs, resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
      this.#wake = null;
    }
  }

  /** Ends a run to the next marker: playback time is `dueMs` now. */
  reachMarker(dueMs: number): void {
    if (!this.#toMarker) return;
    this.#toMarker = false;
    const nowMs = this.#clock.monotonic();
    this.#zeroMs = nowMs - dueMs;
    // Paused on the way there: the pause begins at the marker.
    if (this.#pausedAtMs !== null) this.#pausedAtMs = nowMs;
  }

  #togglePause(): void {
    const nowMs = this.#clock.monotonic();
    if (this.#pausedAtMs === null) {
      this.#pausedAtMs = nowMs;
    } else {
      this.#zeroMs += nowMs - this.#pausedAtMs;
      this.#pausedAtMs = null;
    }
  }
}
