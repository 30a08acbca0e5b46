// Every default of the config in one table: the value, its unit, the key it stands for and why it is that. The
// schema fills in from here and the reference page prints it; a default anywhere else is a mistake.

export interface Default<Value> {
  /** The key as written, `*` for a name people choose. */
  readonly key: string;
  readonly value: Value;
  readonly unit: 'ms' | 'bytes' | 'port' | 'choice' | 'names' | 'count';
  readonly reason: string;
}

function entry<const Value>(key: string, value: Value, unit: Default<Value>['unit'], reason: string): Default<Value> {
  return { key, value, unit, reason };
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export const DEFAULTS = {
  brokerMode: entry('broker.mode', 'private', 'choice', 'works without an administrator'),
  idleExitMs: entry(
    'broker.idleExit',
    15 * MINUTE_MS,
    'ms',
    'long enough that a working agent never waits for a start, short enough that nothing is left overnight',
  ),
  env: entry(
    'targets.*.env',
    ['COLORTERM', 'HOME', 'LANG', 'LC_*', 'LOGNAME', 'NO_COLOR', 'PATH', 'TERM', 'TZ', 'USER'],
    'names',
    'what programs need to start and to print; credentials usually live in variables that are not here',
  ),
  sandbox: entry(
    'targets.*.sandbox',
    'off',
    'choice',
    'works on every machine; "sallyport doctor" says what this one can do',
  ),
  sandboxNetwork: entry(
    'targets.*.sandbox.network',
    'none',
    'choice',
    'what cannot be sent anywhere need not be looked for',
  ),
  port: entry('targets.*.port', 22, 'port', 'the registered port of ssh'),
  connectTimeoutMs: entry(
    'targets.*.connectTimeout',
    10 * SECOND_MS,
    'ms',
    'three times a slow handshake; a dead host is reported while somebody still waits for it',
  ),
  credentialProvider: entry(
    'targets.*.credential.provider',
    'ssh-ca',
    'choice',
    'made for one command, and useless for any other',
  ),
  credentialTtlMs: entry(
    'targets.*.credential.ttl',
    2 * MINUTE_MS,
    'ms',
    'covers the login and a clock that is a minute off; a session outlives its certificate',
  ),
  kubeProvider: entry(
    'targets.*.credential.provider (kubectl)',
    'kube-token',
    'choice',
    'the only one that ends with the session',
  ),
  kubeTtlMs: entry(
    'targets.*.credential.ttl (kubectl)',
    10 * MINUTE_MS,
    'ms',
    'API servers grant no less; it is dead when its session ends, and renewed where that goes on',
  ),
  apiServers: entry(
    'targets.*.apiServers',
    'many',
    'choice',
    'each one forgets a dead token by itself: with one alone, its word is enough',
  ),
  quotaDeletes: entry(
    'targets.*.quota.deletes',
    20,
    'count',
    'enough to tidy up after oneself; who empties a namespace asks for more',
  ),
  quotaWrites: entry('targets.*.quota.writes', 200, 'count', 'several times what applying a large application takes'),
  quotaExecs: entry('targets.*.quota.execs', 100, 'count', 'looking into every pod of a large application'),
  recordingMaxBytes: entry('recording.maxBytes', 4 * 1024 ** 3, 'bytes', 'a runaway command cannot fill a disk'),
  hardMs: entry('limits.hard', HOUR_MS, 'ms', 'longer work should be a job of the target, not a session'),
  idleMs: entry('limits.idle', 10 * MINUTE_MS, 'ms', 'a session nobody reads or writes is forgotten, not busy'),
  approvalWaitMs: entry('limits.approvalWait', 15 * MINUTE_MS, 'ms', 'a person comes back from a short break'),
  policyDefault: entry('policy.default', 'ask', 'choice', 'what nobody thought of, a person decides'),
  policyOpaque: entry('policy.opaque', 'deny', 'choice', 'what cannot be read cannot be approved either'),
  whenZone: entry('policy.rules[].on.when.zone', 'UTC', 'choice', 'the same on every machine'),
  exceptionQuorum: entry(
    'policy.exceptions.quorum',
    1,
    'count',
    'the person who knows why is enough, unless you say more',
  ),
  probingDenials: entry(
    'policy.probing.denials',
    10,
    'count',
    'an agent that looks for a way around tries more, one that errs fewer',
  ),
  probingWithinMs: entry(
    'policy.probing.within',
    MINUTE_MS,
    'ms',
    'about as fast as an agent can try one after another',
  ),
  probingCoolDownMs: entry(
    'policy.probing.coolDown',
    5 * MINUTE_MS,
    'ms',
    'long enough to make trying variants pointless, short enough that a mistaken agent goes on',
  ),
} as const;
