// The target kind `ssh`: a program on another host through a certificate minted for that one connection. It never reads
// a user's ssh configuration, starts no local program, offers no agent and writes nothing to disk.
import { isIP } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { BrokerError, Bug } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Credential, SshCertificateCredential, SshCertificateRequest } from '../ports/provider.ts';
import type { Line, Program, ProgramSpec, Target } from '../ports/target.ts';
import { checkSshTarget, type Reached } from './ssh-check.ts';
import { type OpenStream, openTcp, SshDialer, type Tunnel } from './ssh-dial.ts';
import { forwardRefused, type Place, timedOut, whyNotStarted } from './ssh-errors.ts';
import { forcedCommandFor, NO_COMMAND, SIGNAL_REQUEST } from './ssh-forced-command.ts';
import { canSignHostCertificates, type HostKey, parsePublicKeyLine } from './ssh-host-key.ts';
import { sshLine } from './ssh-line.ts';
import { type SshPlace, sshPlace } from './ssh-place.ts';
import { sshProgram } from './ssh-program.ts';
import { withDeadline } from './ssh-waiting.ts';

export interface SshTargetOptions {
  readonly host: string;
  readonly port?: number;
  readonly user: string;
  /** Pinned host keys, `SHA256:…` as ssh-keygen -l prints them. */
  readonly hostKey?: readonly string[];
  /** Public key lines of CAs whose host certificates are believed. One of `hostKey` and `hostCa` is required. */
  readonly hostCa?: readonly string[];
  /** Life of the certificate; 2 minutes. */
  readonly ttlMs?: number;
  /** Where the server sees us come from; where absent, loopback for a loopback host, else not limited. */
  readonly sourceAddress?: readonly string[];
  /** For everything from the first packet to the running program; 10 s. */
  readonly connectTimeoutMs?: number;
  /** Folder on the target; the account's home where absent. The caller's own folder means nothing there. */
  readonly cwd?: string;
}

/** An ssh target another one can be reached through. */
export interface SshHop {
  readonly name: string;
  readonly at: SshPlace;
  /** The credentials for a connection that may forward and run nothing, one per hop, nearest first. */
  hopCredentials(keyId: string): readonly SshCertificateRequest[];
  /** A stream to `to`; closing it closes every connection it went through. Rejects as `open` does. */
  reach(
    to: { host: string; port: number },
    credentials: readonly SshCertificateCredential[],
    signal: AbortSignal,
  ): Promise<Tunnel>;
}

export interface SshTarget extends Target, SshHop {
  credentialsFor(spec: ProgramSpec): readonly SshCertificateRequest[];
}

const DEFAULTS = { port: 22, ttlMs: 120_000, connectTimeoutMs: 10_000 } as const;
const LOOPBACK = ['127.0.0.0/8', '::1/128'] as const;

/**
 * Throws `target-misconfigured` (exit 78) where no host key can be checked: neither `hostKey` nor `hostCa`, or a line of
 * `hostCa` that is no public key.
 */
