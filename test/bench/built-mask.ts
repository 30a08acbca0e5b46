// The mask as it is shipped: what runs the sources gives every function its name when it is made, and that costs.
import type * as Compiled from '../../src/lib/stream/mask/finding/compiled-rules.ts';
import type * as Fingerprints from '../../src/lib/stream/mask/fingerprint.ts';
import type * as Finder from '../../src/lib/stream/mask/known/known-finder.ts';
import type * as Known from '../../src/lib/stream/mask/known/known-values.ts';
import type * as Stages from '../../src/lib/stream/mask/mask-stage.ts';
import type { MaskStage } from '../../src/lib/stream/mask/mask-stage.ts';
import type * as Rules from '../../src/lib/stream/mask/rules/index.ts';

const load = (file: string) => import(new URL(`../../dist/lib/stream/mask/${file}.js`, import.meta.url).href);

const { compileRules }: typeof Compiled = await load('finding/compiled-rules');
const { makeFingerprint }: typeof Fingerprints = await load('fingerprint');
const { indexNeedles }: typeof Finder = await load('known/known-finder');
const { knownNeedles }: typeof Known = await load('known/known-values');
const { createMaskStage }: typeof Stages = await load('mask-stage');
export const { RULES }: typeof Rules = await load('rules/index');

const rules = compileRules(RULES);
const fingerprint = makeFingerprint(Buffer.alloc(16, 1));
/** As a session has them: one it was given and one that was made for it. */
const known = indexNeedles(
  knownNeedles([
    { name: 'given', value: 'f7Kq-29vLm_xT4wPzR8b' },
    { name: 'made', value: Buffer.from('Zp3Rt6-aHs8Yc1_NqW5u') },
  ]),
);

/** With every rule on, some known values and a terminal of 80 columns. */
export function newStage(): MaskStage {
  return createMaskStage({ rules, known, size: { cols: 80, rows: 24 }, fingerprint });
}
