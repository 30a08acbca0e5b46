// From the CLI to a broker that answers: the configured one, the private one that runs, or a private one started now.
import { statSync } from 'node:fs';
import { type ApiClient, apiClient } from '../api/client.ts';
import type { Hello, PolicyStatus } from '../api/contract.ts';
import { brokerMismatch } from '../api/version.ts';
import type { BootOptions } from '../broker/boot.ts';
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
  if (running !== undefined) return await checkRunning(running, location, environment);
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
 * name is not what the broker runs with, after it has looked at that file again. What concerns a file that was only found
 * is mentioned in the notes.
 */
export async function checkRunning(
  running: Running,
  location: Location,
  environment: Pick<Environment, 'configFile'>,
): Promise<Connection> {
  const { boot, isConfigured } = location;
  const mismatch = brokerMismatch(running.hello, boot.version);
  if (mismatch !== undefined) throw mismatch;
  const { client, hello } = await upToDate(running, location);
  const problem = isConfigured ? undefined : configProblem(hello, boot);
  if (problem === undefined) return { client, hello, location, notes: location.notes };
  if (environment.configFile !== undefined) {
    throw new BrokerError({ code: 'config-mismatch', exit: EXIT.configuration, ...problem });
  }
  return { client, hello, location, notes: [...location.notes, `${problem.message}; ${problem.hint}`] };
}

/** A change of the file counts at once, not when the broker happens to notice; so does one that was taken back. */
async function upToDate({ client, hello }: Running, { boot, isConfigured }: Location): Promise<Running> {
  const isOther = isConfigured || hello.configFile !== boot.configFile || hello.policy === undefined;
  const isSame = hello.configDigest === boot.configDigest && hello.policy?.rejected === null;
  if (isOther || isSame) return { client, hello };
  const policy = await client.post<PolicyStatus>('/policy/reload', {});
  return { client, hello: { ...hello, policy, configDigest: policy.configDigest } };
}

/** Why the broker does not run with this configuration as it is now; undefined where it does. */
function configProblem({ configFile, configDigest, policy }: Hello, boot: BootOptions) {
  const theirs = configFile ?? 'the built-in configuration';
  if (configFile !== boot.configFile) {
    return {
      message: `the running broker was configured from ${theirs}`,
      hint: `to use ${boot.configFile ?? 'the built-in configuration'}: sallyport broker stop`,
    };
  }
  if (policy !== undefined && policy.rejected !== null) {
    const { message, hint } = policy.rejected;
    return { message: `the change of ${theirs} does not count: ${message}`, hint };
  }
  if (configDigest !== boot.configDigest) {
    return { message: `${theirs} changed since the broker read it`, hint: 'to use it: sallyport broker stop' };
  }
  if (policy === undefined || policy.needsRestart.length === 0) return undefined;
  const sections = policy.needsRestart.map((name) => `"${name}"`).join(', ');
  return {
    message: `the broker does not use what changed under ${sections}`,
    hint: 'to use it: sallyport broker stop',
  };
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
