// Composition root: the only file that picks adapters. Opens everything in the order in which it is needed, sweeps
// what a crash left behind, and returns the broker before it listens.
import { join } from 'node:path';
import { API_VERSION, type Hello, type PolicyStatus } from '../api/contract.ts';
import type { RouteDeps } from '../api/route.ts';
import { createApiServer } from '../api/server.ts';
import { approvalDesk } from '../approval/desk.ts';
import { steadyTime } from '../approval/steady-time.ts';
import { localDirectoryArchive } from '../archive/local-directory.ts';
import { openAuditLog } from '../audit/log.ts';
import { recentEntries } from '../audit/recent.ts';
import type { Clock } from '../core/clock.ts';
import { asBrokerError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import { kubeTokenProvider, openSshCa, sshCaProvider } from '../credentials/index.ts';
import { unixPeerVerifier } from '../identity/unix-peer.ts';
import { leaseBook } from '../leases/book.ts';
import { findAccount } from '../os/accounts.ts';
import {
  checkRequest,
  judgeCommand,
  judgeFreeTerminal,
  judgeRequest,
  needsResult,
  reportFacts,
} from '../policy/index.ts';
import type { Store } from '../ports/store.ts';
import type { JudgeContext, SessionDeps, TargetEntry } from '../session/deps.ts';
import { type LiveSessions, liveSessions } from '../session/live-sessions.ts';
import { probing } from '../session/probing.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { warmUpEndpoints } from '../targets/kubectl/session-endpoint.ts';
import type { BootOptions } from './boot.ts';
import { buildTargets } from './build-targets.ts';
import { type CurrentPolicy, currentPolicy } from './current-policy.ts';
import { judgeClient } from './judge-client.ts';
import { type KubeClusters, kubeClusters } from './kube-clusters.ts';
import { arePacksAsBefore, type LoadedConfig, parseBrokerConfig, rereadConfig } from './load-config.ts';
import type { BrokerLog } from './log.ts';
import { closeLostSessions } from './lost-sessions.ts';
import { brokerMasking } from './masking.ts';

export interface ComposedBroker {
  readonly server: ReturnType<typeof createApiServer>;
  readonly live: LiveSessions;
  /** What to watch: a change of any of them may be a change of the policy. */
  policyFiles(): readonly string[];
  /** Reads the policy again; the old one stays where the new one is wrong. Never rejects. */
  reloadPolicy(by: string): Promise<PolicyStatus>;
  /** Closes requests that fell due, and revokes what could not be revoked before; to be called now and then. */
  tidy(): Promise<void>;
  /** Makes ready what the first session would otherwise wait for. */
  warmUp(): void;
  /** After every session has settled: closes audit log and store. */
  close(): Promise<void>;
}

export interface ComposeOptions {
  readonly boot: BootOptions;
  readonly loaded: LoadedConfig;
  readonly clock: Clock;
  readonly log: BrokerLog;
  /** Uid the broker runs as. */
  readonly uid: number;
  readonly onRequest: () => void;
  readonly stop: (by: string) => void;
}

/** A broker that stops waits so long for what it still measures of dead credentials. */
const PROBES_END_WITHIN_MS = 2_000;

/** Rejects with whatever cannot be opened, having closed what it had opened. */
export async function composeBroker(options: ComposeOptions): Promise<ComposedBroker> {
  const { boot, clock, uid } = options;
  const { config } = options.loaded;
  // What the config alone can get wrong comes before anything is opened.
  const { configFile, trustFolder } = boot;
  const policy = currentPolicy(options.loaded, {
    source:
      configFile === null
        ? undefined
        : {
            read: () => rereadConfig(configFile, trustFolder, uid),
            parse: (file) => parseBrokerConfig(file, trustFolder, uid),
            arePacksAsBefore: (loaded) => arePacksAsBefore(loaded, trustFolder, uid),
          },
    clock,
    log: options.log,
  });
  const clusters = kubeClusters(config, boot);
  const targets = buildTargets(config, { clock, uid, boot, clusters });
  const store = await openSqliteStore(join(boot.state, 'sallyport.db'));
  try {
    return await composeOver(store, policy, { targets, clusters }, options);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function composeOver(
  store: Store,
  policy: CurrentPolicy,
  { targets, clusters }: { readonly targets: ReadonlyMap<string, TargetEntry>; readonly clusters: KubeClusters },
  { boot, loaded: { config }, clock, log, uid, onRequest, stop }: ComposeOptions,
): Promise<ComposedBroker> {
  const auditFile = join(boot.state, 'audit.jsonl');
  const audit = await openAuditLog({ store, file: auditFile, clock });
  const archive = localDirectoryArchive(boot.recordings);
  const ca = await openSshCa(boot.state);
  const providers = [sshCaProvider({ ca, clock }), kubeTokenProvider({ clusters: clusters.forTokens, clock })];
  const leases = leaseBook({ store, providers, audit, clock });
  const last = await store.audit.last();
  const since = last?.at ?? 0;
  const desk = approvalDesk({ store, audit, clock, approvers: config.approvers, since });
  const attempts = probing({ settings: () => policy.probing, now: steadyTime(clock, since) });
  if (policy.probing !== undefined) {
    const { withinMs, coolDownMs } = policy.probing;
    attempts.restore(await recentEntries(store.audit, clock.now() - Math.max(withinMs, coolDownMs)));
  }
  const live = liveSessions();
  const atThisHour = (context: JudgeContext) => ({ ...context, now: clock.now() });
  const session: SessionDeps = {
    targets,
    judge: {
      command: (input, context) => judgeCommand(policy.compiled, input, atThisHour(context)),
      freeTerminal: (context) => judgeFreeTerminal(policy.compiled, atThisHour(context)),
      client: judgeClient,
      request: (asked, context) => judgeRequest(policy.compiled, asked, atThisHour(context)),
      needsResult,
    },
    masking: brokerMasking(ca, () => policy.masking),
    probing: attempts,
    desk,
    leases,
    sessions: store.sessions,
    archive,
    audit,
    live,
    gated: new Map(),
    clock,
    logError: (error) => log.error(error),
    approvalWaitMs: config.limits.approvalWaitMs,
    maxRecordingBytes: config.recording.maxBytes,
    homeOf: (callerUid) => findAccount({ uid: callerUid })?.home,
  };
  const startedAt = clock.now();
  const isOwner = ({ proof }: Principal) => proof.uid === uid || proof.uid === 0;
  // The problems of a file quote it.
  const shownTo = (principal: Principal, status: PolicyStatus): PolicyStatus =>
    isOwner(principal) || status.rejected === null
      ? status
      : { ...status, rejected: { ...status.rejected, message: 'its owner can see why', hint: 'ask the owner' } };
  const hello = (principal: Principal): Hello => ({
    api: API_VERSION,
    version: boot.version,
    pid: process.pid,
    mode: config.broker.mode,
    configFile: boot.configFile,
    configDigest: policy.status().configDigest,
    state: boot.state,
    sessions: live.list().length,
    startedAt,
    policy: shownTo(principal, policy.status()),
    principal: principal.name,
    proof: principal.proof,
  });
  const deps: RouteDeps = {
    session,
    store,
    archive,
    desk,
    leases,
    auditFile,
    check: (input, context) => {
      if (context.kind === 'kubectl') return checkRequest(policy.compiled, input, atThisHour(context));
      const { decision, printed, facts } = judgeCommand(policy.compiled, input, atThisHour(context));
      return { decision, printed, facts: () => reportFacts(facts) };
    },
    explain: async (input, context) => {
      if (context.kind === 'kubectl') {
        const { explainRequest } = await import('../policy/requests/explain-request.ts');
        return explainRequest(policy.compiled, input, atThisHour(context));
      }
      const { explainCommand } = await import('../policy/review/explain.ts');
      return explainCommand(policy.compiled, input, atThisHour(context));
    },
    approvers: [...config.approvers.values()].map(({ name, keys, groups }) => ({ name, keys, groups })),
    hello,
    reloadPolicy: async (principal) =>
      shownTo(principal, await policy.reload({ by: principal.name, audit, isAsked: true })),
    caPublicKeyLine: async () => ca.publicKeyLine(),
    stop,
  };

  /** What could not be revoked is on record in the audit log, and tried again the next time. */
  const sweep = async () => {
    const unswept = await leases.sweep();
    for (const { lease, error } of unswept) log.info('a lease is still open', { lease, error: String(error) });
  };

  await closeLostSessions({ sessions: store.sessions, audit, archive, clock, uid });
  await sweep();
  await desk.expireDue();
  await audit.append({
    type: 'broker.started',
    actor: 'broker',
    data: { version: boot.version, mode: config.broker.mode, config: boot.configFile, configDigest: boot.configDigest },
  });

  return {
    live,
    policyFiles: () => [boot.configFile, boot.trustFolder, ...policy.files()].filter((path) => path !== null),
    reloadPolicy: (by) => policy.reload({ by, audit }),
    server: createApiServer({
      verifier: unixPeerVerifier(),
      version: boot.version,
      isOwner,
      deps,
      onError: (error) => log.error(error),
      onRequest,
    }),
    async tidy() {
      await desk.expireDue();
      await sweep();
    },
    warmUp() {
      const [first] = targets.values();
      if (first === undefined) return;
      const hasCluster = [...targets.values()].some(({ target }) => target.kind === 'kubectl');
      if (hasCluster) warmUpEndpoints(clock).catch((error) => log.error(asBrokerError(error)));
      const { name, kind } = first.target;
      try {
        session.masking.basisFor({ target: name, kind, principal: 'broker' });
      } catch (error) {
        // No session opens either then, and each says so.
        log.error(asBrokerError(error));
      }
    },
    async close() {
      await leases.close(PROBES_END_WITHIN_MS);
      await audit.append({ type: 'broker.stopped', actor: 'broker', data: {} });
      await audit.close();
      await store.close();
    },
  };
}
