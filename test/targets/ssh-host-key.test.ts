import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openTcp } from '../../src/lib/targets/ssh-dial.ts';
import { fetchHostCertificate } from '../../src/lib/targets/ssh-host-certificate.ts';
import { describeKey, parsePublicKeyLine, verifyHostCertificate } from '../../src/lib/targets/ssh-host-key.ts';
import { needs } from '../helpers/needs.ts';
import { startSshd } from '../helpers/sshd.ts';

const it = needs(test, 'ssh-keygen');
const NOW = Date.UTC(2026, 10, 25);
const never = new AbortController().signal;

/** Keys and certificates by ssh-keygen, in a folder of their own. */
function workshop() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-keys-'));
  const keygen = (...args: string[]) =>
    execFileSync('ssh-keygen', args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
  const blobOf = (name: string) => {
    const blob = parsePublicKeyLine(readFileSync(join(folder, name), 'utf8'));
    assert.ok(blob);
    return blob;
  };
  return {
    key(name: string, type: string, bits?: number) {
      keygen('-q', '-t', type, ...(bits === undefined ? [] : ['-b', `${bits}`]), '-N', '', '-f', join(folder, name));
      return blobOf(`${name}.pub`);
    },
    certify(ca: string, key: string, ...options: string[]) {
      keygen('-q', '-s', join(folder, ca), '-I', 'id', ...options, join(folder, `${key}.pub`));
      return blobOf(`${key}-cert.pub`);
    },
    fingerprint: (name: string) => keygen('-l', '-f', join(folder, `${name}.pub`)).split(' ')[1] ?? '',
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

it('a certificate of every kind of CA for every kind of key vouches for exactly that key', () => {
  using shop = workshop();
  const kinds = [
    ['ed25519', undefined],
    ['ecdsa', 256],
    ['ecdsa', 384],
    ['ecdsa', 521],
    ['rsa', 2048],
  ] as const;
  for (const [index, [type, bits]] of kinds.entries()) {
    const ca = shop.key(`ca${index}`, type, bits);
    shop.key(`host${index}`, type, bits);
    for (let round = 0; round < 3; round++) {
      const blob = shop.certify(`ca${index}`, `host${index}`, '-h', '-n', 'Web.example,other');
      const verified = verifyHostCertificate(blob, { host: 'web.EXAMPLE', cas: [ca], nowMs: NOW });
      assert.ok(typeof verified !== 'string', `${type} ${bits}: ${verified}`);
      assert.is(verified.fingerprint, shop.fingerprint(`host${index}`));
    }
  }
  const rsa = shop.key('ca-rsa', 'rsa', 2048);
  for (const algorithm of ['rsa-sha2-256', 'rsa-sha2-512', 'ssh-rsa']) {
    const blob = shop.certify('ca-rsa', 'host0', '-h', '-n', 'web', '-t', algorithm);
    const verified = verifyHostCertificate(blob, { host: 'web', cas: [rsa], nowMs: NOW });
    // A signature over SHA-1 is worth nothing.
    assert.is(verified === 'its signature is wrong', algorithm === 'ssh-rsa', algorithm);
  }
});

it('a user certificate, another CA, another name, no name, another time and a critical option are refused', () => {
  using shop = workshop();
  const ca = shop.key('ca', 'ed25519');
  const other = shop.key('other', 'ed25519');
  shop.key('host', 'ed25519');
  const judge = (blob: Buffer, cas = [ca], nowMs = NOW) => verifyHostCertificate(blob, { host: 'web', cas, nowMs });
  assert.is(judge(shop.certify('ca', 'host', '-n', 'web')), 'it is a user certificate, not a host certificate');
  const good = shop.certify('ca', 'host', '-h', '-n', 'web', '-V', '20260101:20270101');
  assert.ok(typeof judge(good) !== 'string');
  assert.match(String(judge(good, [other])), /not in hostCa/);
  assert.match(String(judge(good, [])), /not in hostCa/);
  assert.match(String(judge(good, [ca], Date.UTC(2028, 0))), /it expired at/);
  assert.match(String(judge(good, [ca], Date.UTC(2020, 0))), /it is not valid before/);
  assert.match(String(judge(shop.certify('ca', 'host', '-h', '-n', 'web2'))), /it is for "web2", not for "web"/);
  assert.match(String(judge(shop.certify('ca', 'host', '-h', '-n', '*'))), /it is for "\*"/);
  assert.match(String(judge(shop.certify('ca', 'host', '-h'))), /it is for ""/);
  const critical = shop.certify('ca', 'host', '-h', '-n', 'web', '-O', 'critical:x@example.com=1');
  assert.is(judge(critical), 'it carries a critical option');
  assert.match(String(judge(shop.key('plain', 'ed25519'))), /unknown type "ssh-ed25519"/);
});

it('a certificate that was altered in any byte, cut at any place or made longer is refused', () => {
  using shop = workshop();
  const cas = [shop.key('ca', 'ecdsa', 256)];
  shop.key('host', 'ed25519');
  const good = shop.certify('ca', 'host', '-h', '-n', 'web');
  const judge = (blob: Buffer) => verifyHostCertificate(blob, { host: 'web', cas, nowMs: NOW });
  assert.ok(typeof judge(good) !== 'string');
  for (let at = 0; at < good.length; at++) {
    const altered = Buffer.from(good);
    altered[at] = (altered[at] ?? 0) ^ 1;
    assert.type(judge(altered), 'string', `byte ${at}`);
    assert.type(judge(good.subarray(0, at)), 'string', `cut at ${at}`);
  }
  assert.is(judge(Buffer.concat([good, Buffer.of(0)])), 'it has bytes after its end');
  // The same bytes inside a larger buffer: nothing outside of them may count.
  const framed = Buffer.concat([Buffer.alloc(7, 1), good, Buffer.alloc(7, 2)]).subarray(7, 7 + good.length);
  assert.ok(typeof judge(framed) !== 'string');
});

it('a fingerprint is the one ssh-keygen prints', () => {
  using shop = workshop();
  const blob = shop.key('host', 'rsa', 2048);
  assert.equal(describeKey(blob), { type: 'ssh-rsa', fingerprint: shop.fingerprint('host') });
  assert.is(describeKey(Buffer.of(1, 2)).type, 'unreadable');
});

needs(
  test,
  'sshd',
  'ssh-keygen',
)('the certificate is read from a server whose bytes come one at a time', async () => {
  await using sshd = await startSshd({ hostCertificate: { principals: 'web' } });
  const cas = [parsePublicKeyLine(sshd.hostCa) ?? Buffer.alloc(0)];
  const place = { name: 'web', host: sshd.host, port: sshd.port };
  for (const oneByOne of [false, true]) {
    const socket = await openTcp(place, never);
    const blob = await fetchHostCertificate(oneByOne ? dripping(socket) : socket, never);
    assert.ok(blob);
    assert.ok(typeof verifyHostCertificate(blob, { host: 'web', cas, nowMs: Date.now() }) !== 'string');
    assert.ok(socket.destroyed);
  }
  await using plain = await startSshd();
  const stream = await openTcp({ ...place, port: plain.port }, never);
  assert.is(await fetchHostCertificate(stream, never), undefined);
});

/** The same stream, read byte by byte. */
function dripping(stream: Duplex): Duplex {
  const slow = new Duplex({
    read() {},
    write: (bytes, _encoding, done) => stream.write(bytes, done),
    destroy(error, done) {
      stream.destroy();
      done(error);
    },
  });
  stream.on('data', (bytes: Buffer) => {
    for (const byte of bytes) slow.push(Buffer.of(byte));
  });
  stream.on('end', () => slow.push(null));
  return slow;
}

test.run();
