// Which configuration applies and where its broker listens. Reads the file, but parses it only where it could move the
// broker: the CLI must stay as light as ssh.
import type { BootOptions } from '../broker/boot.ts';
import { type ConfigSource, findConfig } from '../config/find.ts';
import { statePaths } from '../config/paths.ts';
import { trustFile } from '../config/paths.ts';
import { trustStore } from '../config/trust.ts';
import type { Environment } from './environment.ts';
import { packageVersion } from './version.ts';

export interface Location {
  readonly source: ConfigSource;
  /** True where somebody else starts the broker: the CLI never does. */
  readonly isConfigured: boolean;
  readonly boot: BootOptions;
}

/** Finds config and broker. Throws what is wrong with the file or the paths (exit 78). */
export async function locateBroker(environment: Environment): Promise<Location> {
  const { home, xdgConfigHome, xdgStateHome, stateOverride, cwd } = environment;
  const source = await findConfig({
    explicit: environment.configFile,
    home,
    xdgConfigHome,
    cwd,
    trust: trustStore(trustFile({ home, xdgConfigHome })),
  });
  const moved = source.kind === 'file' && mayMoveBroker(source.text) ? await brokerSection(source) : undefined;
  const paths = statePaths(
    { home, xdgStateHome, stateOverride },
    { state: moved?.state, socket: environment.socketOverride ?? moved?.socket, recordings: moved?.recordings },
  );
  return {
    source,
    isConfigured: environment.socketOverride !== undefined || moved?.mode === 'service',
    boot: {
      ...paths,
      configFile: source.kind === 'file' ? source.file : null,
      configDigest: source.kind === 'file' ? source.digest : null,
      version: packageVersion(),
    },
  };
}

/** A key can only be written with its letters, or in a quoted string with escapes. */
function mayMoveBroker(text: string): boolean {
  return /broker|recording|\\/.test(text);
}

async function brokerSection(source: Extract<ConfigSource, { kind: 'file' }>) {
  const [{ parseConfig }, { configError }] = await Promise.all([import('../config/load.ts'), import('../config/problem.ts')]);
  const parsed = parseConfig(source.text, { file: source.file });
  if (!parsed.ok) throw configError(parsed.problems);
  const { broker, recording } = parsed.config;
  return { mode: broker.mode, state: broker.state, socket: broker.socket, recordings: recording.folder };
}
