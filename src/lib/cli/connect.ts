// From the CLI to a broker that answers: the configured one, the private one that runs, or a private one started now.
import { statSync } from 'node:fs';
import { type ApiClient, apiClient } from '../api/client.ts';
import type { Hello } from '../api/contract.ts';
import { brokerMismatch } from '../api/version.ts';
import { checkStateFolder } from '../broker/state-folder.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Environment } from './environment.ts';
import { type Location, locateBroker } from './locate.ts';
import { notStarted, startInBackground } from './start-broker.ts';

export interface Connection {
  readonly client: ApiClient;
  readonly hello: Hello;
  readonly location: Location;
  /** What a person should know, such as a project file that is not trusted; one line each. */
  readonly notes: readonly string[];
}

export type Running = Pick<Connection, 'client' | 'hello'>;

/** A broker answers this within milliseconds; on a machine that is swapping, within seconds. */
const HELLO_TIMEOUT_MS = 10_000;

/** Connects, starting a private broker where none runs. */
export async function connectBroker(environment: Environment): Promise<Connection> {
  const location = await locateBroker(environment);
  const running = await findRunning(location, environment);
  if (running !== undefined) return checkRunning(running, location, environment);
  if (location.isConfigured) {
    throw new BrokerError({
      code: 'broker-unreachable',
      exit: EXIT.unavailable,
      message: `no broker listens on "${location.boot.socket}"`,
      hint: 'ask its owner to start it: sallyport broker start',
    });
  }
  await startInBackground(location.boot, environment.uid);
  const started = await findRunning(location, environment);
  if (started === undefined) throw notStarted('it stopped right after its start', location.boot);
  return checkRunning(started, location, environment);
}

/** The broker that answers now, of whatever version; undefined where none does. Never starts one. */
export async function findRunning(
  location: Location,
  environment: Pick<Environment, 'uid'>,
): Promise<Running | undefined> {
  const { socket, state } = location.boot;
  if (!location.isConfigured) {
    checkStateFolder(state, environment.uid);
    checkSocketOwner(socket, environment.uid);
  }
  const client = apiClient(socket);
  try {
    return { client, hello: await client.get<Hello>('/hello', AbortSignal.timeout(HELLO_TIMEOUT_MS)) };
  } catch (error) {
    // One that is leaving drops the connection instead of refusing it.
    const isAway = error instanceof BrokerError && ['broker-unreachable', 'broker-lost'].includes(error.code);
    if (isAway) return undefined;
    throw error;
  }
}

/**
 * The connection, or what speaks against it: `version-mismatch` (69), and `config-mismatch` (78) where a file given by
 * name is not the one the broker runs with. A file that was only found is mentioned in the notes.
 */
export function checkRunning(running: Running, location: Location, environment: Environment): Connection {
  const { hello } = running;
  const { boot, isConfigured } = location;
  const mismatch = brokerMismatch(hello, boot.version);
  if (mismatch !== undefined) throw mismatch;
  const isOther = hello.configFile !== boot.configFile;
  const differs = isOther || hello.configDigest !== boot.configDigest;
  if (!differs || isConfigured) return { ...running, location, notes: location.notes };

  const theirs = hello.configFile ?? 'the built-in configuration';
  if (environment.configFile !== undefined) {
    throw new BrokerError({
      code: 'config-mismatch',
      exit: EXIT.configuration,
      message: `the running broker was configured from ${theirs}${isOther ? '' : ' before it changed'}`,
      hint: 'stop it first: sallyport broker stop',
    });
  }
  const note = isOther
    ? `the running broker was configured from ${theirs}; to use ${boot.configFile ?? 'the built-in configuration'}: sallyport broker stop`
    : `${theirs} changed since the broker started; to use it: sallyport broker stop`;
  return { ...running, location, notes: [...location.notes, note] };
}

/** A socket that another user put there would be an impostor's. */
function checkSocketOwner(socket: string, uid: number): void {
  const owner = ownerOf(socket);
  if (owner === undefined || owner === uid) return;
  throw new BrokerError({
    code: 'wrong-owner',
    exit: EXIT.unavailable,
    message: `the socket "${socket}" belongs to uid ${owner}, not to uid ${uid}`,
    hint: 'remove it, or set SALLYPORT_STATE to a folder of your own; for a broker that others run, set SALLYPORT_SOCKET',
  });
}

function ownerOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.uid;
  } catch {
    // Out of sight, or under a file instead of a folder: connecting says so in its own words.
    return undefined;
  }
}
