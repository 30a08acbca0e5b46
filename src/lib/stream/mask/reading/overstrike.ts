// What is printed over text that stands already: bold and underlined text, as printers made it.
import type { VisibleWindow } from './visible-window.ts';

export class Overstrike {
  /** Backspaces that wait for what overwrites. */
  back = 0;
  private readonly window: VisibleWindow;

  constructor(window: VisibleWindow) {
    this.window = window;
  }

  /** A backspace at `raw`, in a line that begins at `lineStart`. */
  stepBack(raw: number, lineStart: number): void {
    const { window } = this;
    if (this.back >= window.visibleEnd - lineStart) return;
    this.back += 1;
    window.shadows.add({ raw, visible: window.visibleEnd - this.back });
  }

  /** True where the byte is what stands there already. */
  repeats(byte: number, raw: number): boolean {
    const visible = this.window.visibleEnd - this.back;
    if (this.window.at(visible) !== byte) return false;
    this.window.shadows.add({ raw, visible });
    this.back -= 1;
    return true;
  }
}
