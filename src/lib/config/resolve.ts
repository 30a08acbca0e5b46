// From the validated document to the Config everybody uses. Pure, and cannot fail.
import type { Pack, PolicyDocument, Rule } from '../core/policy-document.ts';
import type { ApproverConfig, Config, SandboxConfig, TargetConfig, TargetLimits } from './config.ts';
import type { Position } from './document.ts';
import type { WrittenPack } from './policy-schema.ts';
import type { Path } from './problem.ts';
import { resolveMasking } from './resolve-masking.ts';
import type { WrittenConfig } from './schema.ts';

/** `positionOf` is where a value stands in its file. */
export function resolveConfig(written: WrittenConfig, positionOf: (path: Path) => Position): Config {
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
    policy: resolvePolicy(written.policy, positionOf),
    masking: resolveMasking(written.masking, written.policy.lists, positionOf),
    recording: { folder: written.recording.folder, maxBytes: written.recording.maxBytes },
    limits: { ...defaultLimits, approvalWaitMs: limits.approvalWait },
  };
}

function resolvePolicy(
  { rules, lists, paths, ...policy }: WrittenConfig['policy'],
  positionOf: (path: Path) => Position,
): PolicyDocument {
  return {
    ...policy,
    rules: rules.map((rule, index) => resolveRule(rule, positionOf(['policy', 'rules', index]))),
    lists: new Map(Object.entries(lists)),
    listsAt: new Map(Object.keys(lists).map((name) => [name, positionOf(['policy', 'lists', name])])),
    protectedPaths: paths.protected,
  };
}

/** A pack from its file; `positionOf` is where a value stands in it. */
export function resolvePack(written: WrittenPack, file: string, positionOf: (path: Path) => Position): Pack {
  const placesOf = (field: 'attacks' | 'lookAlikes') => written[field].map((_, index) => positionOf([field, index]));
  return {
    ...written,
    rules: written.rules.map((rule, index) => resolveRule(rule, positionOf(['rules', index]))),
    source: { file, attacks: placesOf('attacks'), lookAlikes: placesOf('lookAlikes') },
  };
}

type WrittenTarget = WrittenConfig['targets'][string];
type WrittenRule = WrittenConfig['policy']['rules'][number] | WrittenPack['rules'][number];

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
    case 'kubectl': {
      const { provider, ttl } = target.credential;
      const [namespace = '', serviceAccount = ''] = target.credential.serviceAccount.split('/');
      return {
        kind: 'kubectl',
        name,
        kubeconfig: target.kubeconfig,
        context: target.context,
        namespace: target.namespace,
        apiServers: target.apiServers,
        user: target.user,
        cwd: target.cwd,
        env: target.env,
        set: new Map(Object.entries(target.set)),
        credential: { provider, namespace, serviceAccount, ttlMs: ttl },
        quota: target.quota,
        limits,
      };
    }
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
