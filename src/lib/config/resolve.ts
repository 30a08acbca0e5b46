// From the validated document to the Config everybody uses. Pure, and cannot fail.
import type { Rule } from '../core/policy-document.ts';
import type { ApproverConfig, Config, SandboxConfig, TargetConfig, TargetLimits } from './config.ts';
import type { Position } from './document.ts';
import type { WrittenConfig } from './schema.ts';

/** `positionOfRule(3)` is where the fourth rule stands in its file. */
export function resolveConfig(written: WrittenConfig, positionOfRule: (index: number) => Position): Config {
  const { broker, limits } = written;
  const defaultLimits = { hardMs: limits.hard, idleMs: limits.idle };
  return {
    broker: {
      mode: broker.mode,
      socket: broker.socket,
      group: broker.group,
      state: broker.state,
      idleExitMs: broker.idleExit,
    },
    targets: mapEntries(written.targets, (name, target) => resolveTarget(name, target, defaultLimits)),
    approvers: mapEntries(
      written.approvers,
      (name, { keys, groups, user }): ApproverConfig => ({ name, keys, groups, user }),
    ),
    policy: {
      ...written.policy,
      rules: written.policy.rules.map((rule, index) => resolveRule(rule, positionOfRule(index))),
    },
    recording: { folder: written.recording.folder, maxBytes: written.recording.maxBytes },
    limits: { ...defaultLimits, approvalWaitMs: limits.approvalWait },
  };
}

type WrittenTarget = WrittenConfig['targets'][string];
type WrittenRule = WrittenConfig['policy']['rules'][number];

function resolveTarget(name: string, target: WrittenTarget, defaults: TargetLimits): TargetConfig {
  const limits = {
    hardMs: target.limits?.hard ?? defaults.hardMs,
    idleMs: target.limits?.idle ?? defaults.idleMs,
  };
  switch (target.kind) {
    case 'shell':
      return {
        kind: 'shell',
        name,
        user: target.user,
        cwd: target.cwd,
        env: target.env,
        set: new Map(Object.entries(target.set)),
        shell: target.shell,
        sandbox: resolveSandbox(target),
        limits,
      };
    case 'ssh':
      return {
        kind: 'ssh',
        name,
        host: target.host,
        port: target.port,
        user: target.user,
        hostKey: target.hostKey ?? [],
        hostCa: target.hostCa ?? [],
        via: target.via,
        cwd: target.cwd,
        sourceAddress: target.sourceAddress,
        connectTimeoutMs: target.connectTimeout,
        credential: { provider: target.credential.provider, ttlMs: target.credential.ttl },
        limits,
      };
  }
}

function resolveSandbox({ sandbox, cwd }: Extract<WrittenTarget, { kind: 'shell' }>): 'off' | SandboxConfig {
  const { preset, hide, network } = sandbox;
  if (preset === 'off') return 'off';
  const own = cwd === undefined ? [] : [cwd];
  return { preset, workspace: preset === 'workspace' ? (sandbox.workspace ?? own) : [], hide, network };
}

function resolveRule({ ttl, ...rule }: WrittenRule, at: Position): Rule {
  return { ...rule, ...(ttl === undefined ? {} : { ttlMs: ttl }), at };
}

function mapEntries<From, To>(
  entries: Readonly<Record<string, From>>,
  convert: (name: string, value: From) => To,
): ReadonlyMap<string, To> {
  return new Map(Object.entries(entries).map(([name, value]) => [name, convert(name, value)]));
}
