// `sallyport doctor`: what this machine has and lacks, one function a check. Starts no broker, changes nothing.
import { arch, release } from 'node:os';
import { checkMachine } from '../broker/check-machine.ts';
import { loadBrokerConfig } from '../broker/load-config.ts';
import { checkStateFolder } from '../broker/state-folder.ts';
import type { Config } from '../config/config.ts';
import { asBrokerError, BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { CheckStep } from '../ports/target.ts';
import { findRunning } from './connect.ts';
import type { Environment } from './environment.ts';
import { type Location, locateBroker } from './locate.ts';

export interface Diagnosis {
  readonly steps: readonly CheckStep[];
  /** True where nothing failed that the configuration needs. */
  readonly ok: boolean;
}

/** Performs every check that can be performed; what one of them finds missing does not stop the others. */
export async function diagnose(environment: Environment): Promise<Diagnosis> {
  const place = await attempt(() => locateBroker(environment));
  const config =
    'error' in place
      ? place
      : await attempt(async () => (await loadBrokerConfig(place.value.boot, environment.uid)).config);
  const steps = [
    await step('node', checkNode),
    await step('system', checkSystem),
    await step('config', () => describeConfig(place, config)),
    await step('state folder', () => describeState(unwrap(place), environment)),
    await step('broker', () => describeBroker(unwrap(place), environment)),
    ...(await machineSteps(environment, 'value' in config && usesSandbox(config.value))),
  ];
  return { steps, ok: steps.every(({ outcome }) => outcome !== 'failed') };
}

type Attempt<Value> = { readonly value: Value } | { readonly error: unknown };

async function attempt<Value>(work: () => Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

function unwrap<Value>(outcome: Attempt<Value>): Value {
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

async function step(name: string, describe: () => string | Promise<string>): Promise<CheckStep> {
  const outcome = await attempt(async () => describe());
  if ('value' in outcome) return { name, outcome: 'ok', detail: outcome.value };
  const { publicMessage, hint } = asBrokerError(outcome.error);
  return { name, outcome: 'failed', detail: publicMessage, fix: hint };
}

/** package.json, engines. */
const MIN_NODE = [20, 19] as const;

function checkNode(): string {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isOld = major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1]);
  if (isOld) throw unfit(`Node is ${process.versions.node}`, `install Node ${MIN_NODE.join('.')} or later`);
  return process.versions.node;
}

function checkSystem(): string {
  if (process.platform !== 'linux') {
    throw unfit(`this is ${process.platform}`, 'run the broker on Linux; its clients can be anywhere');
  }
  return `Linux ${release()} on ${arch()}`;
}

function describeConfig(place: Attempt<Location>, config: Attempt<Config>): string {
  const { boot } = unwrap(place);
  const { targets, approvers } = unwrap(config);
  return `${boot.configFile ?? 'built in'} (targets: ${targets.size}, approvers: ${approvers.size})`;
}

function describeState({ boot, isConfigured }: Location, { uid }: Environment): string {
  // Somebody else's broker keeps its state where only it can look.
  if (isConfigured) return `${boot.state}, the broker's own affair`;
  checkStateFolder(boot.state, uid);
  return boot.state;
}

async function describeBroker(location: Location, environment: Environment): Promise<string> {
  const running = await findRunning(location, environment);
  if (running !== undefined) return `answers: pid ${running.hello.pid}, sallyport ${running.hello.version}`;
  if (!location.isConfigured) return 'does not run; the first command starts it';
  throw unfit(`no broker listens on "${location.boot.socket}"`, 'ask its owner to start it: sallyport broker start');
}

function usesSandbox({ targets }: Config): boolean {
  return [...targets.values()].some((target) => target.kind === 'shell' && target.sandbox !== 'off');
}

/** A sandbox that cannot be had is a failure only where a target has one. */
async function machineSteps({ uid }: Environment, sandboxNeeded: boolean): Promise<CheckStep[]> {
  const steps: CheckStep[] = [];
  for await (const found of checkMachine(uid, AbortSignal.timeout(MACHINE_TIMEOUT_MS))) {
    const isExtra = found.name.includes('sandbox') && !sandboxNeeded;
    steps.push(isExtra && found.outcome === 'failed' ? { ...found, outcome: 'skipped' } : found);
  }
  return steps;
}

const MACHINE_TIMEOUT_MS = 20_000;

function unfit(message: string, hint: string): BrokerError {
  return new BrokerError({ code: 'unfit', exit: EXIT.unavailable, message, hint });
}
