// The policy that counts now, masking with it, and its replacement as a whole: a new one is read, checked, compiled and
// audited before it counts, and whatever is wrong with it leaves the old one where it is. Only policy and masking are
// replaced; what else changed in the configuration is named, and waits for the next start.
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
import type { LoadedConfig } from './load-config.ts';
import type { BrokerLog } from './log.ts';
import { areValuesAsBefore, type LoadedMasking, loadMasking } from './masking.ts';

export interface CurrentPolicy {
  readonly compiled: CompiledPolicy;
  readonly probing: Probing | undefined;
  readonly masking: LoadedMasking;
  status(): PolicyStatus;
  /** The packs and known values that it was read from, besides the config file. */
  files(): readonly string[];
  /** Reads it again. Never rejects: what is wrong is in the status, in the audit log and in the broker's log. */
  reload(wish: ReloadWish): Promise<PolicyStatus>;
}

export interface ReloadWish {
  /** `change`, `SIGHUP`, or who asks. */
  readonly by: string;
  /** Where it is said before it counts. */
  readonly audit: AuditLog;
  /** By a client, for whom a file that was rejected is not read again. */
  readonly isAsked?: boolean;
}

/** Where a policy is read from again. All of them throw BrokerError (78). */
export interface PolicySource {
  /** The config file as it is now, once it is known who could have written it. */
  read(): ConfigFile;
  parse(file: ConfigFile): Promise<LoadedConfig>;
  arePacksAsBefore(loaded: LoadedConfig): boolean;
}

interface Loaded extends LoadedConfig {
  readonly compiled: CompiledPolicy;
  readonly masking: LoadedMasking;
  readonly loadedAt: number;
}

/** What a reload does not touch. */
const FIXED_SECTIONS = ['broker', 'targets', 'approvers', 'recording', 'limits'] as const;

/** Throws what compiling the first policy throws (78). `source`: undefined where there is no file to read again. */
export function currentPolicy(
  first: LoadedConfig,
  deps: { readonly source: PolicySource | undefined; readonly clock: Clock; readonly log: BrokerLog },
): CurrentPolicy {
  const { source, clock, log } = deps;
  const lane = newLane();
  /** Reloads that have not begun, by who wants them: a flood of signals reads the file once more, not once each. */
  const queued = new Map<string, Promise<void>>();
  let current = load(first);
  let rejected: PolicyStatus['rejected'] = null;

  // Who asks for how long is a limit of the broker, and stays what it was at its start.
  function load(loaded: LoadedConfig): Loaded {
    const { config } = loaded;
    const compiled = compilePolicy(config.policy, { approvalTtlMs: first.config.limits.approvalWaitMs });
    return { ...loaded, compiled, masking: loadMasking(config.masking), loadedAt: clock.now() };
  }

  async function tryReload(from: PolicySource, wish: ReloadWish): Promise<void> {
    let digest: string | null = null;
    let next: Loaded;
    try {
      const file = from.read();
      digest = file.digest;
      if (wish.isAsked === true && digest === rejected?.digest) return;
      if (digest === current.digest && from.arePacksAsBefore(current) && areValuesNow(current)) {
        rejected = null;
        return;
      }
      next = load(await from.parse(file));
    } catch (error) {
      await reject(asBrokerError(error), digest, wish);
      return;
    }
    const needsRestart = changedSections(first.config, next.config);
    await wish.audit.append({
      type: 'policy.reloaded',
      actor: 'broker',
      data: { digest: next.policyDigest, previous: current.policyDigest, by: wish.by, needsRestart },
    });
    current = next;
    rejected = null;
    log.info('policy reloaded', { by: wish.by, digest: next.policyDigest, needsRestart });
  }

  /** Said once of each file that is wrong, however often it is read. */
  async function reject(error: BrokerError, digest: string | null, { by, audit }: ReloadWish): Promise<void> {
    const { code, publicMessage: message, hint } = error;
    if (rejected?.digest === digest && rejected.message === message) return;
    rejected = { at: clock.now(), digest, code, message, hint };
    log.error(error);
    await audit.append({
      type: 'policy.rejected',
      actor: 'broker',
      data: { digest, code, problems: message, by, kept: current.policyDigest },
    });
  }

  // What cannot be audited does not happen: then the old policy stays, and the log says why.
  function enqueue(from: PolicySource, wish: ReloadWish): Promise<void> {
    const reload = lane(() => {
      queued.delete(wish.by);
      return tryReload(from, wish);
    }).catch((error) => log.error(asBrokerError(error)));
    queued.set(wish.by, reload);
    return reload;
  }

  const status = (): PolicyStatus => ({
    digest: current.policyDigest,
    configDigest: current.digest,
    loadedAt: current.loadedAt,
    rejected,
    needsRestart: changedSections(first.config, current.config),
  });

  return {
    get compiled() {
      return current.compiled;
    },
    get masking() {
      return current.masking;
    },
    get probing() {
      return current.config.policy.probing;
    },
    status,
    files: () => [
      ...current.packFiles.map(({ path }) => path),
      ...current.config.masking.values.map(({ file }) => file),
    ],
    async reload(wish) {
      if (source !== undefined) await (queued.get(wish.by) ?? enqueue(source, wish));
      return status();
    },
  };
}

const areValuesNow = ({ masking, config }: Loaded): boolean => areValuesAsBefore(masking, config.masking.values);

function changedSections(before: Config, after: Config): readonly string[] {
  return FIXED_SECTIONS.filter((section) => !isDeepStrictEqual(before[section], after[section]));
}
