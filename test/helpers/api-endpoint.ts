// A session's endpoint with a gate made by hand before any API server: it allows what the test lets it, masks one value, and remembers.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiRequest } from '../../src/lib/core/api-request.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { isOn } from '../../src/lib/kubernetes/request/request-query.ts';
import type { Upstream } from '../../src/lib/kubernetes/server/upstream.ts';
import type { ApiGate, ApiLeave, ApiOutcome, ApiQuestion, StreamName } from '../../src/lib/ports/api-gate.ts';
import { type Endpoint, openEndpoint } from '../../src/lib/targets/kubectl/endpoint.ts';
import { exchange } from '../../src/lib/targets/kubectl/exchange.ts';
import { issueSessionCertificate } from '../../src/lib/targets/kubectl/session-certificate.ts';
import { releasesOf } from '../../src/lib/targets/kubectl/session-endpoint.ts';
import { knownMask, knownMaskOfBytes } from './known-mask.ts';

export interface ApiEndpointOptions {
  readonly upstream: Upstream;
  /** The value that must never be seen by the client. */
  readonly secret: string;
  /** The message of a denial; undefined allows. */
  readonly deny?: (question: ApiQuestion) => string | undefined | Promise<string | undefined>;
  /** Runs when a stream's masks are asked for. */
  readonly onStreams?: () => void;
  /** Runs before something is recorded. */
  readonly onRecord?: (stream: StreamName, bytes: Uint8Array) => void | Promise<void>;
}

export interface ApiEndpoint extends AsyncDisposable {
  readonly endpoint: Endpoint;
  readonly upstream: Upstream;
  readonly ca: string;
  readonly token: string;
  /** Of a kubectl that is to talk to it. */
  readonly kubeconfig: string;
  readonly asked: ApiQuestion[];
  readonly refusals: string[];
  readonly outcomes: ApiOutcome[];
  /** What was recorded of each stream, in order. */
  readonly recorded: { readonly stream: StreamName; readonly text: string }[];
  /** Ends the session. */
  end(): void;
}

export async function apiEndpoint({
  upstream,
  secret,
  deny,
  onStreams,
  onRecord,
}: ApiEndpointOptions): Promise<ApiEndpoint> {
  const asked: ApiQuestion[] = [];
  const refusals: string[] = [];
  const outcomes: ApiOutcome[] = [];
  const recorded: ApiEndpoint['recorded'] = [];
  const streams = ({ query }: ApiRequest) => {
    onStreams?.();
    return streamsOf(query);
  };
  const streamsOf = (query: ApiRequest['query']) => ({
    mask: () => (isOn(query, 'tty') ? knownMask(secret) : knownMaskOfBytes(secret)),
    async record(stream: StreamName, bytes: Uint8Array) {
      await onRecord?.(stream, bytes);
      recorded.push({ stream, text: Buffer.from(bytes).toString('latin1') });
    },
  });
  const gate: ApiGate = {
    async permit(question): Promise<ApiLeave> {
      asked.push(question);
      const message = await deny?.(question);
      if (message !== undefined) return { verdict: 'deny', message };
      return {
        verdict: 'allow',
        streams: () => streams(question.request),
        done: async (outcome) => void outcomes.push(outcome),
      };
    },
    refused: async (_method, _target, { code }) => void refusals.push(code),
    labelOf: () => '[kubernetes-secret:0000]',
    labelForApprovers: () => '[kubernetes-secret:0000]',
    replyMask: () => knownMask(secret),
  };
  const token = randomBytes(24).toString('base64url');
  const end = new AbortController();
  const certificate = await issueSessionCertificate('s-test', Date.now(), 600_000);
  const releases = releasesOf(gate);
  const endpoint = await openEndpoint({
    certificate,
    token: new Secret(token),
    mayConnect: () => true,
    handle: (call) => exchange(call, { gate, releases, upstream, clock: systemClock, signal: end.signal }),
  });
  const folder = mkdtempSync(join(tmpdir(), 'sp-endpoint-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const server = `https://127.0.0.1:${endpoint.port}`;
  const named = (name: string, what: object) => [{ name: 's', [name]: what }];
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: named('cluster', {
      server,
      'certificate-authority-data': Buffer.from(certificate.ca).toString('base64'),
    }),
    users: named('user', { token }),
    contexts: named('context', { cluster: 's', user: 's' }),
    'current-context': 's',
  };
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  return {
    ...{ endpoint, upstream, ca: certificate.ca, token, kubeconfig, asked, refusals, outcomes, recorded },
    end: () => end.abort(new Error('the session has ended')),
    async [Symbol.asyncDispose]() {
      end.abort(new Error('the session has ended'));
      await endpoint[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
