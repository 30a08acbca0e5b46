// The certificate of a session's endpoint: good for that endpoint, and for nothing else.
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  issueSessionCertificate,
  type SessionCertificate,
} from '../../../src/lib/targets/kubectl/session-certificate.ts';

const test = suite('session-certificate');
const HOUR_MS = 3_600_000;

/** Why a client that trusts `ca` does not talk to the endpoint: undefined where it does. */
async function refusal(own: SessionCertificate, ca: string): Promise<string | undefined> {
  const server = createServer({ cert: own.certificate, key: own.privateKey.reveal() }, (socket) => socket.end());
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const socket = connect({ host: '127.0.0.1', port, ca });
    await once(socket, 'secureConnect');
    socket.destroy();
    return undefined;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  } finally {
    server.close();
  }
}

test('a client that trusts the CA trusts the endpoint on 127.0.0.1', async () => {
  const own = await issueSessionCertificate('s-1', Date.now(), HOUR_MS);
  assert.is(await refusal(own, own.ca), undefined);
});

test('a client that trusts the CA of another session does not', async () => {
  const [own, other] = await Promise.all([
    issueSessionCertificate('s-1', Date.now(), HOUR_MS),
    issueSessionCertificate('s-1', Date.now(), HOUR_MS),
  ]);
  assert.match(String(await refusal(own, other.ca)), /SIGNED|ISSUER|VERIFY|SIGNATURE/);
});

test('it is for 127.0.0.1 alone, and can sign nothing', async () => {
  const { ca, certificate } = await issueSessionCertificate('s-1', Date.now(), HOUR_MS);
  const own = new X509Certificate(certificate);
  const root = new X509Certificate(ca);
  assert.is(own.subjectAltName, 'IP Address:127.0.0.1');
  assert.equal(own.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  assert.equal([own.ca, root.ca], [false, true]);
  assert.ok(own.verify(root.publicKey));
  assert.ok(own.checkIssued(root));
  assert.is.not(own.serialNumber, root.serialNumber);
});

test('it ends when the session does at the latest', async () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const { ca, certificate } = await issueSessionCertificate('s-1', now, HOUR_MS);
  for (const pem of [ca, certificate]) {
    const { validFrom, validTo } = new X509Certificate(pem);
    assert.equal([Date.parse(validFrom) - now, Date.parse(validTo) - now], [-300_000, HOUR_MS]);
  }
});

test.run();
