/** A terminal's size in character cells; both at least 1. */
export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}
