// The mask of one stream of a session: before the recorder, before the client. Output that is written line by line goes through the
// linear mask, output that is painted on a screen through the screen's; the stream itself says which.
import type { TerminalSize } from '../../core/terminal.ts';
import type { Stage } from '../stage.ts';
import type { RawSpan } from './emitter.ts';
import type { CompiledRules } from './finding/compiled-rules.ts';
import { findSecrets } from './finding/find-secrets.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { KnownIndex } from './known/known-finder.ts';
import { LinearMask } from './linear-mask.ts';
import { MaskCounts } from './mask-counts.ts';
import { createScreenMask, type ScreenMask } from './screen/screen.ts';

/** Of what went on last, for a screen that begins: some lines are enough to stand on. */
const CONTEXT_BYTES = 8 * 1024;
/** Where output has no terminal, one is assumed that is large enough for what addresses its cursor all the same. */
const ASSUMED_SIZE: TerminalSize = { cols: 80, rows: 24 };

export interface MaskOptions {
  readonly rules: CompiledRules;
  /** What the broker issued, holds or was told. */
  readonly known: KnownIndex;
  /** Of the terminal, whose width wraps lines; null where there is none. */
  readonly size: TerminalSize | null;
  /** False for what is typed: there the keys that move a cursor are no painting. */
  readonly hasScreen?: boolean;
  readonly fingerprint: Fingerprint;
  /** Called for each mask, in order. */
  readonly onMask?: (masked: Masked) => void;
}

export interface Masked {
  readonly kind: string;
  readonly rule: string;
  /** `[kind:3f2a]` */
  readonly label: string;
  readonly value: Uint8Array;
  /** What the mask replaces: raw positions since the stream's first byte. Null in a payload and on a screen. */
  readonly place: RawSpan | null;
}

export interface MaskStage extends Stage {
  /** Masks written so far, by kind. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Throws nothing for any input; a `BadPattern` for a rule that no load has checked. */
export function createMaskStage(options: MaskOptions): MaskStage {
  const { rules, known, hasScreen = true } = options;
  const labels = new MaskCounts(options.fingerprint, options.onMask);
  let size = options.size;
  /** Bytes of the stream that were read. */
  let count = 0;
  let linear = beginLinear();
  let screen: ScreenMask | undefined;
  let context: Uint8Array = new Uint8Array(0);

  function push(bytes: Uint8Array): readonly Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let rest = bytes;
    while (rest.length > 0) {
      if (screen === undefined) {
        const passed = linear.push(rest);
        pieces.push(...passed);
        context = lastOf(context, passed);
        if (!linear.wantsScreen) {
          count += rest.length;
          break;
        }
        const { passed: last, pending, unread } = linear.handOver();
        pieces.push(...last);
        context = lastOf(context, last);
        count += rest.length - unread.length;
        screen = beginScreen();
        pieces.push(...screen.push(pending));
        rest = unread;
      } else {
        const { passed, unread } = screen.pushUntilLinear(rest);
        pieces.push(...passed);
        count += rest.length - unread.length;
        rest = unread;
        if (screen.isLinearAgain) leaveScreen(pieces);
      }
    }
    return pieces;
  }

  function beginLinear(): LinearMask {
    return new LinearMask({
      rules,
      known,
      labels,
      width: size?.cols ?? 0,
      hasScreen,
      keepsLength: false,
      origin: count,
    });
  }

  function beginScreen(): ScreenMask {
    return createScreenMask({
      size: size ?? ASSUMED_SIZE,
      context,
      findSpans: (visible, early) =>
        findSecrets(rules, known, visible, early).map((secret) => ({
          ...secret,
          label: labels.peek(secret, secret.value ?? visible.subarray(secret.from, secret.to)),
        })),
      onMask: (kind) => labels.count(kind),
    });
  }

  function leaveScreen(pieces: Uint8Array[]): void {
    pieces.push(...(screen as ScreenMask).flush());
    screen = undefined;
    context = new Uint8Array(0);
    linear = beginLinear();
  }

  return {
    push,
    get counts() {
      return labels.counts;
    },
    get holding() {
      return (screen ?? linear).holding;
    },
    get holdsSecret() {
      return (screen ?? linear).holdsSecret;
    },
    expire() {
      if (screen !== undefined) return screen.expire();
      const pieces = linear.expire();
      context = lastOf(context, pieces);
      return pieces;
    },
    flush: () => (screen ?? linear).flush(),
    resize(next) {
      size = next;
      linear.width = next.cols;
      screen?.resize(next);
    },
  };
}

function lastOf(context: Uint8Array, pieces: readonly Uint8Array[]): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length === 0) return context;
  const last = pieces.at(-1) as Uint8Array;
  if (last.length >= CONTEXT_BYTES) return last.slice(last.length - CONTEXT_BYTES);
  const all = Buffer.concat([context, ...pieces]);
  return all.subarray(Math.max(0, all.length - CONTEXT_BYTES));
}
