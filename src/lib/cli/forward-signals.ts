// Signals to the CLI: while a program runs they go to it; before that they end the wait. A second Ctrl-C within two
// seconds gives up on a program that does not listen.
import { FORWARDED_SIGNALS } from '../session/signals.ts';

type ForwardedSignal = (typeof FORWARDED_SIGNALS)[number];

const INSIST_MS = 2000;

export interface SignalTargets {
  readonly isRunning: () => boolean;
  readonly forward: (name: ForwardedSignal) => void;
  readonly giveUp: (name: ForwardedSignal) => void;
}

/** Listens until `stop` is called. */
export function forwardSignals({ isRunning, forward, giveUp }: SignalTargets): { stop(): void } {
  let lastInterrupt = Number.NEGATIVE_INFINITY;
  const handlers = FORWARDED_SIGNALS.map((name) => {
    const handler = () => {
      const now = performance.now();
      const insists = name === 'SIGINT' && now - lastInterrupt < INSIST_MS;
      if (name === 'SIGINT') lastInterrupt = now;
      if (isRunning() && !insists) forward(name);
      else giveUp(name);
    };
    process.on(name, handler);
    return { name, handler };
  });
  return {
    stop() {
      for (const { name, handler } of handlers) process.off(name, handler);
    },
  };
}
