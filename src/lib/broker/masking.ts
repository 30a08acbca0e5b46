// The mask as the broker runs it: a configuration's rules for each place, its known values, and what the broker itself
// holds. The one place that knows where all of them come from.
import type { KnownValueSource, MaskingDocument } from '../core/masking-document.ts';
import type { SshCa } from '../credentials/index.ts';
import { compileGlob, globMatches } from '../policy/facts/glob.ts';
import type { Masking } from '../session/masking/session-mask.ts';
import { type RuleSelection, ruleSelection } from '../stream/mask/configured/selection.ts';
import { allRules } from '../stream/mask/configured/selection-knowledge.ts';
import { type CompiledRules, compileRules } from '../stream/mask/finding/compiled-rules.ts';
import { indexNeedles } from '../stream/mask/known/known-finder.ts';
import { type KnownValue, knownNeedles, type Needle } from '../stream/mask/known/known-values.ts';
import { readKnownValues } from './read-known-values.ts';

/** What one configuration says of masking, with the values it names as they were read. */
export interface LoadedMasking {
  readonly selection: RuleSelection<CompiledRules>;
  readonly needles: readonly Needle[];
  readonly values: readonly KnownValue[];
}

/** Throws `masking-value` (78). */
export function loadMasking(masking: MaskingDocument): LoadedMasking {
  const values = readKnownValues(masking.values);
  const globs = new Map<string, ReturnType<typeof compileGlob>>();
  const globOf = (source: string) => {
    const glob = globs.get(source) ?? compileGlob(source, 'text');
    globs.set(source, glob);
    return glob;
  };
  return {
    selection: ruleSelection({
      masking,
      rules: allRules(masking),
      matches: (source, text) => globMatches(globOf(source), text),
      compile: compileRules,
    }),
    needles: knownNeedles(values),
    values,
  };
}

/** True where every file holds what it held: a value that was exchanged must be masked from the next session on. */
export function areValuesAsBefore({ values }: LoadedMasking, sources: readonly KnownValueSource[]): boolean {
  const now = readKnownValues(sources);
  return now.every(({ value }, index) => Buffer.from(value).equals(Buffer.from(values[index]?.value ?? '')));
}

/** `current` is asked at each session's begin. */
export function brokerMasking(ca: SshCa, current: () => LoadedMasking): Masking {
  const held = knownNeedles(
    ca.secrets.map((secret) => ({ name: 'the ssh ca key', kind: 'broker-key', value: secret.reveal() })),
  );
  let last = madeReady([], held);
  return {
    bindingKey: ca.deriveKey('sallyport masked subject v1'),
    basisFor(place) {
      const { selection, needles } = current();
      if (last.of !== needles) last = madeReady(needles, held);
      return { rules: selection.rulesFor(place), known: last.known, index: last.index };
    },
  };
}

function madeReady(of: readonly Needle[], held: readonly Needle[]) {
  const known = [...held, ...of];
  return { of, known, index: indexNeedles(known) };
}
