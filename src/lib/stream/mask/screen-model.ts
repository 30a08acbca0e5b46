// The only file that knows @xterm/headless: a terminal's screen on which every cell remembers where in the stream it came
// from. Colours are of no interest here, so a cell's colours carry its origin: whatever the model does with a cell
// (wrap, scroll, insert, delete), the origin goes with it. Nothing the model would answer goes anywhere.
import headless from '@xterm/headless';
import type { TerminalSize } from '../../core/terminal.ts';
import { screenWidths } from './screen-widths.ts';

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
  /** Prints one character at the cursor; its cells come from `origin` (0 to 2^48). */
  print(codePoint: number, origin: number): void;
  /** Does what a control character or a whole sequence without colours says, at once. */
  control(sequence: string): void;
  /** Calls `visit` for each cell of a row that a character begins in. */
  readRow(y: number, visit: (cell: ScreenCell) => void): void;
  /** The row is the continuation of the row above. */
  isWrapped(y: number): boolean;
  /** Remembers that the cell shows a mask. Printing there anew forgets it. */
  setMasked(x: number, y: number): void;
  resize(size: TerminalSize): void;
  dispose(): void;
}

/** The same object at every visit. */
export interface ScreenCell {
  x: number;
  /** Empty where nothing was printed since the cell was erased. */
  text: string;
  width: number;
  origin: number;
  isMasked: boolean;
}

/** What of the library's inner parts is used; a test fails where a new version has other ones. */
interface Inner {
  readonly _core: {
    readonly _inputHandler: {
      parse(data: string): unknown;
      print(data: Uint32Array, start: number, end: number): void;
      getAttrData(): { fg: number; bg: number };
    };
    readonly buffer: {
      readonly x: number;
      readonly y: number;
      readonly scrollTop: number;
      readonly scrollBottom: number;
    };
    readonly coreService: {
      readonly modes: { readonly insertMode: boolean };
      readonly decPrivateModes: { readonly origin: boolean; readonly wraparound: boolean };
    };
  };
}
interface InnerLine {
  readonly _line: { setCell(x: number, cell: InnerCell): void };
}
type InnerCell = NonNullable<ReturnType<ReturnType<typeof createTerminal>['buffer']['active']['getNullCell']>> & {
  fg: number;
};

const createTerminal = ({ cols, rows }: TerminalSize) =>
  new headless.Terminal({ cols, rows, scrollback: 0, allowProposedApi: true, logLevel: 'off' });

/** The library's mark of a 24-bit colour, and the attribute bold. */
const RGB = 0x3000000;
const BOLD = 0x8000000;
const LOW = 0x1000000;

/**
 * Throws a `TypeError` where the library is another version than this file was written for.
 *
 * Synchronous on purpose: `Terminal.write` parses on a timer, and a stage has to know the screen before it lets go of a byte.
 * The parser itself is synchronous unless an asynchronous handler is registered, and none is.
 */
export function createScreenModel(size: TerminalSize): ScreenModel {
  const terminal = createTerminal(size);
  terminal.unicode.register(screenWidths);
  terminal.unicode.activeVersion = screenWidths.version;
  const core = (terminal as unknown as Inner)._core;
  const handler = core._inputHandler;
  const one = new Uint32Array(1);
  const scratch = terminal.buffer.active.getNullCell() as InnerCell;
  const visited: ScreenCell = { x: 0, text: '', width: 1, origin: 0, isMasked: false };
  const lineOf = (y: number) => terminal.buffer.active.getLine(terminal.buffer.active.baseY + y);

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
      return terminal.buffer.active.type === 'alternate';
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
    print(codePoint, origin) {
      const attributes = handler.getAttrData();
      attributes.fg = RGB | (origin % LOW);
      attributes.bg = RGB | Math.floor(origin / LOW);
      one[0] = codePoint;
      handler.print(one, 0, 1);
    },
    control(sequence) {
      handler.parse(sequence);
    },
    readRow(y, visit) {
      const line = lineOf(y);
      if (line === undefined) return;
      // A screen that became narrower keeps the cells it no longer shows.
      const width = Math.min(line.length, terminal.cols);
      for (let x = 0; x < width; x++) {
        const cell = line.getCell(x, scratch);
        const cellWidth = cell?.getWidth() ?? 0;
        if (cell === undefined || cellWidth === 0) continue;
        visited.x = x;
        visited.text = cell.getChars();
        visited.width = cellWidth;
        visited.origin = cell.getFgColor() + cell.getBgColor() * LOW;
        visited.isMasked = cell.isBold() !== 0;
        visit(visited);
      }
    },
    isWrapped: (y) => lineOf(y)?.isWrapped ?? false,
    setMasked(x, y) {
      const line = lineOf(y);
      if (line?.getCell(x, scratch) === undefined) return;
      scratch.fg |= BOLD;
      (line as unknown as InnerLine)._line.setCell(x, scratch);
    },
    resize({ cols, rows }) {
      terminal.resize(cols, rows);
    },
    dispose() {
      terminal.dispose();
    },
  };
}
