// The config as people write it. Unknown keys are refused everywhere: a misspelt limit is no limit. What one field
// alone cannot show (a `via` in a circle, an approver nobody is) is in cross-checks.ts.
import { z } from 'zod';
import { DEFAULTS } from './defaults.ts';
import {
  absolutePath,
  account,
  choice,
  duration,
  fingerprint,
  homePath,
  host,
  integer,
  kubeNamespace,
  line,
  list,
  name,
  named,
  network,
  networkAccess,
  oneOrMore,
  osName,
  publicKey,
  section,
  serviceAccount,
  size,
  text,
  variableName,
  variablePattern,
  wordOr,
} from './fields.ts';
import { maskingSchema } from './masking-schema.ts';
import { SOCKET_PATH_MAX_BYTES } from './paths.ts';
import { policySchema } from './policy-schema.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const WEEK_MS = 7 * 24 * HOUR_MS;

const sessionLength = duration({ minMs: SECOND_MS, maxMs: WEEK_MS });

const targetLimits = section({
  hard: sessionLength.exactOptional().describe('a session ends after this long; else as in `limits`'),
  idle: sessionLength.exactOptional().describe('a session ends after this long without a byte; else as in `limits`'),
});

const sandbox = wordOr(
  'preset',
  section({
    preset: choice('off', 'read-only', 'workspace').describe(
      '`read-only`: nothing can be written but a `/tmp` of its own; `workspace`: these folders, too',
    ),
    workspace: list(absolutePath)
      .exactOptional()
      .describe(
        'with `workspace`: the folders that can be written, by their real paths; without it, the target’s `cwd`',
      ),
    hide: list(homePath)
      .default([])
      .describe(
        'nobody inside sees these, nor the broker’s own paths and the usual places of credentials (`~/.ssh`, `~/.aws`, `~/.netrc`, …)',
      ),
    network: networkAccess
      .default(DEFAULTS.sandboxNetwork.value)
      .describe('`none`; `host`: the machine’s own; a list: only these, through a proxy of the broker'),
  }),
);

const shellTarget = section({
  kind: z.literal('shell').meta({ form: '`shell`' }).describe('a program on the broker’s own machine'),
  user: osName.exactOptional().describe('the OS user it runs as; without it, the caller’s own'),
  cwd: absolutePath.exactOptional().describe('the working folder; without it, the caller’s'),
  env: list(variablePattern)
    .default([...DEFAULTS.env.value])
    .describe('the caller’s variables that are passed on; no others are'),
  set: z
    .record(variableName, z.string({ error: 'a text (put numbers in quotes)' }).meta({ form: 'a text' }), {
      error: 'a mapping of variables',
    })
    .default({})
    .describe('variables set whatever the caller has; no place for secrets: the agent can read them'),
  shell: absolutePath.exactOptional().describe('the interpreter of a free terminal; without it, the login shell'),
  sandbox: sandbox
    .prefault(DEFAULTS.sandbox.value)
    .meta({ form: '`off`, `read-only`, `workspace`, or a mapping, see below' })
    .describe('what bounds a program beside its OS user'),
  limits: targetLimits.exactOptional().describe('of this target’s sessions'),
});

const sshTarget = section({
  kind: z.literal('ssh').meta({ form: '`ssh`' }).describe('a program on a server, through a certificate minted for it'),
  host: host.describe('where the server is'),
  port: integer(1, 65535).default(DEFAULTS.port.value).describe('its port'),
  user: account.describe('the account on the server'),
  hostKey: oneOrMore(fingerprint)
    .exactOptional()
    .describe('the server’s own keys; this or `hostCa` is needed: an unknown server is refused'),
  hostCa: oneOrMore(publicKey).exactOptional().describe('the CAs that signed the server’s key'),
  via: name.exactOptional().describe('another ssh target to jump through'),
  cwd: absolutePath.exactOptional().describe('the working folder on the server; without it, the account’s home'),
  sourceAddress: list(network, { min: 1 })
    .exactOptional()
    .describe('the addresses the certificate may be used from, as the server sees them'),
  connectTimeout: duration({ minMs: SECOND_MS, maxMs: 5 * MINUTE_MS })
    .default(DEFAULTS.connectTimeoutMs.value)
    .describe('from the first packet to a session'),
  credential: section({
    provider: choice('ssh-ca').default(DEFAULTS.credentialProvider.value).describe('who mints the credential'),
    ttl: duration({ minMs: 30 * SECOND_MS, maxMs: HOUR_MS })
      .default(DEFAULTS.credentialTtlMs.value)
      .describe('how long the certificate can open a connection'),
  })
    .prefault({})
    .describe('how the session logs in'),
  limits: targetLimits.exactOptional().describe('of this target’s sessions'),
});

const perSession = integer(0, 1_000_000);

