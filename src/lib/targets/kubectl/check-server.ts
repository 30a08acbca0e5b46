// The first part of a check of a cluster: whether an API server is there, is the one that is trusted, and which version it is.
import type { IncomingMessage } from 'node:http';
import { asBrokerError, type BrokerError } from '../../core/errors.ts';
import type { Upstream } from '../../kubernetes/server/upstream.ts';
import type { CheckStep } from '../../ports/target.ts';
import { type KubeVersion, readVersion } from './kubectl-version.ts';

export type ServerLine = { readonly step: CheckStep } | { readonly version: KubeVersion };

const VERSION_MAX_BYTES = 64 * 1024;

/** Yields steps, the last of which may have failed, and at the end the version, where the server says it. Never rejects. */
export async function* checkServer(
  target: string,
  upstream: Upstream,
  inTime: <T>(work: (limit: AbortSignal) => Promise<T>) => Promise<T>,
): AsyncGenerator<ServerLine, void, undefined> {
  const { host } = upstream.address.server;
  const answer = await inTime((limit) => askVersion(upstream, limit)).catch(asBrokerError);
  if (answer instanceof Error) {
    const tls = tlsProblemOf(answer);
    if (tls === undefined) {
      const fix = `start the API server at ${host}, let the firewall pass, or correct the address in the kubeconfig of targets.${target}`;
      yield failed('server', answer.publicMessage, fix);
      return;
    }
    yield ok('server', `${host} accepts connections`);
    yield failed('tls', tls.detail, tls.fix);
    return;
  }
  yield ok('server', `${host} accepts connections`);
  yield ok('tls', 'its certificate is of the trusted authority');
  const { status, text } = answer;
  const version = status === 200 ? readVersion(fieldsIn(text)) : undefined;
  if (version !== undefined) {
    yield ok('version', version.text);
    yield { version };
  } else if (status === 401) {
    yield failed(
      'account',
      'the cluster does not know the broker (401)',
      "renew the token or certificate in the broker's kubeconfig",
    );
  } else if (status === 403) {
    yield { step: { name: 'version', outcome: 'skipped', detail: 'the server does not say it to the broker (403)' } };
  } else {
    const fix = `correct the address in the kubeconfig of targets.${target}`;
    yield failed('version', `what answers at ${host} is no API server (${status})`, fix);
  }
}

interface Answer {
  readonly status: number;
  /** Empty where it is too long for a version. */
  readonly text: string;
}

async function askVersion(upstream: Upstream, signal: AbortSignal): Promise<Answer> {
  const request = { method: 'GET', target: '/version', headers: { accept: 'application/json' }, body: null };
  const reply: IncomingMessage = await upstream.send(request, signal);
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of reply as AsyncIterable<Buffer>) {
    pieces.push(piece);
    length += piece.length;
    // Leaving the loop ends the connection.
    if (length > VERSION_MAX_BYTES) return { status: reply.statusCode ?? 0, text: '' };
  }
  return { status: reply.statusCode ?? 0, text: Buffer.concat(pieces).toString('utf8') };
}

function fieldsIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What OpenSSL and Node call it, and what it means. */
const TLS_PROBLEMS: readonly (readonly [RegExp, detail: string, fix: string])[] = [
  [
    /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_(SIGNATURE|UNTRUSTED|REJECTED|CHAIN)|INVALID_CA)/,
    'the server has a certificate of another authority',
    'name the certificate authority of the cluster in the kubeconfig (certificate-authority-data): kubectl config view --raw',
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    "the server's certificate is for other names than its address",
    'use one of the names in it, or say it as tls-server-name in the kubeconfig',
  ],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    "the server's certificate is not valid today",
    'renew it, and see whether both clocks agree',
  ],
  [
    /^ERR_OSSL_/,
    'the certificates or the key in the kubeconfig cannot be read',
    'see that certificate-authority-data, client-certificate-data and client-key-data hold PEM, and that key and certificate belong together',
  ],
  [
    /^ERR_SSL_.*ALERT/,
    "the server refuses the broker's certificate",
    "renew the client certificate in the broker's kubeconfig",
  ],
  [/^(ERR_SSL_|EPROTO$)/, 'what answers there does not speak TLS 1.2', 'correct the address in the kubeconfig'],
];

function tlsProblemOf(error: BrokerError): { readonly detail: string; readonly fix: string } | undefined {
  const code = String((error.cause as NodeJS.ErrnoException | undefined)?.code ?? '');
  const [, detail, fix] = TLS_PROBLEMS.find(([pattern]) => pattern.test(code)) ?? [];
  return detail === undefined || fix === undefined ? undefined : { detail: `${detail} (${code})`, fix };
}

function ok(name: string, detail: string): ServerLine {
  return { step: { name, outcome: 'ok', detail } };
}

function failed(name: string, detail: string, fix: string): ServerLine {
  return { step: { name, outcome: 'failed', detail, fix } };
}