export function sshTarget(
  name: string,
  options: SshTargetOptions,
  { via, clock }: { via?: SshHop | undefined; clock: Clock },
): SshTarget {
  const place: Place = { name, host: options.host, port: options.port ?? DEFAULTS.port };
  const { user, hostKey = [], hostCa = [], cwd } = options;
  const at = sshPlace({ ...place, user, hostKey, hostCa, cwd }, via?.at);
  const connectTimeoutMs = options.connectTimeoutMs ?? DEFAULTS.connectTimeoutMs;
  const dialer = new SshDialer({ place, hostKey, hostCas: hostCas(name, options), clock });

  function request(
    keyId: string,
    forceCommand: string | null,
    extensions: SshCertificateRequest['extensions'],
  ): SshCertificateRequest {
    return {
      provider: 'ssh-ca',
      principal: user,
      keyId,
      forceCommand,
      extensions,
      sourceAddress: options.sourceAddress ?? (isLoopback(options.host) ? LOOPBACK : null),
      ttlMs: options.ttlMs ?? DEFAULTS.ttlMs,
    };
  }

  /** Connects through every hop, under the target's own deadline. */
  async function reachSelf(
    credentials: readonly SshCertificateCredential[],
    signal: AbortSignal,
    onHostKey?: (key: HostKey) => void,
  ): Promise<Reached> {
    const own = credentials.at(-1);
    if (own === undefined) throw new TypeError('an ssh target needs a credential');
    // A dial may open several streams (host certificate, other host keys); each goes through a tunnel of its own, and
    // all are closed with the connection.
    const tunnels: Tunnel[] = [];
    const closeTunnels = async () => {
      await Promise.all(tunnels.map((tunnel) => tunnel[Symbol.asyncDispose]()));
    };
    const openStream: OpenStream = async (limit) => {
      if (via === undefined) return openTcp(place, limit);
      const tunnel = await via.reach(place, credentials.slice(0, -1), limit);
      tunnels.push(tunnel);
      return tunnel.stream;
    };
    try {
      const connection = await dialer.dial(openStream, own, signal, onHostKey);
      const close = async () => {
        await connection[Symbol.asyncDispose]();
        await closeTunnels();
      };
      return { connection, close };
    } catch (thrown) {
      await closeTunnels();
      throw thrown;
    }
  }

  function inTime<T>(signal: AbortSignal, work: (limit: AbortSignal) => Promise<T>): Promise<T> {
    return withDeadline({ clock, ms: connectTimeoutMs, signal, late: () => timedOut(place, connectTimeoutMs) }, work);
  }

  return {
    name,
    kind: 'ssh',
    at,
    placeOf: () => at,

    credentialsFor(spec) {
      // The task is the client's word: encoded, so that it cannot pass for another field in sshd's log.
      const task = spec.task === undefined ? '-' : encodeURIComponent(Buffer.from(spec.task).toString());
      const keyId = `sallyport session=${spec.session} task=${task}`;
      const forced = spec.work.kind === 'command' ? forcedCommandFor(spec.work.text, cwd) : null;
      const extensions = spec.pty === null && spec.work.kind !== 'gated' ? [] : (['permit-pty'] as const);
      return [...(via?.hopCredentials(keyId) ?? []), request(keyId, forced, extensions)];
    },

    async open(spec: ProgramSpec, credentials: readonly Credential[], signal: AbortSignal): Promise<Program> {
      return inTime(signal, async (limit) => {
        const { connection, close } = await reachSelf(credentials.map(asCertificate), limit);
        try {
          const parts = { connection, place, clock, close, hasPty: spec.pty !== null };
          if (spec.work.kind === 'command') {
            const text = forcedCommandFor(spec.work.text, cwd);
            return await connection.exec(text, spec.pty, limit, (channel) =>
              sshProgram({ ...parts, channel, signalRequest: (name) => `${SIGNAL_REQUEST}${name}` }),
            );
          }
          if (spec.pty === null) throw new TypeError('a free terminal needs a terminal');
          return await connection.shell(spec.pty, limit, (channel) =>
            sshProgram({ ...parts, channel, signalRequest: undefined }),
          );
        } catch (thrown) {
          const isLost = connection.isClosed;
          await close();
          limit.throwIfAborted();
          throw whyNotStarted(place, thrown, isLost);
        }
      });
    },

    async connect(_spec, credentials: readonly Credential[], signal: AbortSignal): Promise<Line> {
      const reached = await inTime(signal, (limit) => reachSelf(credentials.map(asCertificate), limit));
      return sshLine({ ...reached, place, clock, cwd, inTime });
    },

    check(issue, signal) {
      const keyId = 'sallyport check';
      return checkSshTarget({
        place,
        user,
        via: via?.name,
        async issueHops() {
          const credentials: SshCertificateCredential[] = [];
          for (const one of via?.hopCredentials(keyId) ?? []) credentials.push(asCertificate(await issue(one)));
          return credentials;
        },
        issueOwn: async (forced) => asCertificate(await issue(request(keyId, forced, ['permit-pty']))),
        async openStream(hops, limit) {
          if (via !== undefined) return via.reach(place, hops, limit);
          const stream = await openTcp(place, limit);
          return {
            stream,
            async [Symbol.asyncDispose]() {
              stream.destroy();
            },
          };
        },
        reach: (credentials, onHostKey) => inTime(signal, (limit) => reachSelf(credentials, limit, onHostKey)),
        inTime: (work) => inTime(signal, work),
      });
    },

    hopCredentials(keyId: string): readonly SshCertificateRequest[] {
      const own = request(`${keyId} hop=${name}`, NO_COMMAND, ['permit-port-forwarding']);
      return [...(via?.hopCredentials(keyId) ?? []), own];
    },

    async reach(to, credentials, signal): Promise<Tunnel> {
      return inTime(signal, async (limit) => {
        const { connection, close } = await reachSelf(credentials, limit);
        try {
          const stream = await connection.forward(to, limit);
          return { stream, [Symbol.asyncDispose]: close };
        } catch (thrown) {
          await close();
          limit.throwIfAborted();
          throw forwardRefused(place, to, thrown);
        }
      });
    },
  };
}

function asCertificate(credential: Credential): SshCertificateCredential {
  if (credential.kind === 'ssh-certificate') return credential;
  throw new Bug(`a credential of kind ${credential.kind} for an ssh target`);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function hostCas(name: string, { hostKey = [], hostCa = [] }: SshTargetOptions): Uint8Array[] {
  if (hostKey.length + hostCa.length === 0) {
    throw misconfigured(`"${name}" has neither hostKey nor hostCa, so its server could be anybody`, name);
  }
  return hostCa.map((line) => {
    const blob = parsePublicKeyLine(line);
    if (blob === undefined || !canSignHostCertificates(blob))
      throw misconfigured(
        `hostCa of "${name}" has a line that is no ed25519, ecdsa or rsa public key: "${line}"`,
        name,
      );
    return blob;
  });
}

function misconfigured(message: string, name: string): BrokerError {
  return new BrokerError({
    code: 'target-misconfigured',
    exit: EXIT.configuration,
    message,
    hint: `set targets.${name}.hostKey to what "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" prints on the server`,
  });
}
