// The CLI's own surroundings: the only reader of process.env among the clients. What a target may see of the caller's
// environment is for the target's allow-list; here only what is sallyport's own is taken out.
import { homedir } from 'node:os';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

export interface Environment {
  readonly home: string;
  readonly xdgStateHome: string | undefined;
  readonly xdgConfigHome: string | undefined;
  /** SALLYPORT_STATE: the folder of the private broker. */
  readonly stateOverride: string | undefined;
  /** SALLYPORT_SOCKET: a broker that runs already; none is started. */
  readonly socketOverride: string | undefined;
  /** SALLYPORT_CONFIG or --config. */
  readonly configFile: string | undefined;
  readonly approverKey: string | undefined;
  readonly task: string | undefined;
  readonly why: string | undefined;
  /** Set for whatever runs in a pod: where the cluster's own API is. */
  readonly kubernetesService: { readonly host: string; readonly port: string } | null;
  readonly term: string;
  readonly cwd: string;
  readonly uid: number;
  /** Offered to shell targets; each passes on only what its allow-list names. */
  readonly offered: Readonly<Record<string, string>>;
  /** All of it, for programs that work for the person at this terminal, such as ssh-keygen. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
}

/** What a broker needs to start; it is nobody's child and gets no credentials of the caller. */
const BROKER_ENVIRONMENT = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'TZ', 'TMPDIR'];

/** The environment of a broker that is started in the background. */
export function brokerEnvironment(): Record<string, string> {
  const { env } = process;
  return Object.fromEntries(BROKER_ENVIRONMENT.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

/** False where the person, or the kind of terminal, does not want colours. */
export function wantsColor(): boolean {
  return !process.env.NO_COLOR && !isDumbTerminal();
}

/** True where the terminal cannot go back on a line. */
export function isDumbTerminal(): boolean {
  return process.env.TERM === 'dumb';
}

/** Reads the surroundings once. `--config` wins over SALLYPORT_CONFIG. Throws `no-working-folder` (64). */
export function readEnvironment(configFlag?: string): Environment {
  const { env } = process;
  const offered: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !name.startsWith('SALLYPORT_')) offered[name] = value;
  }
  return {
    home: env.HOME || homedir(),
    xdgStateHome: env.XDG_STATE_HOME,
    xdgConfigHome: env.XDG_CONFIG_HOME,
    stateOverride: env.SALLYPORT_STATE || undefined,
    socketOverride: env.SALLYPORT_SOCKET || undefined,
    configFile: configFlag ?? (env.SALLYPORT_CONFIG || undefined),
    approverKey: env.SALLYPORT_APPROVER_KEY || undefined,
    task: env.SALLYPORT_TASK || undefined,
    why: env.SALLYPORT_WHY || undefined,
    kubernetesService: kubernetesService(env),
    term: env.TERM || 'xterm-256color',
    cwd: workingFolder(),
    uid: process.getuid?.() ?? -1,
    offered,
    inherited: env,
  };
}

function kubernetesService(env: NodeJS.ProcessEnv): Environment['kubernetesService'] {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  return host && port ? { host, port } : null;
}

function workingFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new BrokerError({
      code: 'no-working-folder',
      exit: EXIT.usage,
      message: 'the working folder does not exist any more',
      hint: 'go to one that does',
      cause,
    });
  }
}
