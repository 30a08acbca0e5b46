// How many columns a character takes, in the form that the model of the screen asks for it: its own table is of Unicode 6, where
// emoji are narrow. Cells must lie where they lie on the person's screen, or halves of a secret would not meet.
import { characterWidth } from '../reading/character-width.ts';

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
    const width = characterWidth(codePoint);
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
