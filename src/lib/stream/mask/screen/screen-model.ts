// The only file that knows @xterm/headless: a terminal's screen on which every cell remembers where in the stream it came
// from. Colours are of no interest here, so a cell's colours carry its origin: whatever the model does with a cell
// (wrap, scroll, insert, delete), the origin goes with it. Nothing the model would answer goes anywhere.
import { createRequire } from 'node:module';
import type headless from '@xterm/headless';
import type { TerminalSize } from '../../../core/terminal.ts';
import { type InnerRow, type InnerTerminal, ScreenRows } from './screen-rows.ts';
import { createScreenWidths, type Width } from './screen-widths.ts';

export interface ScreenModel {
  readonly cols: number;
  readonly rows: number;
  /** From 0; `cols` where the next character would wrap. */
  readonly cursorX: number;
  readonly cursorY: number;
  readonly isAlternate: boolean;
  /** Rows that scroll, both inclusive. */
  readonly marginTop: number;
  readonly marginBottom: number;
  /** Addresses count from the upper margin. */
  readonly isOriginMode: boolean;
  /** Printing moves what stands to the right of it. */
  readonly isInsertMode: boolean;
  readonly wraps: boolean;
  /** Columns that a character takes. */
  widthOf(codePoint: number): Width;
  /** Prints one character at the cursor; its cells come from `origin` (0 to 2^48). */
  print(codePoint: number, origin: number): void;
  /** Does what a control character or a whole sequence without colours says, at once. */
  control(sequence: string): void;
  /** What RIS does, but for tab stops and character sets that are not in use: a tenth of its cost. */
  resetCheaply(): void;
  /** What `readRow` says of one cell. */
  codeAt(x: number, y: number): number;
  /** Writes the code points of a row's cells into `codes`, which has room for `cols`, or what `CELL` says. */
  readRow(y: number, codes: Int32Array): void;
  /** The cell that a character begins in; the same object at every call. */
  cellAt(x: number, y: number): ScreenCell;
  /** The row is the continuation of the row above. */
  isWrapped(y: number): boolean;
  /** Remembers that the cell shows a mask. Printing there anew forgets it. */
  setMasked(x: number, y: number): void;
  resize(size: TerminalSize): void;
  dispose(): void;
}

export interface ScreenCell {
  /** Empty where nothing was printed since the cell was erased. */
  text: string;
  width: number;
  /** Where in the stream the character stands that painted it. */
  origin: number;
  isMasked: boolean;
}

/** What stands for a cell that holds no single character. */
export const CELL = {
  empty: 0,
  /** The second half of a wide character. */
  tail: -1,
  /** A character with accents: `cellAt` has its text. */
  combined: -2,
} as const;

/** What of the library's inner parts is used; a test fails where a new version has other ones. */
interface Inner {
  readonly _core: InnerTerminal<InnerLine> & {
    readonly _inputHandler: {
      print(data: Uint32Array, start: number, end: number): void;
    };
    readonly buffers: { readonly alt: object };
    readonly coreService: {
      readonly modes: { readonly insertMode: boolean };
      readonly decPrivateModes: { readonly origin: boolean; readonly wraparound: boolean };
    };
  };
}
interface InnerLine extends InnerRow {
  getWidth(x: number): number;
  getCodePoint(x: number): number;
  isCombined(x: number): number;
  loadCell(x: number, cell: InnerCell): void;
  setCell(x: number, cell: InnerCell): void;
}
type InnerCell = ReturnType<ReturnType<typeof createTerminal>['buffer']['active']['getNullCell']> & { fg: number };

/** Loaded when the first screen begins: most streams have none, and it takes as long as everything else. */
function createTerminal(size: TerminalSize) {
  const { cols, rows } = bounded(size);
  const { Terminal } = createRequire(import.meta.url)('@xterm/headless') as typeof headless;
  return new Terminal({ cols, rows, scrollback: 0, allowProposedApi: true, logLevel: 'off' });
}

/** The library's mark of a 24-bit colour, and the attribute bold. */
const RGB = 0x3000000;
const BOLD = 0x8000000;
const LOW = 0x1000000;

/** Margins, modes and cursor as they are at first. */
const RESET = '\u001b[!p\u001b[?7h\u001b[?45l\u001b[20l\u001b[H\u001b7';

