// Where things are. Pure: home, XDG variables and overrides are passed in, nothing is looked up or created.
import { join } from 'node:path';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

/** The longest path a Unix socket can have on Linux: `sun_path` is 108 bytes with its final NUL (unix(7)). */
export const SOCKET_PATH_MAX_BYTES = 107;

/** The caller's surroundings, from the environment. Empty strings count as absent (XDG base directory spec). */
export interface Surroundings {
  /** Absolute. */
  readonly home: string;
  /** `XDG_STATE_HOME`. */
  readonly xdgStateHome?: string | undefined;
  /** `XDG_CONFIG_HOME`. */
  readonly xdgConfigHome?: string | undefined;
  /** `SALLYPORT_STATE`: wins over the config. */
  readonly stateOverride?: string | undefined;
}

export interface StatePaths {
  readonly state: string;
  readonly socket: string;
  readonly log: string;
  readonly recordings: string;
}

/**
 * The broker's files: under `stateOverride`, else the config's `broker.state`, else `$XDG_STATE_HOME/sallyport`, else
 * `~/.local/state/sallyport`. Throws `socket-path-too-long` (exit 78), and `path-not-absolute` (exit 78) for an
 * override or home that is not.
 */
export function statePaths(
  around: Surroundings,
  configured: {
    readonly state?: string | undefined;
    readonly socket?: string | undefined;
    readonly recordings?: string | undefined;
  } = {},
): StatePaths {
  const state = around.stateOverride
    ? absolute('SALLYPORT_STATE', around.stateOverride)
    : (configured.state ?? join(xdgFolder(around.xdgStateHome, around.home, '.local/state'), 'sallyport'));
  return {
    state,
    socket: checkSocketPath(configured.socket ?? join(state, 'broker.sock')),
    log: join(state, 'broker.log'),
    recordings: configured.recordings ?? join(state, 'recordings'),
  };
}

/** `$XDG_CONFIG_HOME/sallyport`, else `~/.config/sallyport`. */
export function configFolder(around: Pick<Surroundings, 'home' | 'xdgConfigHome'>): string {
  return join(xdgFolder(around.xdgConfigHome, around.home, '.config'), 'sallyport');
}

/** The user's own config file. */
export function userConfigFile(around: Pick<Surroundings, 'home' | 'xdgConfigHome'>): string {
  return join(configFolder(around), CONFIG_FILE_NAME);
}

/** Which project files a person trusted: beside the user's own config, since both decide what a broker may do. */
export function trustFolder(around: Pick<Surroundings, 'home' | 'xdgConfigHome'>): string {
  return join(configFolder(around), 'trusted');
}

/** What a config file is called, wherever it is. */
export const CONFIG_FILE_NAME = 'sallyport.yaml';

/** The path itself, or `socket-path-too-long` (exit 78): bind(2) would cut it or fail with a bare EINVAL. */
export function checkSocketPath(path: string): string {
  const bytes = Buffer.byteLength(path);
  if (bytes <= SOCKET_PATH_MAX_BYTES) return path;
  throw new BrokerError({
    code: 'socket-path-too-long',
    exit: EXIT.configuration,
    message: `the socket path "${path}" is ${bytes} bytes long, ${SOCKET_PATH_MAX_BYTES} are possible`,
    hint: 'set broker.socket in the config, or SALLYPORT_STATE, to a shorter path',
  });
}

/** The spec says to ignore an XDG variable that is not an absolute path. */
function xdgFolder(xdg: string | undefined, home: string, fallback: string): string {
  if (xdg?.startsWith('/')) return xdg;
  return join(absolute('HOME', home), fallback);
}

function absolute(name: string, path: string): string {
  if (path.startsWith('/')) return path;
  throw new BrokerError({
    code: 'path-not-absolute',
    exit: EXIT.configuration,
    message: `${name} is "${path}", which is not an absolute path`,
    hint: `set ${name} to a path that starts with /`,
  });
}
