// Masks one whole text that is no stream: a command, a reason, an error message.
import type { CompiledRules } from './finding/compiled-rules.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { KnownIndex } from './known/known-finder.ts';
import { createMaskStage } from './mask-stage.ts';

export interface MaskTextOptions {
  readonly rules: CompiledRules;
  readonly known: KnownIndex;
  readonly fingerprint: Fingerprint;
}

/** The text with masks; the same string where nothing in it is secret. */
export function maskText(text: string, options: MaskTextOptions): string {
  const stage = createMaskStage({ ...options, size: null });
  const pieces = [...stage.push(Buffer.from(text)), ...stage.flush()];
  return stage.counts.size === 0 ? text : Buffer.concat(pieces).toString();
}
