// What a config says once it is read: every default filled in, durations in milliseconds, sizes in bytes. Types
// only. Maps, not objects, where people choose the names, so that a target called "constructor" is just a name.
import type { MaskingDocument } from '../core/masking-document.ts';
import type { PolicyDocument } from '../core/policy-document.ts';

export interface Config {
  readonly broker: BrokerConfig;
  readonly targets: ReadonlyMap<string, TargetConfig>;
  readonly approvers: ReadonlyMap<string, ApproverConfig>;
  readonly policy: PolicyDocument;
  readonly masking: MaskingDocument;
  readonly recording: RecordingConfig;
  readonly limits: LimitsConfig;
}

export interface BrokerConfig {
  /** `private`: started by the CLI under the caller's own user. `service`: an OS user of its own. */
  readonly mode: 'private' | 'service';
  /** Absolute; undefined: in the state folder. */
  readonly socket: string | undefined;
  /** Members may connect; only with `service`. */
  readonly group: string | undefined;
  /** Absolute; undefined: the caller's XDG state folder. */
  readonly state: string | undefined;
  /** A private broker without a session leaves after this long. */
  readonly idleExitMs: number;
}

export type TargetConfig = ShellTargetConfig | SshTargetConfig | KubectlTargetConfig;

export interface TargetLimits {
  /** A session ends after this long, whatever it does. */
  readonly hardMs: number;
  /** A session ends after this long without a byte in either direction. */
  readonly idleMs: number;
}

export interface ShellTargetConfig {
  readonly kind: 'shell';
  readonly name: string;
  /** OS user; undefined: the caller's own. */
  readonly user: string | undefined;
  /** Absolute; undefined: the caller's working folder. */
  readonly cwd: string | undefined;
  /** Names and globs (`LC_*`) of the caller's variables that are passed on; nothing else is. */
  readonly env: readonly string[];
  /** Variables set whatever the caller has. Values may be confidential: never print them. */
  readonly set: ReadonlyMap<string, string>;
  /** Absolute path of the interpreter of a free terminal; undefined: the user's login shell. */
  readonly shell: string | undefined;
  readonly sandbox: 'off' | SandboxConfig;
  readonly limits: TargetLimits;
}

export interface SandboxConfig {
  readonly preset: 'read-only' | 'workspace';
  /** Absolute folders that can be written; empty with `read-only`, and only there. */
  readonly workspace: readonly string[];
  /** Absolute, or `~/…`. */
  readonly hide: readonly string[];
  /** A list holds `host:port`. */
  readonly network: 'none' | 'host' | readonly string[];
}

export interface SshTargetConfig {
  readonly kind: 'ssh';
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** The account on the server: the certificate's principal. */
  readonly user: string;
  /** Pinned fingerprints, `SHA256:…`; with `hostCa`, at least one of the two is not empty. */
  readonly hostKey: readonly string[];
  /** Public key lines of the CAs that sign host keys. */
  readonly hostCa: readonly string[];
  /** Name of the ssh target to jump through; it exists, is of kind ssh, and the way has no cycle. */
  readonly via: string | undefined;
  readonly cwd: string | undefined;
  /** CIDR list for the certificate; undefined where the address the server will see is not known. */
  readonly sourceAddress: readonly string[] | undefined;
  readonly connectTimeoutMs: number;
  readonly credential: { readonly provider: 'ssh-ca'; readonly ttlMs: number };
  readonly limits: TargetLimits;
}

export interface KubectlTargetConfig {
  readonly kind: 'kubectl';
  readonly name: string;
  /** Absolute; the broker's own access. Undefined: it runs in the cluster, and has an account there. */
  readonly kubeconfig: string | undefined;
  /** Undefined: the current one of the kubeconfig. */
  readonly context: string | undefined;
  /** Where clients begin; undefined: that of the context, else `default`. */
  readonly namespace: string | undefined;
  readonly apiServers: 'one' | 'many';
  /** Of the clients that are started: as for a shell target. */
  readonly user: string | undefined;
  readonly cwd: string | undefined;
  readonly env: readonly string[];
  readonly set: ReadonlyMap<string, string>;
  readonly credential: {
    readonly provider: 'kube-token';
    /** Of the service account that sessions act as. */
    readonly namespace: string;
    readonly serviceAccount: string;
    readonly ttlMs: number;
  };
  /** How much of it one session may do, whatever policy says. */
  readonly quota: { readonly deletes: number; readonly writes: number; readonly execs: number };
  readonly limits: TargetLimits;
}

export interface ApproverConfig {
  readonly name: string;
  /** OpenSSH public key lines; at least one, and no key belongs to two approvers. */
  readonly keys: readonly string[];
  /** A rule may name a group instead of a person. */
  readonly groups: readonly string[];
  /** The approver's OS user, where the broker must know that whoever asked is not who approves. */
  readonly user: string | undefined;
}

export interface RecordingConfig {
  /** Absolute; undefined: `recordings` in the state folder. */
  readonly folder: string | undefined;
  /** A session whose recording reaches this size is ended: what cannot be recorded does not run. */
  readonly maxBytes: number;
}

export interface LimitsConfig extends TargetLimits {
  /** How long a request stays open where the rule that asked says nothing. */
  readonly approvalWaitMs: number;
}
