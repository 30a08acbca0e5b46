// The configuration a broker runs with: read once, at start, from the file it was told.
import { readFile } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import { builtInConfig } from '../config/built-in.ts';
import { parseConfig } from '../config/load.ts';
import { configError } from '../config/problem.ts';
import { sha256 } from '../core/digest.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { BUILT_IN_POLICY, PACK_NAMES } from '../policy/index.ts';
import type { BootOptions } from './boot.ts';

/** Throws `bad-config`, `config-unreadable`, `config-changed` (all 78). */
export async function loadBrokerConfig({ configFile, configDigest }: Pick<BootOptions, 'configFile' | 'configDigest'>): Promise<Config> {
  if (configFile === null) return builtInConfig(BUILT_IN_POLICY);
  const text = await readFile(configFile, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new BrokerError({
      code: 'config-unreadable',
      exit: EXIT.configuration,
      message: `"${configFile}" cannot be read (${cause.code})`,
      hint: 'check that the file is there and that the broker may read it',
      cause,
    });
  });
  if (configDigest !== null && sha256(text) !== configDigest) {
    throw new BrokerError({
      code: 'config-changed',
      exit: EXIT.configuration,
      message: `"${configFile}" changed while the broker started`,
      hint: 'run the command again',
    });
  }
  const parsed = parseConfig(text, { file: configFile, knownPacks: PACK_NAMES });
  if (!parsed.ok) throw configError(parsed.problems);
  return parsed.config;
}
