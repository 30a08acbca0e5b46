// A mask that knows some values, as they are, and no rule: for tests of what carries it.
import { compileRules } from '../../src/lib/stream/mask/finding/compiled-rules.ts';
import { indexNeedles } from '../../src/lib/stream/mask/known/known-finder.ts';
import { createMaskStage, type MaskStage } from '../../src/lib/stream/mask/mask-stage.ts';

const rules = compileRules([]);

/** Every line of every value; its masks are `[known:0000]`, and `[known]` where a value has not come to its end. */
export const knownMask = (...values: string[]): MaskStage => maskOf(values, true);

/** The same for what no terminal shows, as archives are. */
export const knownMaskOfBytes = (...values: string[]): MaskStage => maskOf(values, false);

function maskOf(values: readonly string[], hasScreen: boolean): MaskStage {
  const lines = values.flatMap((value) => value.split('\n')).filter((line) => !line.startsWith('-----'));
  const needles = lines.map((line) => {
    const bytes = Buffer.from(line);
    return { bytes, kind: 'known', skipsBreaks: false, source: bytes };
  });
  return createMaskStage({ rules, known: indexNeedles(needles), size: null, hasScreen, fingerprint: () => '0000' });
}

/** With `[masked]` for either mask. */
export const withOneMask = (text: string): string => text.replaceAll(/\[known(?::0000)?\]/g, '[masked]');
