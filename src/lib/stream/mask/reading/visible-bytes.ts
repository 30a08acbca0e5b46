// The visible text of a whole stream that no terminal's width wraps: for texts that are compared with visible text.
import { VisibleWindow } from './visible-window.ts';
import { VtReader } from './vt-reader.ts';

const NO_STRINGS = { begin: () => {}, reach: () => {} };

/** Without escape sequences, controls and characters that are not seen; line ends are "\n". */
export function visibleBytes(bytes: Uint8Array): Buffer {
  const window = new VisibleWindow();
  const reader = new VtReader(window, NO_STRINGS, 0, false);
  window.appendRaw(bytes);
  reader.read();
  reader.finish();
  return Buffer.from(window.copyVisible(0, window.visibleEnd));
}
