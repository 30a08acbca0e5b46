// A mask that fails ends the session: whatever it throws becomes `cannot-mask`, and nothing of what was not masked is said.
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import type { MaskStage } from '../../stream/mask/mask-stage.ts';

export const CANNOT_MASK = 'cannot-mask';

/** The stage, whose failures are `cannot-mask` (74). */
export function failClosed(stage: MaskStage): MaskStage {
  return {
    push: (bytes) => closed(() => stage.push(bytes)),
    get holding() {
      return stage.holding;
    },
    get holdsSecret() {
      return stage.holdsSecret;
    },
    get counts() {
      return stage.counts;
    },
    expire: () => closed(() => stage.expire()),
    flush: () => closed(() => stage.flush()),
    resize: (size) => closed(() => stage.resize(size)),
  };
}

/** The work's result. Throws `cannot-mask` (74) in the place of whatever it throws. */
export function closed<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw cannotMask(cause);
  }
}

/** Output that cannot be masked is neither recorded nor shown, so the session ends. */
export function cannotMask(cause: unknown): BrokerError {
  return new BrokerError({
    code: CANNOT_MASK,
    exit: EXIT.cannotRecord,
    message: 'the broker could not mask what the session wrote, so it was ended',
    hint: 'see broker.log in the state folder, and report it',
    // Its message may quote what was not masked.
    detail: cause instanceof Error ? `${cause.name} ${framesOf(cause)}` : 'not an error',
  });
}

const framesOf = ({ stack = '' }: Error): string =>
  stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join(' ');
