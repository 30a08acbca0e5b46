// The masking of the configuration that counts here, for the commands of `sallyport mask`. A file is parsed only where it
// could say something about masking: the filter must start fast.
import type { ConfigFile } from '../config/config-file.ts';
import { type MaskingDocument, NO_MASKING } from '../core/masking-document.ts';
import type { Environment } from './environment.ts';
import { chooseConfig } from './locate.ts';

export interface FoundMasking {
  /** As messages name the configuration. */
  readonly label: string;
  readonly masking: MaskingDocument;
  /** Kinds of its targets, by name; null where they were not needed. */
  readonly targets: ReadonlyMap<string, string> | null;
  /** For a person, one line each. */
  readonly notes: readonly string[];
}

/** No configuration was looked for. */
export const NO_CONFIGURATION: FoundMasking = { label: 'built-in', masking: NO_MASKING, targets: null, notes: [] };

/** `needsTargets`: whatever the file says of masking. Throws what is wrong with the file (78), all of it at once. */
export async function findMasking(environment: Environment, needsTargets: boolean): Promise<FoundMasking> {
  const { source, notes } = chooseConfig(environment);
  if (!needsTargets && (source.kind === 'built-in' || !mayMask(source.file))) {
    return { ...NO_CONFIGURATION, label: source.kind === 'built-in' ? 'built-in' : source.label, notes };
  }
  const { parseSource } = await import('./policy-file.ts');
  const { label, config } = await parseSource(source, environment);
  const targets = new Map([...config.targets].map(([name, { kind }]) => [name, kind]));
  return { label, masking: config.masking, targets, notes };
}

/** A key can only be written with its letters, or in a quoted string with escapes. */
function mayMask({ text }: ConfigFile): boolean {
  return /masking|\\/.test(text);
}
