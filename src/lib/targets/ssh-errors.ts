// Every way an SSH target can fail, as an error with a code, what was seen and the next step.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { HostKey } from './ssh-host-key.ts';

/** Where an error happened: the target's name in the config, and its address. */
export interface Place {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

function address({ host, port }: Place): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function failure(fields: { code: string; message: string; hint: string; cause?: unknown }): BrokerError {
  const detail = fields.cause instanceof Error ? fields.cause.message : undefined;
  return new BrokerError({ exit: EXIT.unavailable, ...fields, ...(detail === undefined ? {} : { detail }) });
}

export function unreachable(place: Place, cause: unknown): BrokerError {
  const reason = cause instanceof Error ? (reasonOf(cause) ?? 'the connection failed') : String(cause);
  return failure({
    code: 'target-unreachable',
    message: `"${place.name}" cannot be reached at ${address(place)}: ${reason}`,
    hint: `check host and port in sallyport.yaml and that sshd runs there: sallyport targets check ${place.name}`,
    cause,
  });
}

/** The system's word for a failed connection; an attempt at several addresses reports the last. */
function reasonOf(cause: Error): string | undefined {
  if (cause instanceof AggregateError && cause.errors.at(-1) instanceof Error) return reasonOf(cause.errors.at(-1));
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const words: Record<string, string> = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'the server closed the connection',
    ENOTFOUND: 'the name does not resolve',
    EAI_AGAIN: 'the name could not be resolved now',
    EHOSTUNREACH: 'no route to the host',
    ENETUNREACH: 'no route to the network',
    ETIMEDOUT: 'the connection timed out',
  };
  return code === undefined ? cause.message || undefined : (words[code] ?? code);
}

export function timedOut(place: Place, afterMs: number): BrokerError {
  return failure({
    code: 'target-timeout',
    message: `"${place.name}" at ${address(place)} did not answer within ${afterMs / 1000} s`,
    hint: `see how far it gets: sallyport targets check ${place.name}`,
  });
}

export function handshakeFailed(place: Place, cause: unknown): BrokerError {
  return failure({
    code: 'ssh-handshake-failed',
    message: `"${place.name}" at ${address(place)} and the broker could not agree on how to talk: ${cause instanceof Error ? cause.message : String(cause)}`,
    hint: `see which step fails: sallyport targets check ${place.name}`,
    cause,
  });
}

export function hostKeyMismatch(
  place: Place,
  seen: readonly HostKey[],
  expected: readonly string[],
  certificateProblem: string | undefined,
): BrokerError {
  const keys = seen.map(({ fingerprint, type }) => `${fingerprint} (${type})`).join(', ');
  const wanted = expected.length > 0 ? expected.join(' or ') : 'a key signed by a CA of hostCa';
  const certificate =
    certificateProblem === undefined ? '' : `; its host certificate is not accepted: ${certificateProblem}`;
  const pin = `targets.${place.name}.hostKey: "${seen[0]?.fingerprint ?? 'SHA256:…'}"`;
  const certify = `on the server: "ssh-keygen -s HOST_CA -h -I ${place.host} -n ${place.host} /etc/ssh/ssh_host_ed25519_key.pub", and in sshd_config the line "HostCertificate /etc/ssh/ssh_host_ed25519_key-cert.pub"`;
  const compare = `somebody may be in between; compare on the server with "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub", and only if it is right set ${pin} in sallyport.yaml`;
  return failure({
    code: 'host-key-mismatch',
    message: `the host key of "${place.name}" at ${address(place)} is ${keys || 'not known'}, expected ${wanted}${certificate}`,
    hint: certificateProblem === undefined ? compare : `${compare}; or have it certified, ${certify}`,
  });
}

export function credentialRefused(place: Place, user: string, cause: unknown): BrokerError {
  return failure({
    code: 'credential-refused',
    message: `"${place.name}" refused the certificate for the account "${user}"`,
    hint: `sshd_config there needs "TrustedUserCAKeys /etc/ssh/sallyport_ca.pub" with this broker's line (sallyport ssh-ca public-key), and the principal "${user}" must be the account's name or stand in its AuthorizedPrincipalsFile; see: sallyport targets check ${place.name}`,
    cause,
  });
}

export function connectionLost(place: Place, cause?: unknown): BrokerError {
  return failure({
    code: 'connection-lost',
    message: `the connection to "${place.name}" at ${address(place)} was lost before the program ended`,
    hint: 'the program may still run there; look before running it again',
    ...(cause === undefined ? {} : { cause }),
  });
}

export function programLeftRunning(place: Place): BrokerError {
  return failure({
    code: 'program-left-running',
    message: `"${place.name}" at ${address(place)} did not confirm that the program was ended`,
    hint: 'look there whether it still runs; "MaxSessions 2" or more in its sshd_config lets the broker end it',
  });
}

export function ptyRefused(place: Place, cause: unknown): BrokerError {
  return failure({
    code: 'pty-refused',
    message: `"${place.name}" refused a terminal`,
    hint: 'run it without one (-T), or set "PermitTTY yes" in sshd_config there',
    cause,
  });
}

export function startRefused(place: Place, cause: unknown): BrokerError {
  return failure({
    code: 'start-refused',
    message: `"${place.name}" accepted the certificate but refused to start the program`,
    hint: `see sshd's log there, and: sallyport targets check ${place.name}`,
    cause,
  });
}

/** Why a program could not be started on a connection, which may be gone. */
export function whyNotStarted(place: Place, thrown: unknown, isLost: boolean): unknown {
  if (thrown instanceof BrokerError || thrown instanceof TypeError) return thrown;
  if (isLost) return connectionLost(place, thrown);
  return /pseudo-terminal/.test(String(thrown)) ? ptyRefused(place, thrown) : startRefused(place, thrown);
}

export function forwardRefused(place: Place, to: { host: string; port: number }, cause: unknown): BrokerError {
  return failure({
    code: 'target-unreachable',
    message: `the jump host "${place.name}" could not connect to ${to.host}:${to.port}`,
    hint: `"${place.name}" must resolve and reach it, and its sshd_config must allow it (AllowTcpForwarding, PermitOpen)`,
    cause,
  });
}
