// A config file that was read and chosen → Config, with the packs that it names.
import type { MaskKnowledge } from '../core/masking-document.ts';
import type { ConfigFile } from './config-file.ts';
import { type ParsedConfig, parseConfig } from './load.ts';
import { packReader } from './pack-files.ts';
import { trustStore } from './trust.ts';

export interface LoadFileOptions {
  /** As problems name it; without it, its path. */
  readonly label?: string;
  readonly knownPacks: readonly string[];
  /** Of the rules that come with the mask. */
  readonly mask: MaskKnowledge;
  /** Who reads it: packs of another owner but root are refused. */
  readonly uid: number;
  /** For a project's config: where a person's trust is noted, for its packs as well. null: whoever owns them is trusted. */
  readonly trustFolder: string | null;
}

/** Never throws for what the files say; what cannot be read or trusted is among the problems. */
export function parseConfigFile(
  file: ConfigFile,
  { label = file.path, knownPacks, mask, uid, trustFolder }: LoadFileOptions,
): ParsedConfig {
  const trust = trustFolder === null ? undefined : trustStore(trustFolder, uid);
  return parseConfig(file.text, { file: label, knownPacks, mask, readPack: packReader(file.path, { uid, trust }) });
}
