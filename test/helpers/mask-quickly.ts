// What rules find in a whole text, by the engine: for tests of many texts, which the reference is too slow for.
import { compileRules } from '../../src/lib/stream/mask/finding/compiled-rules.ts';
import { findSecrets } from '../../src/lib/stream/mask/finding/find-secrets.ts';
import { indexNeedles } from '../../src/lib/stream/mask/known/known-finder.ts';
import type { Rule } from '../../src/lib/stream/mask/rule.ts';

/** A function that writes `[kind]` for each secret. */
export function maskQuickly(rules: readonly Rule[]): (text: string) => string {
  const compiled = compileRules(rules);
  const nothingKnown = indexNeedles([]);
  return (text) => {
    const bytes = Buffer.from(text);
    let masked = Buffer.alloc(0);
    let until = 0;
    for (const { from, to, kind } of findSecrets(compiled, nothingKnown, bytes)) {
      masked = Buffer.concat([masked, bytes.subarray(until, Math.max(from, until)), Buffer.from(`[${kind}]`)]);
      until = to;
    }
    return Buffer.concat([masked, bytes.subarray(until)]).toString();
  };
}
