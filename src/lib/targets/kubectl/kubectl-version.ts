// Which version a kubectl is, and whether it fits a server.
import { execFile } from 'node:child_process';
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';

/** As Kubernetes says it of clients and servers alike. */
export interface KubeVersion {
  /** `v1.37.2`, and whatever a vendor adds. */
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

const ANSWER_WITHIN_MS = 10_000;
const ANSWER_MAX_BYTES = 64 * 1024;

/** Of a program; it is told of no cluster. Rejects with `kubectl-failed` (69), or the signal's reason. */
export function kubectlVersion(file: string, signal: AbortSignal): Promise<KubeVersion> {
  const options = {
    signal,
    timeout: ANSWER_WITHIN_MS,
    killSignal: 'SIGKILL',
    maxBuffer: ANSWER_MAX_BYTES,
    env: { KUBECONFIG: '/dev/null' },
  } as const;
  return new Promise((resolve, reject) => {
    execFile(file, ['version', '--client', '-o', 'json'], options, (error, stdout) => {
      if (signal.aborted) return reject(signal.reason);
      const version = error === null ? readVersion(fieldIn(stdout, 'clientVersion')) : undefined;
      if (version === undefined) return reject(failed(file, error ?? undefined));
      resolve(version);
    });
  });
}

/** Of the fields `gitVersion`, `major` and `minor`; undefined where they say none. A minor version may be `37+`. */
export function readVersion(value: unknown): KubeVersion | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { gitVersion, major, minor } = value as Readonly<Record<string, unknown>>;
  const number = (text: unknown) => (typeof text === 'string' ? /^(\d{1,4})\+?$/.exec(text)?.[1] : undefined);
  const [majorText, minorText] = [number(major), number(minor)];
  if (typeof gitVersion !== 'string' || !/^[\x21-\x7e]{1,100}$/.test(gitVersion)) return undefined;
  if (majorText === undefined || minorText === undefined) return undefined;
  return { text: gitVersion, major: Number(majorText), minor: Number(minorText) };
}

/** Undefined where the two fit, else what is wrong: Kubernetes supports a kubectl that is one minor version older or newer. */
export function skewOf(client: KubeVersion, server: KubeVersion): string | undefined {
  const ahead = client.minor - server.minor;
  if (client.major === server.major && Math.abs(ahead) <= 1) return undefined;
  const way = client.major > server.major || (client.major === server.major && ahead > 0) ? 'newer' : 'older';
  return `it is more than one minor version ${way} than the server's ${server.text}`;
}

function fieldIn(text: string, name: string): unknown {
  try {
    return (JSON.parse(text) as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}

function failed(file: string, cause: Error | undefined): BrokerError {
  return new BrokerError({
    code: 'kubectl-failed',
    exit: EXIT.unavailable,
    message: `"${file}" does not say which version it is`,
    hint: `see: ${file} version --client -o json`,
    cause,
    ...(cause === undefined ? {} : { detail: cause.message }),
  });
}
