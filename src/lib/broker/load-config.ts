// The configuration a broker runs with: read at start from the file it was told, and again when that changes. Every
// reading asks anew who could have written it.
import { builtInConfig } from '../config/built-in.ts';
import type { Config } from '../config/config.ts';
import { type ConfigFile, readConfigFile, refuseForeignWriters } from '../config/config-file.ts';
import { trustStore } from '../config/trust.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { BUILT_IN_POLICY, PACK_NAMES } from '../policy/index.ts';
import type { BootOptions } from './boot.ts';

export interface LoadedConfig {
  readonly config: Config;
  /** `sha256:…` of the file; null for the built-in configuration. */
  readonly digest: string | null;
}

/**
 * Throws `bad-config`, `config-unreadable`, and `config-changed` where the file is not the one that was chosen (all 78).
 * Who may write it was checked when it was chosen; the digest ties this reading to that one. Loads YAML and schema only
 * where there is a file.
 */
export async function loadBrokerConfig(boot: Pick<BootOptions, 'configFile' | 'configDigest'>): Promise<LoadedConfig> {
  if (boot.configFile === null) return { config: builtInConfig(BUILT_IN_POLICY), digest: null };
  const file = readConfigFile(boot.configFile);
  if (file === undefined || file.digest !== boot.configDigest) {
    throw refusal('config-changed', `"${boot.configFile}" changed while the broker started`, 'run the command again');
  }
  return parseConfigFile(file);
}

/**
 * The file as it is now, whatever it was before, not parsed yet. Throws `config-gone`, `config-empty`, `config-untrusted`,
 * `config-permissions`, `config-unreadable`, `bad-config` (all 78).
 */
export function rereadConfig(path: string, trustFolder: string | null, uid: number): ConfigFile {
  const file = readConfigFile(path);
  if (file === undefined) throw refusal('config-gone', `"${path}" is gone`, 'put it back');
  if (trustFolder === null) refuseForeignWriters(file, uid);
  else if (trustStore(trustFolder, uid).trustOf(file) !== 'trusted') {
    throw refusal(
      'config-untrusted',
      `"${path}" changed since it was trusted`,
      'look at it, then run: sallyport trust',
    );
  }
  // An editor that writes in place empties it first; nobody means a policy without a word.
  if (file.text.trim() === '') throw refusal('config-empty', `"${path}" is empty`, 'write it anew');
  return file;
}

/** Throws `bad-config` (78) with everything that is wrong in it. */
export async function parseConfigFile(file: ConfigFile): Promise<LoadedConfig> {
  const [{ parseConfig }, { configError }] = await Promise.all([
    import('../config/load.ts'),
    import('../config/problem.ts'),
  ]);
  const result = parseConfig(file.text, { file: file.path, knownPacks: PACK_NAMES });
  if (!result.ok) throw configError(result.problems);
  return { config: result.config, digest: file.digest };
}

function refusal(code: string, message: string, hint: string): BrokerError {
  return new BrokerError({ code, exit: EXIT.configuration, message, hint });
}
