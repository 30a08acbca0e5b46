// Plain HTTPS requests to the test cluster's API server, and kubeconfig files for kubectl.
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import type { ClusterPlace } from './cluster-flags.ts';

export interface ClusterRequest {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Who asks: a bearer token; the administrator's certificate where absent. */
  readonly token?: string;
  /** Of the body; `application/json` where absent. */
  readonly contentType?: string;
}

export interface ClusterAnswer {
  readonly status: number;
  /** Parsed where it is JSON, else the text. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks into is what it checks.
  readonly body: any;
}

/** Resolves with any status; rejects where the API server does not answer. */
export function askCluster(
  { folder, port }: ClusterPlace,
  method: string,
  path: string,
  { body, token, contentType = 'application/json' }: ClusterRequest = {},
): Promise<ClusterAnswer> {
  const file = (name: string) => readFileSync(join(folder, 'pki', name));
  const identity = token === undefined ? { cert: file('admin.crt'), key: file('admin.key') } : {};
  const headers = {
    accept: 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': contentType }),
  };
  return new Promise((resolve, reject) => {
    const where = { host: '127.0.0.1', port, method, path, headers, ca: file('ca.crt'), agent: false as const };
    const asked = request({ ...where, ...identity }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = response.headers['content-type']?.startsWith('application/json') === true;
        resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text });
      });
    });
    asked.on('error', reject);
    asked.setTimeout(60_000, () => asked.destroy(new Error(`no answer to ${method} ${path} within 60 s`)));
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Writes a kubeconfig that needs no other file: for the client certificate of that name, or for a token. */
export function writeKubeconfig(
  { folder, port }: ClusterPlace,
  file: string,
  who: { readonly certificate: string } | { readonly token: string },
): string {
  const data = (name: string) => readFileSync(join(folder, 'pki', name)).toString('base64');
  const user =
    'token' in who
      ? { token: who.token }
      : {
          'client-certificate-data': data(`${who.certificate}.crt`),
          'client-key-data': data(`${who.certificate}.key`),
        };
  const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': data('ca.crt') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
