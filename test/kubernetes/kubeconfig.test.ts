// What of a kubeconfig the broker uses for itself, and what it refuses.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, stringify } from 'yaml';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import {
  kubeconfigReader,
  pluginKubeconfig,
  readKubeconfig,
  sessionKubeconfig,
} from '../../src/lib/kubernetes/server/kubeconfig.ts';

const test = suite('kubeconfig');

const folder = mkdtempSync(join(tmpdir(), 'sp-kubeconfig-'));
const base64 = (text: string) => Buffer.from(text).toString('base64');

function write(cluster: object, user: object, more: object = {}): string {
  const file = join(folder, `${Math.random()}.yaml`);
  const document = {
    'current-context': 'a',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'a', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
    ...more,
  };
  writeFileSync(file, stringify(document), { mode: 0o600 });
  return file;
}

const CLUSTER = { server: 'https://10.0.0.1:6443', 'certificate-authority-data': base64('CA') };

test('server, CA, token and namespace of the current context', () => {
  const { address, identity, namespace } = readKubeconfig(write(CLUSTER, { token: 'mine' }), undefined);
  assert.equal(
    [address.server.href, address.ca, address.serverName, namespace],
    ['https://10.0.0.1:6443/', 'CA', undefined, 'shop'],
  );
  assert.is(identity.kind === 'token' && identity.token().reveal(), 'mine');
});

test('files are relative to the kubeconfig, and a token from a file is read anew', () => {
  writeFileSync(join(folder, 'ca.pem'), 'CA of a file');
  writeFileSync(join(folder, 'token'), 'first\n');
  const file = write(
    { server: 'https://a', 'certificate-authority': 'ca.pem', 'tls-server-name': 'b' },
    { tokenFile: 'token', token: 'old' },
  );
  const { address, identity } = readKubeconfig(file, 'a');
  assert.equal([address.ca, address.serverName], ['CA of a file', 'b']);
  assert.ok(identity.kind === 'token');
  assert.is(identity.token().reveal(), 'first');
  writeFileSync(join(folder, 'token'), 'second\n');
  assert.is(identity.token().reveal(), 'second');
});

test('a client certificate', () => {
  const user = { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') };
  const { identity } = readKubeconfig(write(CLUSTER, user), undefined);
  assert.ok(identity.kind === 'certificate');
  assert.equal([identity.certificate, identity.privateKey.reveal()], ['CERT', 'KEY']);
});

const REFUSED: readonly (readonly [RegExp, () => string, string?])[] = [
  [/no https:/, () => write({ server: 'http://10.0.0.1' }, { token: 'a' })],
  [/no https:/, () => write({}, { token: 'a' })],
  [/does not verify/, () => write({ ...CLUSTER, 'insecure-skip-tls-verify': true }, { token: 'a' })],
  [/names a proxy/, () => write({ ...CLUSTER, 'proxy-url': 'http://p' }, { token: 'a' })],
  [/by way of a program/, () => write(CLUSTER, { exec: { command: 'aws' } })],
  [/no token and no client certificate/, () => write(CLUSTER, { username: 'a', password: 'b' })],
  [/no context "b"/, () => write(CLUSTER, { token: 'a' }), 'b'],
  [/no cluster "c"/, () => write(CLUSTER, { token: 'a' }, { clusters: [] })],
  [/no current context/, () => write(CLUSTER, { token: 'a' }, { 'current-context': '' })],
  [/cannot be read \(ENOENT\)/, () => join(folder, 'gone')],
  [
    /cannot be read \(ENOENT\)/,
    () => write({ server: 'https://a', 'certificate-authority': 'gone.pem' }, { token: 'a' }),
  ],
  [
    /no YAML/,
    () => {
      const file = join(folder, 'bad');
      writeFileSync(file, 'a: [b');
      return file;
    },
  ],
  [
    /no current context/,
    () => {
      const file = join(folder, 'empty');
      writeFileSync(file, '');
      return file;
    },
  ],
];

for (const [why, make, context] of REFUSED) {
  test(`refused: ${why.source}`, () => {
    assert.throws(
      () => readKubeconfig(make(), context),
      (error: unknown) =>
        error instanceof BrokerError &&
        error.code === 'bad-kubeconfig' &&
        why.test(error.publicMessage) &&
        error.hint !== '',
    );
  });
}

test('what a session gets names its endpoint and nothing of the cluster', () => {
  const file = join(folder, 'session');
  const text = sessionKubeconfig({
    name: 'prod',
    server: 'https://127.0.0.1:5',
    ca: 'CA',
    token: new Secret('t'),
    namespace: undefined,
  });
  assert.is(String(text), '[secret]');
  writeFileSync(file, text.reveal());
  chmodSync(file, 0o600);
  const { address, identity, namespace } = readKubeconfig(file, 'prod');
  assert.equal([address.server.href, address.ca, namespace], ['https://127.0.0.1:5/', 'CA', undefined]);
  assert.is(identity.kind === 'token' && identity.token().reveal(), 't');
});

test('what other clients get asks a program for the token, and holds none', () => {
  const text = pluginKubeconfig({
    name: 'prod',
    server: 'https://127.0.0.1:5',
    ca: 'CA',
    namespace: 'shop',
    plugin: { command: '/usr/bin/env', args: ['a', '--b c'] },
  });
  const { clusters, contexts, users } = parse(text);
  assert.equal(clusters[0].cluster, {
    server: 'https://127.0.0.1:5',
    'certificate-authority-data': base64('CA'),
  });
  assert.equal(contexts[0].context, { cluster: 'prod', user: 'prod', namespace: 'shop' });
  assert.equal(users, [
    {
      name: 'prod',
      user: {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: '/usr/bin/env',
          args: ['a', '--b c'],
          interactiveMode: 'Never',
          provideClusterInfo: false,
        },
      },
    },
  ]);
});

test('is parsed again where it says something else by then', () => {
  const [one, two] = ['one', 'two'].map((name) =>
    write({ server: `https://${name}.example.org` }, { token: 'of-a-test' }),
  );
  const file = join(folder, 'moving');
  const take = (from: string | undefined) => writeFileSync(file, readFileSync(from ?? '', 'utf8'));
  take(one);
  const read = kubeconfigReader(file, undefined);
  assert.is(read().address.server.host, 'one.example.org');
  assert.is(read().address.server.host, 'one.example.org');
  take(two);
  assert.is(read().address.server.host, 'two.example.org');
  rmSync(file);
  assert.throws(read, (error: BrokerError) => error.code === 'bad-kubeconfig');
});

test.run();
