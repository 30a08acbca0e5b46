// How many columns a character takes, as terminals of today count: the model's own table is of Unicode 6, where emoji
// are narrow. Cells must lie where they lie on the person's screen, or halves of a secret would not meet.
import { isUnseen } from './vt-bytes.ts';

const ZERO = /[\p{Mn}\p{Me}\u1160-\u11ff]/u;
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{2fffd}\u{30000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

export type Width = 0 | 1 | 2;

/** The form in which the model asks for widths. */
export interface ScreenWidths {
  readonly version: string;
  /** Columns of a character that is no control. */
  wcwidth(codePoint: number): Width;
  /** Width times two, plus one where the character joins the one before it, whose properties are `preceding`. */
  charProperties(codePoint: number, preceding: number): number;
}

/** Remembers the widths it was asked for lately: looking them up takes longer than printing. */
export function createScreenWidths(): ScreenWidths {
  const known = new Uint32Array(KNOWN_MAX);
  function wcwidth(codePoint: number): Width {
    if (codePoint < 0x300) return 1;
    const slot = codePoint % KNOWN_MAX;
    const entry = known[slot] as number;
    if (entry >>> 2 === codePoint) return (entry & 3) as Width;
    const width = lookUp(codePoint);
    known[slot] = codePoint * 4 + width;
    return width;
  }
  return {
    version: 'sallyport',
    wcwidth,
    charProperties(codePoint, preceding) {
      const width = wcwidth(codePoint);
      const widthBefore = (preceding >> 1) & 3;
      const joins = width === 0 && widthBefore > 0;
      return ((joins ? widthBefore : width) << 1) | (joins ? 1 : 0);
    },
  };
}

const KNOWN_MAX = 256;

function lookUp(codePoint: number): Width {
  const character = String.fromCodePoint(codePoint);
  if (isUnseen(codePoint) || ZERO.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
