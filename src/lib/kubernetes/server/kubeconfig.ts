// Kubeconfig files: the broker's own, read with care, and the one a session's kubectl gets.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { Secret } from '../../core/secret.ts';
import type { ClusterAddress, ClusterIdentity } from './upstream.ts';

export interface ClusterAccess {
  readonly address: ClusterAddress;
  readonly identity: ClusterIdentity;
  /** Of the context, where it names one. */
  readonly namespace: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Who and where the context says; without `context`, the current one. Files it names are relative to it, as for kubectl. Throws
 * `bad-kubeconfig` (78) for what is missing or not let through: no TLS, no verification of the server, a proxy, a login by a program,
 * a password.
 */
export function readKubeconfig(file: string, context: string | undefined): ClusterAccess {
  return accessIn(file, fieldsOf(parsed(file, readText(file))), context);
}

/** `readKubeconfig` for who asks again and again: the file is read each time, and parsed where it says something else by then. */
export function kubeconfigReader(file: string, context: string | undefined): () => ClusterAccess {
  let last: { readonly text: string; readonly document: Fields } | undefined;
  return () => {
    const text = readText(file);
    if (last?.text !== text) last = { text, document: fieldsOf(parsed(file, text)) };
    return accessIn(file, last.document, context);
  };
}

function accessIn(file: string, document: Fields, context: string | undefined): ClusterAccess {
  const name = context ?? textOf(document['current-context']);
  if (name === undefined) throw bad(file, 'it has no current context', 'name one as "context"');
  const chosen = entry(file, document, 'contexts', name, 'context');
  const cluster = entry(file, document, 'clusters', textOf(chosen.cluster) ?? '', 'cluster');
  const user = entry(file, document, 'users', textOf(chosen.user) ?? '', 'user');
  return {
    address: addressOf(file, cluster),
    identity: identityOf(file, user),
    namespace: textOf(chosen.namespace),
  };
}

function addressOf(file: string, cluster: Fields): ClusterAddress {
  const server = textOf(cluster.server) ?? '';
  if (!/^https:\/\//.test(server) || !URL.canParse(server)) {
    throw bad(file, `"${server.slice(0, 200)}" is no https:// address`, 'a token is sent over TLS only');
  }
  if (cluster['insecure-skip-tls-verify'] === true) {
    throw bad(
      file,
      'it does not verify the server',
      'name the certificate authority instead of insecure-skip-tls-verify',
    );
  }
  if (cluster['proxy-url'] !== undefined) throw bad(file, 'it names a proxy', 'the broker connects by itself');
  return {
    server: new URL(server),
    ca: dataOrFile(file, cluster, 'certificate-authority'),
    serverName: textOf(cluster['tls-server-name']),
  };
}

function identityOf(file: string, user: Fields): ClusterIdentity {
  const token = textOf(user.token);
  const tokenFile = textOf(user.tokenFile);
  if (tokenFile !== undefined) {
    // Read anew each time: what writes it there renews it.
    return { kind: 'token', token: () => new Secret(readText(resolve(dirname(file), tokenFile)).trim()) };
  }
  if (token !== undefined) {
    const secret = new Secret(token);
    return { kind: 'token', token: () => secret };
  }
  const certificate = dataOrFile(file, user, 'client-certificate');
  const key = dataOrFile(file, user, 'client-key');
  if (certificate !== undefined && key !== undefined) {
    return { kind: 'certificate', certificate, privateKey: new Secret(key) };
  }
  const [what, hint] =
    user.exec === undefined && user['auth-provider'] === undefined
      ? ['its user has no token and no client certificate', 'give the broker an account of its own']
      : ['its user logs in by way of a program', 'give the broker a token or a client certificate of its own'];
  throw bad(file, what, hint);
}

/** `key-data` as base64, or the file that `key` names. */
function dataOrFile(file: string, fields: Fields, key: string): string | undefined {
  const data = textOf(fields[`${key}-data`]);
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  const path = textOf(fields[key]);
  return path === undefined ? undefined : readText(resolve(dirname(file), path));
}

function entry(file: string, document: Fields, list: string, name: string, key: string): Fields {
  const entries = Array.isArray(document[list]) ? document[list] : [];
  const found = entries.map(fieldsOf).find((each) => each.name === name);
  if (found === undefined)
    throw bad(file, `there is no ${key} "${name.slice(0, 100)}" in it`, `see: kubectl config view`);
  return fieldsOf(found[key]);
}

function parsed(file: string, text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    throw bad(file, 'it is no YAML', 'see: kubectl config view', cause);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw bad(
      file,
      `it cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      'check the path and its permissions',
      cause,
    );
  }
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function bad(file: string, what: string, hint: string, cause?: unknown): BrokerError {
  return new BrokerError({
    code: 'bad-kubeconfig',
    exit: EXIT.configuration,
    message: `the kubeconfig "${file}" cannot be used: ${what}`,
    hint,
    cause,
  });
}

/** A session's endpoint, as its clients know it. */
export interface EndpointEntry {
  /** Of cluster, user and context. */
  readonly name: string;
  readonly server: string;
  /** PEM. */
  readonly ca: string;
  readonly namespace: string | undefined;
}

/** For the kubectl of one session: its endpoint, and the token that opens it. */
export function sessionKubeconfig(session: EndpointEntry & { readonly token: Secret<string> }): Secret<string> {
  return new Secret(kubeconfigText(session, { token: session.token.reveal() }));
}

/** A program that prints an ExecCredential. */
export interface CredentialPlugin {
  /** An absolute path: what has none is looked for by the client. */
  readonly command: string;
  readonly args: readonly string[];
}

/** For clients that ask a program for the token: there is no secret in it. */
export function pluginKubeconfig(session: EndpointEntry & { readonly plugin: CredentialPlugin }): string {
  const { command, args } = session.plugin;
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command,
    args,
    interactiveMode: 'Never',
    provideClusterInfo: false,
  };
  return kubeconfigText(session, { exec });
}

function kubeconfigText({ name, server, ca, namespace }: EndpointEntry, user: Fields): string {
  const data = Buffer.from(ca).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': data } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, ...(namespace === undefined ? {} : { namespace }) } }],
  });
}
