// The policy that a command of `sallyport policy` works on: a file that was named, else the configuration that counts here.
// In this process, so that a policy can be tried before any broker runs with it.
import type { Config } from '../config/config.ts';
import type { ConfigSource } from '../config/find.ts';
import { trustFolder } from '../config/paths.ts';
import type { Environment } from './environment.ts';
import { chooseConfig } from './locate.ts';

export interface PolicyFile {
  /** As messages name it. */
  readonly label: string;
  readonly config: Config;
}

/** Throws what is wrong with the file (78), all of it at once. */
export async function readPolicyFile(environment: Environment, named: string | undefined): Promise<PolicyFile> {
  const { source } = chooseConfig(named === undefined ? environment : { ...environment, configFile: named });
  return parseSource(source, environment);
}

/** The configuration of a file that was chosen, or the built-in one. Throws as `readPolicyFile`. */
export async function parseSource(source: ConfigSource, environment: Environment): Promise<PolicyFile> {
  const [{ parseConfigFile }, { configError }, { builtInConfig }, { BUILT_IN_POLICY, PACK_NAMES }, { MASK_KNOWLEDGE }] =
    await Promise.all([
      import('../config/load-file.ts'),
      import('../config/problem.ts'),
      import('../config/built-in.ts'),
      import('../policy/index.ts'),
      import('../stream/mask/configured/selection-knowledge.ts'),
    ]);
  if (source.kind === 'built-in') return { label: 'built-in', config: builtInConfig(BUILT_IN_POLICY) };
  const parsed = parseConfigFile(source.file, {
    label: source.label,
    knownPacks: PACK_NAMES,
    mask: MASK_KNOWLEDGE,
    uid: environment.uid,
    trustFolder: source.kind === 'project' ? trustFolder(environment) : null,
  });
  if (!parsed.ok) throw configError(parsed.problems);
  return { label: source.label, config: parsed.config };
}
