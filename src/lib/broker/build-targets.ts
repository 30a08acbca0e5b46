// Targets as configured → targets as the session uses them. A new kind is one more case here.
import type { Config, KubectlTargetConfig, ShellTargetConfig, SshTargetConfig } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import { BrokerError, Bug } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { TargetEntry } from '../session/deps.ts';
import { kubectlTarget } from '../targets/kubectl/target.ts';
import type { BrokerPaths } from '../targets/sandbox/options.ts';
import { runsAsBrokerUser, shellTarget } from '../targets/shell.ts';
import { type SshTarget, sshTarget } from '../targets/ssh.ts';
import type { BootOptions } from './boot.ts';
import type { KubeClusters } from './kube-clusters.ts';

export interface TargetDeps {
  readonly clock: Clock;
  readonly uid: number;
  readonly clusters: KubeClusters;
  /** Where the broker's own things are: no sandbox shows them, or leaves the config to be written. */
  readonly boot: Pick<BootOptions, 'state' | 'recordings' | 'socket' | 'log' | 'configFile' | 'trustFolder' | 'path'>;
}

/**
 * Builds every target. Throws `unsandboxed-target` (78) where a service would run an agent's command as its own user:
 * that user can read the CA key.
 */
export function buildTargets(config: Config, deps: TargetDeps): Map<string, TargetEntry> {
  const ssh = new Map<string, SshTarget>();
  const entries = new Map<string, TargetEntry>();
  for (const target of config.targets.values()) {
    switch (target.kind) {
      case 'shell':
        entries.set(target.name, shellEntry(target, config, deps));
        break;
      case 'ssh':
        entries.set(target.name, { target: buildSsh(target), keepsCallerFolder: false, limits: target.limits });
        break;
      case 'kubectl':
        entries.set(target.name, kubectlEntry(target, config, deps));
        break;
      default:
        target satisfies never;
    }
  }
  return entries;

  /** A target's jump host is built first; the config has made sure that the way has no cycle. */
  function buildSsh(target: SshTargetConfig): SshTarget {
    const built = ssh.get(target.name);
    if (built !== undefined) return built;
    const via = target.via === undefined ? undefined : buildSsh(sshConfig(target.via));
    const fresh = sshTarget(
      target.name,
      {
        host: target.host,
        port: target.port,
        user: target.user,
        hostKey: target.hostKey,
        hostCa: target.hostCa,
        ttlMs: target.credential.ttlMs,
        connectTimeoutMs: target.connectTimeoutMs,
        ...(target.sourceAddress === undefined ? {} : { sourceAddress: target.sourceAddress }),
        ...(target.cwd === undefined ? {} : { cwd: target.cwd }),
      },
      { clock: deps.clock, ...(via === undefined ? {} : { via }) },
    );
    ssh.set(target.name, fresh);
    return fresh;
  }

  function sshConfig(name: string): SshTargetConfig {
    const found = config.targets.get(name);
    if (found?.kind !== 'ssh') throw new Bug(`the config let "via: ${name}" pass`);
    return found;
  }
}

function shellEntry(target: ShellTargetConfig, config: Config, deps: TargetDeps): TargetEntry {
  const options = {
    env: target.env,
    set: Object.fromEntries(target.set),
    ...(target.user === undefined ? {} : { user: target.user }),
    ...(target.cwd === undefined ? {} : { cwd: target.cwd }),
    ...(target.shell === undefined ? {} : { shell: target.shell }),
    ...(target.sandbox === 'off' ? {} : { sandbox: target.sandbox }),
  };
  refuseBrokersUser(target, config, deps);
  return {
    target: shellTarget(target.name, options, {
      clock: deps.clock,
      brokerUid: deps.uid,
      brokerPaths: pathsOf(deps.boot),
    }),
    keepsCallerFolder: target.cwd === undefined,
    limits: target.limits,
  };
}

/** Throws `unsandboxed-target` (78). */
function refuseBrokersUser(target: ShellTargetConfig | KubectlTargetConfig, config: Config, { uid }: TargetDeps): void {
  const options = target.user === undefined ? {} : { user: target.user };
  if (config.broker.mode === 'service' && runsAsBrokerUser(options, uid)) {
    throw new BrokerError({
      code: 'unsandboxed-target',
      exit: EXIT.configuration,
      message: `target "${target.name}" would run as the broker's own user`,
      hint: `set targets.${target.name}.user to another OS user`,
    });
  }
}

function kubectlEntry(target: KubectlTargetConfig, config: Config, deps: TargetDeps): TargetEntry {
  refuseBrokersUser(target, config, deps);
  const { namespace, serviceAccount, ttlMs } = target.credential;
  const options = {
    env: target.env,
    set: Object.fromEntries(target.set),
    account: { namespace, serviceAccount, ttlMs },
    longestMs: target.limits.hardMs,
    ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
    ...(target.user === undefined ? {} : { user: target.user }),
    ...(target.cwd === undefined ? {} : { cwd: target.cwd }),
  };
  const { access, api } = deps.clusters.of(target.name);
  return {
    target: kubectlTarget(target.name, options, {
      clock: deps.clock,
      brokerUid: deps.uid,
      access,
      api,
      path: deps.boot.path,
    }),
    keepsCallerFolder: target.cwd === undefined,
    limits: target.limits,
    quota: target.quota,
  };
}

function pathsOf({ state, recordings, socket, log, trustFolder, configFile }: TargetDeps['boot']): BrokerPaths {
  const present = (path: string | null) => (path === null ? [] : [path]);
  return { hidden: [state, recordings, socket, log, ...present(trustFolder)], readOnly: present(configFile) };
}
