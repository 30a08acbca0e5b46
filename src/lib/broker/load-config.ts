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
  /** The same of all that the policy is read from: the file and its own packs. */
  readonly policyDigest: string | null;
  readonly packFiles: readonly ConfigFile[];
}

type Place = Pick<BootOptions, 'configFile' | 'configDigest' | 'trustFolder'>;

/**
 * Throws `bad-config`, `config-unreadable`, and `config-changed` where the file is not the one that was chosen (all 78).
 * Who may write it was checked when it was chosen; the digest ties this reading to that one. Loads YAML and schema only
 * where there is a file.
 */
export async function loadBrokerConfig(boot: Place, uid: number): Promise<LoadedConfig> {
  const { configFile, configDigest, trustFolder } = boot;
  if (configFile === null) {
    return { config: builtInConfig(BUILT_IN_POLICY), digest: null, policyDigest: null, packFiles: [] };
  }
  const file = readConfigFile(configFile);
  if (file === undefined || file.digest !== configDigest) {
    throw refusal('config-changed', `"${configFile}" changed while the broker started`, 'run the command again');
  }
  return parseBrokerConfig(file, trustFolder, uid);
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

/** With the packs that it names. Throws `bad-config` (78) with everything that is wrong in them. */
export async function parseBrokerConfig(
  file: ConfigFile,
  trustFolder: string | null,
  uid: number,
): Promise<LoadedConfig> {
  const [{ parseConfigFile }, { configError }, { MASK_KNOWLEDGE }] = await Promise.all([
    import('../config/load-file.ts'),
    import('../config/problem.ts'),
    import('../stream/mask/configured/selection-knowledge.ts'),
  ]);
  const result = parseConfigFile(file, { knownPacks: PACK_NAMES, mask: MASK_KNOWLEDGE, uid, trustFolder });
  if (!result.ok) throw configError(result.problems);
  const { config, policyDigest, packFiles } = result;
  return { config, digest: file.digest, policyDigest, packFiles };
}

/** True where each pack is there with the same content, and only its owner can write it. */
export function arePacksAsBefore({ packFiles }: LoadedConfig, trustFolder: string | null, uid: number): boolean {
  return packFiles.every(({ path, digest }) => {
    try {
      const file = readConfigFile(path);
      if (file?.digest !== digest) return false;
      refuseForeignWriters(file, uid);
      return trustFolder === null || trustStore(trustFolder, uid).trustOf(file) === 'trusted';
    } catch (error) {
      // Reading all of it again says what is wrong.
      if (error instanceof BrokerError) return false;
      throw error;
    }
  });
}

function refusal(code: string, message: string, hint: string): BrokerError {
  return new BrokerError({ code, exit: EXIT.configuration, message, hint });
}
