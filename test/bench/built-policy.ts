// The policy as it is shipped. What runs the sources gives every function its name when it is made, and a judgement
// makes many: that costs a third of the rate.
import type * as Policy from '../../src/lib/policy/index.ts';

const built = new URL('../../dist/lib/policy/index.js', import.meta.url);

export const { BUILT_IN_POLICY, compilePolicy, judgeCommand }: typeof Policy = await import(built.href);
