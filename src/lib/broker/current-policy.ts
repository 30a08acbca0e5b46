// The policy that counts now, and its replacement as a whole: a new one is read, checked, compiled and audited before it
// counts, and whatever is wrong with it leaves the old one where it is. Only the policy is replaced; what else changed in
// the configuration is named, and waits for the next start.
import { isDeepStrictEqual } from 'node:util';
import type { PolicyStatus } from '../api/contract.ts';
import type { Config } from '../config/config.ts';
import type { ConfigFile } from '../config/config-file.ts';
import type { Clock } from '../core/clock.ts';
import { asBrokerError, type BrokerError } from '../core/errors.ts';
import type { Probing } from '../core/policy-document.ts';
import { newLane } from '../core/serial.ts';
import { type CompiledPolicy, compilePolicy } from '../policy/index.ts';
import type { AuditLog } from '../ports/audit.ts';
import { type LoadedConfig, parseConfigFile } from './load-config.ts';
import type { BrokerLog } from './log.ts';

export interface CurrentPolicy {
  readonly compiled: CompiledPolicy;
  readonly probing: Probing | undefined;
  status(): PolicyStatus;
  /** Reads it again. Never rejects: what is wrong is in the status, in the audit log and in the broker's log. */
  reload(by: string, audit: AuditLog): Promise<PolicyStatus>;
}

interface Loaded extends LoadedConfig {
  readonly compiled: CompiledPolicy;
  readonly loadedAt: number;
}

/** What a reload does not touch. */
const FIXED_SECTIONS = ['broker', 'targets', 'approvers', 'recording', 'limits'] as const;

/** Throws what compiling the first policy throws (78). `reread`: undefined where there is no file to read again; it throws. */
export function currentPolicy(
  first: LoadedConfig,
  deps: {
    readonly reread: (() => ConfigFile) | undefined;
    readonly clock: Clock;
    readonly log: BrokerLog;
  },
): CurrentPolicy {
  const { reread, clock, log } = deps;
  const lane = newLane();
  let current = load(first);
  let rejected: PolicyStatus['rejected'] = null;

  // Who asks for how long is a limit of the broker, and stays what it was at its start.
  function load(loaded: LoadedConfig): Loaded {
    const { config } = loaded;
    const compiled = compilePolicy(config.policy, { approvalTtlMs: first.config.limits.approvalWaitMs });
    return { ...loaded, compiled, loadedAt: clock.now() };
  }

  async function tryReload(by: string, read: () => ConfigFile, audit: AuditLog): Promise<void> {
    let digest: string | null = null;
    let next: Loaded;
    try {
      const file = read();
      digest = file.digest;
      if (digest === current.digest) {
        rejected = null;
        return;
      }
      next = load(await parseConfigFile(file));
    } catch (error) {
      await reject(asBrokerError(error), digest, by, audit);
      return;
    }
    const needsRestart = changedSections(first.config, next.config);
    await audit.append({
      type: 'policy.reloaded',
      actor: 'broker',
      data: { digest, previous: current.digest, by, needsRestart },
    });
    current = next;
    rejected = null;
    log.info('policy reloaded', { by, digest, needsRestart });
  }

  /** Said once of each file that is wrong, however often it is read. */
  async function reject(error: BrokerError, digest: string | null, by: string, audit: AuditLog): Promise<void> {
    const { code, publicMessage: message, hint } = error;
    if (rejected?.digest === digest && rejected.message === message) return;
    rejected = { at: clock.now(), digest, code, message, hint };
    log.error(error);
    await audit.append({
      type: 'policy.rejected',
      actor: 'broker',
      data: { digest, code, problems: message, by, kept: current.digest },
    });
  }

  const status = (): PolicyStatus => ({
    digest: current.digest,
    loadedAt: current.loadedAt,
    rejected,
    needsRestart: changedSections(first.config, current.config),
  });

  return {
    get compiled() {
      return current.compiled;
    },
    get probing() {
      return current.config.policy.probing;
    },
    status,
    async reload(by, audit) {
      if (reread === undefined) return status();
      // What cannot be audited does not happen: then the old policy stays, and the log says why.
      await lane(() => tryReload(by, reread, audit)).catch((error) => log.error(asBrokerError(error)));
      return status();
    },
  };
}

function changedSections(before: Config, after: Config): readonly string[] {
  return FIXED_SECTIONS.filter((section) => !isDeepStrictEqual(before[section], after[section]));
}