const kubectlTarget = section({
  kind: z
    .literal('kubectl')
    .meta({ form: '`kubectl`' })
    .describe('a Kubernetes cluster, through an endpoint that judges each request'),
  kubeconfig: absolutePath
    .exactOptional()
    .describe('the broker’s own access to the cluster; without it, the account of the pod that it runs in'),
  context: line('the name of a context', 253)
    .exactOptional()
    .describe('of the kubeconfig; without it, its current one'),
  namespace: kubeNamespace.exactOptional().describe('where kubectl begins; without it, the namespace of the context'),
  apiServers: choice('one', 'many')
    .default(DEFAULTS.apiServers.value)
    .describe('how many API servers answer for the cluster'),
  user: osName
    .exactOptional()
    .describe(
      'the OS user kubectl runs as; whoever may open a session runs anything as that user (plugins, editors), so it must hold nothing agents may not have; without it, the caller’s own',
    ),
  cwd: shellTarget.shape.cwd,
  env: shellTarget.shape.env,
  set: shellTarget.shape.set,
  credential: section({
    provider: choice('kube-token').default(DEFAULTS.kubeProvider.value).describe('who mints the credential'),
    serviceAccount: serviceAccount.describe(
      'what sessions act as, as `NAMESPACE/NAME`: what it may not do, no rule allows',
    ),
    ttl: duration({ minMs: 30 * SECOND_MS, maxMs: HOUR_MS })
      .default(DEFAULTS.kubeTtlMs.value)
      .describe('how long a token is asked for; a session that goes on gets another one'),
  }).describe('how the session logs in'),
  quota: section({
    deletes: perSession.default(DEFAULTS.quotaDeletes.value).describe('objects it may delete, one by one or together'),
    writes: perSession.default(DEFAULTS.quotaWrites.value).describe('requests that change something'),
    execs: perSession.default(DEFAULTS.quotaExecs.value).describe('commands and connections into pods'),
  })
    .prefault({})
    .describe('of one session, whatever the rules say'),
  limits: targetLimits.exactOptional().describe('of this target’s sessions'),
});

const target = z.discriminatedUnion('kind', [shellTarget, sshTarget, kubectlTarget], {
  error: (issue) => (issue.code === 'invalid_union' ? 'shell, ssh or kubectl' : 'a mapping'),
});

const approver = section({
  keys: list(publicKey, { min: 1 }).describe('what the approver signs decisions with, one line each'),
  groups: list(name).default([]).describe('names rules may use instead of the person’s'),
  user: osName.exactOptional().describe('the approver’s OS user: what runs as it can ask, but not approve its own'),
});

const socketPath = text(
  `an absolute path of at most ${SOCKET_PATH_MAX_BYTES} bytes`,
  (value) => absolutePath.safeParse(value).success && Buffer.byteLength(value) <= SOCKET_PATH_MAX_BYTES,
);

export const configSchema = section({
  version: z.literal(1, { error: '1' }).meta({ form: '`1`' }).exactOptional().describe('of this form of the file'),
  broker: section({
    mode: choice('private', 'service')
      .default(DEFAULTS.brokerMode.value)
      .describe('`private`: started on first use under your own user; `service`: an OS user of its own, a boundary'),
    socket: socketPath.exactOptional().describe('where it listens; without it, `broker.sock` in the state folder'),
    group: osName.exactOptional().describe('`service`: the OS group whose members may connect'),
    state: absolutePath
      .exactOptional()
      .describe('keys, leases, audit log; without it, `$XDG_STATE_HOME/sallyport` or `~/.local/state/sallyport`'),
    idleExit: duration({ minMs: SECOND_MS, maxMs: WEEK_MS })
      .default(DEFAULTS.idleExitMs.value)
      .describe('`private`: leaves after this long without a session'),
  })
    .prefault({})
    .describe('the process that holds keys, policy and recordings'),
  targets: named(target).default({}).describe('the places an agent can reach, by name'),
  approvers: named(approver).default({}).describe('the people who may approve, by name'),
  policy: policySchema.prefault({}).describe('what may run'),
  masking: maskingSchema
    .prefault({})
    .describe('what is masked in output, recordings and requests: with nothing here, everything the mask knows'),
  recording: section({
    folder: absolutePath.exactOptional().describe('where recordings are kept; without it, in the state folder'),
    maxBytes: size({ minBytes: 64 * 1024, maxBytes: 1024 ** 4 })
      .default(DEFAULTS.recordingMaxBytes.value)
      .describe('of one recording; the session ends when it is reached'),
  })
    .prefault({})
    .describe('every session is recorded; this says where and how much'),
  limits: section({
    hard: sessionLength.default(DEFAULTS.hardMs.value).describe('a session ends after this long'),
    idle: sessionLength.default(DEFAULTS.idleMs.value).describe('a session ends after this long without a byte'),
    approvalWait: duration({ minMs: 10 * SECOND_MS, maxMs: WEEK_MS })
      .default(DEFAULTS.approvalWaitMs.value)
      .describe('how long a request stays open where its rule has no `ttl`'),
  })
    .prefault({})
    .describe('for every target that has none of its own'),
});

/** A document that passed: defaults filled in, durations in ms, sizes in bytes. */
export type WrittenConfig = z.output<typeof configSchema>;
