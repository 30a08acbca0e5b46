// From the CLI to a broker that answers: the configured one, the private one that runs, or a private one started now.
import { spawn } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ApiClient, apiClient, fromPublicError } from '../api/client.ts';
import type { Hello } from '../api/contract.ts';
import type { BootAnswer, BootOptions } from '../broker/boot.ts';
import { checkStateFolder, prepareStateFolder } from '../broker/state-folder.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Environment } from './environment.ts';
import { type Location, locateBroker } from './locate.ts';

export interface Connection {
  readonly client: ApiClient;
  readonly hello: Hello;
  readonly location: Location;
  /** What a person should know, such as a project file that is not trusted; one line each. */
  readonly notes: readonly string[];
}

/** How long a broker may take to start; a cold machine under load needs some seconds. */
const START_TIMEOUT_MS = 20_000;

/** Connects, starting a private broker where none runs. */
export async function connectBroker(environment: Environment): Promise<Connection> {
  const location = await locateBroker(environment);
  const running = await findRunning(location, environment);
  if (running !== undefined) return checked(running, location, environment);
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
  return checked(started, location, environment);
}

/** The broker that answers now; undefined where none does. Never starts one. */
export async function findRunning(location: Location, environment: Pick<Environment, 'uid'>): Promise<{ client: ApiClient; hello: Hello } | undefined> {
  const { socket, state } = location.boot;
  if (!location.isConfigured) {
    checkStateFolder(state, environment.uid);
    checkSocketOwner(socket, environment.uid);
  }
  const client = apiClient(socket);
  try {
    return { client, hello: await client.get<Hello>('/hello') };
  } catch (error) {
    if (error instanceof BrokerError && error.code === 'broker-unreachable') return undefined;
    throw error;
  }
}

/** A socket that another user put there would be an impostor's. */
function checkSocketOwner(socket: string, uid: number): void {
  const stat = statSync(socket, { throwIfNoEntry: false });
  if (stat === undefined || stat.uid === uid) return;
  throw new BrokerError({
    code: 'wrong-owner',
    exit: EXIT.unavailable,
    message: `the socket "${socket}" belongs to uid ${stat.uid}, not to uid ${uid}`,
    hint: `remove it, or set SALLYPORT_STATE to a folder of your own; for a broker that others run, set SALLYPORT_SOCKET`,
  });
}

/** A file given by name must be the one the broker runs with; a found one that changed is only mentioned. */
function checked(running: { client: ApiClient; hello: Hello }, location: Location, environment: Environment): Connection {
  const { hello } = running;
  const { boot, isConfigured } = location;
  const notes = [...location.notes];
  const differs = hello.configFile !== boot.configFile || hello.configDigest !== boot.configDigest;
  if (differs && !isConfigured) {
    const theirs = hello.configFile ?? 'the built-in configuration';
    if (environment.configFile !== undefined) {
      throw new BrokerError({
        code: 'config-mismatch',
        exit: EXIT.configuration,
        message: `the running broker was configured from ${theirs}${hello.configFile === boot.configFile ? ' before it changed' : ''}`,
        hint: 'stop it first: sallyport broker stop',
      });
    }
    notes.push(
      hello.configFile === boot.configFile
        ? `${theirs} changed since the broker started; to use it: sallyport broker stop`
        : `the running broker was configured from ${theirs}; to use ${boot.configFile ?? 'the built-in configuration'}: sallyport broker stop`,
    );
  }
  return { ...running, location, notes };
}

/** Starts a broker process and waits until it answers, or until another one that was faster does. */
export async function startInBackground(boot: BootOptions, uid: number): Promise<'started' | 'already-running'> {
  prepareStateFolder(boot.state, uid);
  const answer = await spawnBroker(boot);
  switch (answer.kind) {
    case 'ready':
      return 'started';
    case 'failed':
      throw fromPublicError(answer.error);
    case 'already-running':
      await waitForSocket(boot);
      return 'already-running';
  }
}

function spawnBroker(boot: BootOptions): Promise<BootAnswer> {
  const isSource = import.meta.url.endsWith('.ts');
  const main = fileURLToPath(new URL(`../broker/main.${isSource ? 'ts' : 'js'}`, import.meta.url));
  const log = openSync(boot.log, 'a', 0o600);
  const child = spawn(process.execPath, [...(isSource ? ['--import', import.meta.resolve('tsx')] : []), main, JSON.stringify(boot)], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', log, log, 'pipe'],
    // The broker is nobody's child: it gets what a program needs to start, not the caller's credentials.
    env: pick(process.env, ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'TZ', 'TMPDIR']),
  });
  closeSync(log);
  const pipe = child.stdio[3] as Readable;
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => done(() => reject(notStarted(`it said nothing for ${START_TIMEOUT_MS / 1000} s`, boot))), START_TIMEOUT_MS);
    pipe.on('data', (chunk) => {
      text += chunk;
    });
    pipe.on('end', () =>
      done(() => (text.endsWith('\n') ? resolve(JSON.parse(text) as BootAnswer) : reject(notStarted('it ended without a word', boot)))),
    );
    child.on('error', (error) => done(() => reject(notStarted(String(error), boot))));
    function done(settle: () => void): void {
      clearTimeout(timer);
      pipe.destroy();
      child.unref();
      settle();
    }
  });
}

/** Another process is starting the broker: it binds its socket soon, or gives up. */
async function waitForSocket(boot: BootOptions): Promise<void> {
  const client = apiClient(boot.socket);
  const until = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < until) {
    try {
      await client.get('/hello');
      return;
    } catch (error) {
      if (!(error instanceof BrokerError && error.code === 'broker-unreachable')) throw error;
      await delay(25);
    }
  }
  throw notStarted(`another process holds the lock in ${dirname(boot.socket)} but does not answer`, boot);
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

function notStarted(why: string, boot: BootOptions): BrokerError {
  return new BrokerError({
    code: 'broker-not-started',
    exit: EXIT.unavailable,
    message: `the private broker did not start: ${why}`,
    hint: `see ${boot.log}, or start it by hand: sallyport broker start --foreground`,
  });
}
