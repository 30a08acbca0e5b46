// Which configuration applies and where its broker listens. Reads the file, but parses it only where it could move the
// broker: the CLI must stay as light as ssh.
import type { BootOptions } from '../broker/boot.ts';
import type { ConfigFile } from '../config/config-file.ts';
import { type ConfigSource, findConfig, untrustedNote } from '../config/find.ts';
import { statePaths, trustFolder } from '../config/paths.ts';
import { trustStore } from '../config/trust.ts';
import type { Environment } from './environment.ts';
import { packageVersion } from './version.ts';

export interface Location {
  /** True where somebody else starts the broker: the CLI never does. */
  readonly isConfigured: boolean;
  readonly boot: BootOptions;
  /** What a person should know, such as a project file that is not trusted; one line each. */
  readonly notes: readonly string[];
}

/** Which configuration applies in these surroundings. Throws what is wrong with the file (exit 78). */
export function chooseConfig(environment: Environment): {
  readonly source: ConfigSource;
  readonly notes: readonly string[];
} {
  const { home, xdgConfigHome, cwd, uid } = environment;
  const { source, untrusted } = findConfig({
    explicit: environment.configFile,
    home,
    xdgConfigHome,
    cwd,
    uid,
    trust: trustStore(trustFolder({ home, xdgConfigHome })),
  });
  return { source, notes: untrusted.map((file) => untrustedNote(file, cwd)) };
}

/** Finds config and broker. Throws what is wrong with the file or the paths (exit 78). */
export async function locateBroker(environment: Environment): Promise<Location> {
  const { home, xdgStateHome, stateOverride } = environment;
  const { source, notes } = chooseConfig(environment);
  const file = source.kind === 'built-in' ? null : source.file;
  const moved =
    source.kind !== 'built-in' && mayMoveBroker(source.file.text) ? await brokerSection(source.file) : undefined;
  const paths = statePaths(
    { home, xdgStateHome, stateOverride },
    { state: moved?.state, socket: environment.socketOverride ?? moved?.socket, recordings: moved?.recordings },
  );
  return {
    isConfigured: environment.socketOverride !== undefined || moved?.mode === 'service',
    boot: {
      ...paths,
      configFile: file?.path ?? null,
      configDigest: file?.digest ?? null,
      trustFolder: source.kind === 'project' ? trustFolder(environment) : null,
      version: packageVersion(),
      path: environment.offered.PATH ?? '',
      kubernetesService: environment.kubernetesService,
    },
    notes,
  };
}

/**
 * A key can only be written with its letters, or in a quoted string with escapes; and never on a line that is all comment. Reading the
 * file for it costs as much as all the rest of a start.
 */
function mayMoveBroker(text: string): boolean {
  return text.split('\n').some((line) => !COMMENT.test(line) && MAY_BE_KEY.test(line));
}

/** The whole of a key, and no part of a path or a name; escapes may write anything. */
const MAY_BE_KEY = /(?<![^\s{,"'?])(?:broker|recording)(?![^\s}:,"'])|\\/;

/** Without quotes and lone CRs: such a line cannot be the end of a quoted text with a key behind it. */
const COMMENT = /^[ \t]*#[^"'\r]*\r?$/;

async function brokerSection(file: ConfigFile) {
  const [{ parseConfig }, { configError }] = await Promise.all([
    import('../config/load.ts'),
    import('../config/problem.ts'),
  ]);
  const parsed = parseConfig(file.text, { file: file.path });
  if (!parsed.ok) throw configError(parsed.problems);
  const { broker, recording } = parsed.config;
  return { mode: broker.mode, state: broker.state, socket: broker.socket, recordings: recording.folder };
}
