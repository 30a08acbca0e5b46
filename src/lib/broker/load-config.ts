// The configuration a broker runs with: read once, at start, from the file it was told.
import { builtInConfig } from '../config/built-in.ts';
import type { Config } from '../config/config.ts';
import { readConfigFile } from '../config/config-file.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { BUILT_IN_POLICY, PACK_NAMES } from '../policy/index.ts';
import type { BootOptions } from './boot.ts';

/**
 * Throws `bad-config`, `config-unreadable`, and `config-changed` where the file is not the one that was chosen (all 78).
 * Who may write it was checked when it was chosen; the digest ties this reading to that one. Loads YAML and schema only
 * where there is a file.
 */
export async function loadBrokerConfig(boot: Pick<BootOptions, 'configFile' | 'configDigest'>): Promise<Config> {
  if (boot.configFile === null) return builtInConfig(BUILT_IN_POLICY);
  const file = readConfigFile(boot.configFile);
  if (file === undefined || file.digest !== boot.configDigest) {
    throw new BrokerError({
      code: 'config-changed',
      exit: EXIT.configuration,
      message: `"${boot.configFile}" changed while the broker started`,
      hint: 'run the command again',
    });
  }
  const [{ parseConfig }, { configError }] = await Promise.all([
    import('../config/load.ts'),
    import('../config/problem.ts'),
  ]);
  const parsed = parseConfig(file.text, { file: boot.configFile, knownPacks: PACK_NAMES });
  if (!parsed.ok) throw configError(parsed.problems);
  return parsed.config;
}
