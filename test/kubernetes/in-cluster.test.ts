import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { type ClusterService, inClusterAccess } from '../../src/lib/kubernetes/server/in-cluster.ts';

const test = suite('kubernetes: in-cluster');
const SERVICE = { host: '10.96.0.1', port: '443' };
const CA = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

/** A folder as a pod has it, with files replaced, or taken away. */
function account(files: Readonly<Record<string, string | undefined>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'sp-in-cluster-'));
  for (const [name, text] of Object.entries({ token: 'first', 'ca.crt': CA, namespace: 'sallyport', ...files })) {
    if (text !== undefined) writeFileSync(join(folder, name), text);
  }
  return folder;
}

function refused(service: ClusterService | null, folder: string): BrokerError {
  try {
    inClusterAccess(service, folder);
  } catch (error) {
    if (error instanceof BrokerError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('address, CA, namespace and account are those of the pod', () => {
  const { address, identity, namespace } = inClusterAccess(SERVICE, account());
  assert.equal(
    [address.server.href, address.ca, address.serverName, namespace],
    ['https://10.96.0.1/', CA, undefined, 'sallyport'],
  );
  assert.is(identity.kind === 'token' && identity.token().reveal(), 'first');
});

for (const [host, href] of [
  ['fd00::1', 'https://[fd00::1]:6443/'],
  ['kubernetes.default.svc', 'https://kubernetes.default.svc:6443/'],
] as const) {
  test(`a service at ${host}`, () => {
    assert.is(inClusterAccess({ host, port: '6443' }, account()).address.server.href, href);
  });
}

test('the token is read anew, as the kubelet puts another into its place', () => {
  const folder = account({ token: undefined });
  writeFileSync(join(folder, 'one'), 'first\n');
  writeFileSync(join(folder, 'two'), 'second\n');
  symlinkSync('one', join(folder, 'token'));
  const { identity } = inClusterAccess(SERVICE, folder);
  assert.ok(identity.kind === 'token');
  assert.is(identity.token().reveal(), 'first');
  symlinkSync('two', join(folder, 'next'));
  renameSync(join(folder, 'next'), join(folder, 'token'));
  assert.is(identity.token().reveal(), 'second');
  rmSync(join(folder, 'token'));
  assert.throws(
    () => identity.token(),
    (error: BrokerError) => error.code === 'not-in-cluster' && error.exit === 78,
  );
});

for (const [what, service, files, message] of [
  ['outside of a pod', null, {}, /it runs in no pod/],
  ['without a token', SERVICE, { token: undefined }, /token" cannot be read \(ENOENT\)/],
  ['with an empty token', SERVICE, { token: '\n' }, /holds no token/],
  ['with a token of two lines', SERVICE, { token: 'a\r\nX-Header: b' }, /holds no token/],
  ['without a CA', SERVICE, { 'ca.crt': undefined }, /ca.crt" cannot be read/],
  ['with a CA that is none', SERVICE, { 'ca.crt': 'no certificate' }, /holds no certificate/],
  ['without a namespace', SERVICE, { namespace: undefined }, /namespace" cannot be read/],
  ['with a host that is more than one', { host: 'a/b@evil', port: '443' }, {}, /are no address/],
  ['with an empty host', { host: '', port: '443' }, {}, /are no address/],
  ['with a host that brings a port', { host: '10.0.0.1:1', port: '443' }, {}, /are no address/],
  ['with a port that is none', { host: '10.0.0.1', port: 'tcp://10.0.0.1:443' }, {}, /are no address/],
  ['with a port that is too large', { host: '10.0.0.1', port: '99999' }, {}, /are no address/],
] as const) {
  test(`refused ${what}`, () => {
    const error = refused(service, account(files));
    assert.equal([error.code, error.exit], ['not-in-cluster', 78]);
    assert.match(error.publicMessage, message);
    assert.match(error.hint, 'kubeconfig');
  });
}

test.run();
