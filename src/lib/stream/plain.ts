// A screen as text: what a person would have read of a program that draws on a terminal. Lines that scrolled away come out as they
// go, then what the screen shows at the end; what was overwritten or erased is gone, as it was for the person.
import type { TerminalSize } from '../core/terminal.ts';
import { isUnseen } from './mask/reading/vt-bytes.ts';
import { createScreenModel, type ScreenModel } from './mask/screen/screen-model.ts';
import { readCommand } from './mask/screen/screen-sequences.ts';
import { ScreenReader } from './mask/screen/screen-text.ts';
import { createTokenizer, type Tokenizer, type TokenSink } from './mask/screen/screen-tokens.ts';
import { isHidden, spellOut } from './neutralise-hidden.ts';

export interface PlainOptions {
  readonly size: TerminalSize;
  /** `pipe`: a line feed goes to the first column, too, as no terminal was there to see to it. */
  readonly lineEnds: 'terminal' | 'pipe';
}

export interface PlainScreen {
  /** Takes the next bytes and returns the lines that left the screen at its top. */
  push(bytes: Uint8Array): string;
  /** Returns what the screen shows, without blank lines at its end; nothing may be pushed any more. */
  flush(): string;
  resize(size: TerminalSize): void;
}

/** Text without sequences; lines that the screen wrapped are whole again. An alternate screen's last state is told when it is left. */
export const createPlainScreen = (options: PlainOptions): PlainScreen => new Plain(options);

class Plain implements PlainScreen, TokenSink {
  readonly #model: ScreenModel;
  readonly #reader: ScreenReader;
  readonly #tokenizer: Tokenizer = createTokenizer(this);
  readonly #endsLines: boolean;
  #text = '';
  /** A character stands before the cursor that accents may join. */
  #joins = false;

  constructor({ size, lineEnds }: PlainOptions) {
    this.#model = createScreenModel(size);
    this.#reader = new ScreenReader(this.#model);
    this.#endsLines = lineEnds === 'pipe';
  }

  push(bytes: Uint8Array): string {
    this.#tokenizer.push(bytes);
    return this.#take();
  }

  flush(): string {
    this.#tellScreen();
    this.#model.dispose();
    return this.#take();
  }

  resize(size: TerminalSize): void {
    this.#model.resize(size);
  }

  print(codePoint: number): void {
    if (isUnseen(codePoint)) return;
    const width = this.#model.widthOf(codePoint);
    if (width === 0 && !this.#joins) return;
    const { cursorX, cursorY, cols, marginBottom, wraps } = this.#model;
    if (wraps && cursorX + width > cols && cursorY === marginBottom) this.#tellTop();
    this.#model.print(codePoint, 0);
    this.#joins = true;
  }

  control(sequence: string): void {
    const { cols, rows, cursorY, marginBottom, isAlternate } = this.#model;
    const { effect, model } = readCommand(sequence, Math.max(cols, rows));
    if (model === '') return;
    this.#joins = false;
    if (effect === 'line' && cursorY === marginBottom) this.#tellTop();
    if (effect === 'main-screen' && isAlternate) this.#tellScreen();
    this.#model.control(this.#endsLines && model === '\n' ? '\r\n' : model);
  }

  string(): void {
    // Titles, links and the like are not on the screen.
  }

  /** The first row is about to go. Rows that scroll within margins, or on an alternate screen, are the program's own business. */
  #tellTop(): void {
    if (this.#model.marginTop > 0 || this.#model.isAlternate) return;
    const line = this.#reader.read(0, 0, 'joins').bytes.toString('utf8');
    this.#text += this.#reader.isContinued(0) ? line.padEnd(this.#model.cols) : `${line}\n`;
  }

  #tellScreen(): void {
    const rows = this.#reader.read(0, this.#model.rows - 1, 'joins').bytes.toString('utf8');
    const lines = rows.replace(/\n+$/, '');
    if (lines !== '') this.#text += `${lines}\n`;
  }

  #take(): string {
    const text = this.#text;
    this.#text = '';
    let before = 0;
    let shown = '';
    for (const character of text) {
      const codePoint = character.codePointAt(0) as number;
      shown += codePoint !== 0x0a && isHidden(codePoint, before) ? spellOut(codePoint) : character;
      before = codePoint;
    }
    return shown;
  }
}
