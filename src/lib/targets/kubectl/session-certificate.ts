// The TLS identity of one session's endpoint: a CA made for it alone, and a certificate for 127.0.0.1 that it signs. Whoever trusts that
// CA trusts this endpoint and nothing else; the CA's key is forgotten as soon as it has signed.
import { randomBytes, webcrypto } from 'node:crypto';
import { Secret } from '../../core/secret.ts';

export interface SessionCertificate {
  /** PEM, for the client. */
  readonly ca: string;
  readonly certificate: string;
  /** PEM (PKCS#8), for the endpoint alone. */
  readonly privateKey: Secret<string>;
}

/** A client whose clock is behind. */
const EARLIER_MS = 5 * 60_000;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;

const OID = {
  commonName: '2.5.4.3',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/** As bits of RFC 5280, 4.2.1.3: the first is the highest, and the count of unused ones goes before. */
const DIGITAL_SIGNATURE = { bits: 0x80, unused: 7 };
const KEY_CERT_SIGN = { bits: 0x04, unused: 2 };

/** For a session that ends `lifetimeMs` after `now` (ms since 1970) at the latest. */
export async function issueSessionCertificate(
  session: string,
  now: number,
  lifetimeMs: number,
): Promise<SessionCertificate> {
  // Needed in sessions of clusters only, and it takes a while to load.
  const [pki, asn1] = await Promise.all([import('pkijs'), import('asn1js')]);
  type Engine = ConstructorParameters<typeof pki.CryptoEngine>[0];
  const engine = new pki.CryptoEngine({ name: 'node', crypto: webcrypto as Engine['crypto'] });
  const generate = () =>
    webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
  const [caKeys, ownKeys] = await Promise.all([generate(), generate()]);
  const caName = `sallyport ${session} CA`;

  const sign = async (
    subject: string,
    publicKey: webcrypto.CryptoKey,
    extensions: InstanceType<typeof pki.Extension>[],
  ) => {
    const certificate = new pki.Certificate();
    certificate.version = 2;
    // Positive, and no two alike.
    const serial = Uint8Array.from([0x40, ...randomBytes(15)]);
    certificate.serialNumber = new asn1.Integer({ valueHex: serial.buffer });
    const named = (value: string) =>
      new pki.AttributeTypeAndValue({ type: OID.commonName, value: new asn1.Utf8String({ value }) });
    certificate.issuer.typesAndValues.push(named(caName));
    certificate.subject.typesAndValues.push(named(subject));
    certificate.notBefore.value = new Date(now - EARLIER_MS);
    certificate.notAfter.value = new Date(now + lifetimeMs);
    certificate.extensions = extensions;
    await certificate.subjectPublicKeyInfo.importKey(publicKey, engine);
    await certificate.sign(caKeys.privateKey, 'SHA-256', engine);
    return pem('CERTIFICATE', certificate.toSchema().toBER());
  };
  const extension = (extnID: string, critical: boolean, value: { toBER(): ArrayBuffer }) =>
    new pki.Extension({ extnID, critical, extnValue: value.toBER() });
  const usage = ({ bits, unused }: typeof KEY_CERT_SIGN) =>
    new asn1.BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits: unused });

  const loopback = new asn1.OctetString({ valueHex: Uint8Array.of(127, 0, 0, 1).buffer });
  const names = new pki.GeneralNames({ names: [new pki.GeneralName({ type: 7, value: loopback })] });
  const [ca, certificate, key] = await Promise.all([
    sign(caName, caKeys.publicKey, [
      extension(OID.basicConstraints, true, new pki.BasicConstraints({ cA: true, pathLenConstraint: 0 }).toSchema()),
      extension(OID.keyUsage, true, usage(KEY_CERT_SIGN)),
    ]),
    sign(`sallyport ${session}`, ownKeys.publicKey, [
      extension(OID.basicConstraints, true, new pki.BasicConstraints({ cA: false }).toSchema()),
      extension(OID.keyUsage, true, usage(DIGITAL_SIGNATURE)),
      extension(OID.extendedKeyUsage, false, new pki.ExtKeyUsage({ keyPurposes: [OID.serverAuth] }).toSchema()),
      extension(OID.subjectAltName, true, names.toSchema()),
    ]),
    webcrypto.subtle.exportKey('pkcs8', ownKeys.privateKey),
  ]);
  return { ca, certificate, privateKey: new Secret(pem('PRIVATE KEY', key)) };
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