/** Twice 12 bytes a cell: a model takes no more than half a MiB, whatever size a client says its terminal has. */
const CELLS_MAX = 20 * 1024;
const COLUMNS_MAX = 1_024;

/** Rows and columns beyond this lie on the last ones. The library needs two columns. */
function bounded({ cols, rows }: TerminalSize): TerminalSize {
  const width = Math.min(Math.max(cols, 2), COLUMNS_MAX);
  return { cols: width, rows: Math.max(1, Math.min(rows, Math.floor(CELLS_MAX / width))) };
}

/**
 * Throws a `TypeError` where the library is another version than this file was written for.
 *
 * Synchronous on purpose: `Terminal.write` parses on a timer, and a stage has to know the screen before it lets go of a byte.
 * The parser itself is synchronous unless an asynchronous handler is registered, and none is.
 */
export function createScreenModel(size: TerminalSize): ScreenModel {
  const terminal = createTerminal(size);
  const widths = createScreenWidths();
  terminal.unicode.register(widths);
  terminal.unicode.activeVersion = widths.version;
  const core = (terminal as unknown as Inner)._core;
  const handler = core._inputHandler;
  const rows = new ScreenRows(core);
  const one = new Uint32Array(1);
  const scratch = terminal.buffer.active.getNullCell() as InnerCell;
  const found: ScreenCell = { text: '', width: 1, origin: 0, isMasked: false };
  const lineOf = (y: number) => core.buffer.lines.get(core.buffer.ybase + y);

  return {
    get cols() {
      return terminal.cols;
    },
    get rows() {
      return terminal.rows;
    },
    get cursorX() {
      return core.buffer.x;
    },
    get cursorY() {
      return core.buffer.y;
    },
    get isAlternate() {
      return core.buffer === core.buffers.alt;
    },
    get marginTop() {
      return core.buffer.scrollTop;
    },
    get marginBottom() {
      return core.buffer.scrollBottom;
    },
    get isOriginMode() {
      return core.coreService.decPrivateModes.origin;
    },
    get isInsertMode() {
      return core.coreService.modes.insertMode;
    },
    get wraps() {
      return core.coreService.decPrivateModes.wraparound;
    },
    widthOf: widths.wcwidth,
    print(codePoint, origin) {
      const attributes = handler.getAttrData();
      attributes.fg = RGB | (origin % LOW);
      attributes.bg = RGB | Math.floor(origin / LOW);
      one[0] = codePoint;
      rows.beforePrint();
      handler.print(one, 0, 1);
    },
    control(sequence) {
      if (!rows.control(sequence)) handler.parse(sequence);
    },
    codeAt: (x, y) => codeOf(lineOf(y), x),
    resetCheaply() {
      if (core.buffer === core.buffers.alt) this.control('\u001b[?1047l');
      rows.control('\u001b[2J');
      handler.parse(RESET);
    },
    readRow(y, codes) {
      const line = lineOf(y);
      const { cols } = terminal;
      for (let x = 0; x < cols; x++) codes[x] = codeOf(line, x);
    },
    cellAt(x, y) {
      lineOf(y)?.loadCell(x, scratch);
      found.text = scratch.getChars();
      found.width = scratch.getWidth();
      found.origin = scratch.getFgColor() + scratch.getBgColor() * LOW;
      found.isMasked = scratch.isBold() !== 0;
      return found;
    },
    isWrapped: (y) => lineOf(y)?.isWrapped ?? false,
    setMasked(x, y) {
      const line = lineOf(y);
      if (line === undefined || x >= line.length) return;
      rows.touch(y);
      line.loadCell(x, scratch);
      scratch.fg |= BOLD;
      line.setCell(x, scratch);
    },
    resize(next) {
      const size = bounded(next);
      terminal.resize(size.cols, size.rows);
      rows.forget();
    },
    dispose() {
      terminal.dispose();
    },
  };
}

function codeOf(line: InnerLine | undefined, x: number): number {
  // A screen that became narrower keeps the cells it no longer shows.
  if (line === undefined || x >= line.length) return CELL.empty;
  if (line.getWidth(x) === 0) return CELL.tail;
  return line.isCombined(x) !== 0 ? CELL.combined : line.getCodePoint(x);
}
