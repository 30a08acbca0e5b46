// What tests of the mask's screen share: a finder with a secret of its own, the stage run in pieces, and a second terminal
// that shows what a person would see.
import headless from '@xterm/headless';
import type { TerminalSize } from '../../../src/lib/core/terminal.ts';
import { createScreenMask, type ScreenMask } from '../../../src/lib/stream/mask/screen/screen.ts';

export const ESC = '\u001b';
export const SIZE: TerminalSize = { cols: 20, rows: 6 };
export const LABEL = '[fake:3f2a]';
/** Twelve characters; what looks like it is a secret. */
export const SECRET = 'S3CR01234567';
/** The same with every character masked: the label, and stars to its width. */
export const MASKED = `${LABEL}*`;

export const at = (row: number, column = 1) => `${ESC}[${row};${column}H`;

const FAKE = /S3CR[0-9]{8}/g;
/** At the end of a text that goes on, the begin of one is enough. */
const BEGUN = /S3CR[0-9]{0,7}$/;

export function findFake(visible: Buffer, early: boolean) {
  const text = visible.toString('latin1');
  const found = [...text.matchAll(FAKE)].map(({ index, 0: { length } }) => ({ from: index, to: index + length }));
  const begun = early ? BEGUN.exec(text) : null;
  if (begun !== null && begun[0].length > 4) found.push({ from: begun.index + 4, to: text.length });
  return found.map((span) => ({ ...span, kind: 'fake', label: LABEL }));
}

export interface RunOptions {
  readonly size?: TerminalSize;
  readonly context?: string;
  readonly findSpans?: typeof findFake;
  readonly onMask?: (kind: string) => void;
}

export const beginScreen = ({ size = SIZE, context = '', findSpans = findFake, onMask }: RunOptions = {}): ScreenMask =>
  createScreenMask({
    size,
    context: Buffer.from(context),
    findSpans,
    onMask: onMask ?? (() => undefined),
  });

/** Pieces are pushed one by one; a function is called in between. Gets all that came out. */
export function runScreen(
  pieces: readonly (string | Uint8Array | ((stage: ScreenMask) => readonly Uint8Array[] | undefined))[],
  options: RunOptions = {},
): Buffer {
  const stage = beginScreen(options);
  const out: Uint8Array[] = [];
  for (const piece of pieces) {
    if (typeof piece === 'function') out.push(...(piece(stage) ?? []));
    else out.push(...stage.push(typeof piece === 'string' ? Buffer.from(piece) : piece));
  }
  out.push(...stage.flush());
  return Buffer.concat(out);
}

/** Byte by byte. */
export const bytesOf = (text: string | Uint8Array): Uint8Array[] =>
  [...Buffer.from(text as string)].map((byte) => Uint8Array.of(byte));

/** The rows of a terminal that was given the bytes, blanks at their ends cut. */
export function showOn(size: TerminalSize, bytes: Uint8Array | string): Promise<readonly string[]> {
  const terminal = new headless.Terminal({ ...size, scrollback: 0, allowProposedApi: true, logLevel: 'off' });
  return new Promise((resolve) => {
    terminal.write(bytes, () => {
      const rows = Array.from({ length: size.rows }, (_, y) => {
        const { active } = terminal.buffer;
        return (
          active
            .getLine(active.baseY + y)
            ?.translateToString(true)
            .trimEnd() ?? ''
        );
      });
      terminal.dispose();
      resolve(rows);
    });
  });
}

/** A small generator (LCG), the same for one seed everywhere. */
export function drawFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
}
