// JSON Web Tokens of any issuer, signed (RFC 7515) or encrypted (RFC 7516), and such tokens in base64.
import { isJwtHeader } from '../checks/index.ts';
import { AFTER_BASE64, IN_BASE64, isDrawn, token } from './tokens-shape.ts';

/** Headers as they are written, by how their base64url begins; that beginning is shown. */
const HEADERS: readonly (readonly [start: string, name: string, header: string])[] = [
  ['eyJ', 'jwt', '{"alg":"ES256"}'],
  ['eyAi', 'jwt-with-blanks', '{ "alg": "ES256" }'],
  ['ewog', 'jwt-of-lines', '{\n "alg": "ES256"\n}'],
  ['ewoJ', 'jwt-of-tabs', '{\n\t"alg": "ES256"\n}'],
  ['ew0K', 'jwt-of-crlf', '{\r\n "alg": "ES256"\r\n}'],
];
const PART = '[A-Za-z0-9_-]';

/** Three parts are signed, five are encrypted; the second is empty where the content is elsewhere. */
const PLAIN_RULES = HEADERS.map(([start, name, header]) => {
  const rest = Buffer.from(header).toString('base64url').slice(start.length);
  return token({
    name,
    kind: 'jwt',
    anchors: [start],
    secret: `${PART}{5,4000}\\.${PART}{0,16000}\\.${PART}{10,8000}(?:\\.${PART}{2,16000}\\.${PART}{16,100})?`,
    check: (secret) => isJwt(start, secret),
    masks: [
      `Authorization: Bearer ${start}\${?${rest}.}\${base64urlof:60}\${?.}\${base64urlof:64}.`,
      `"${start}\${?${rest}..}\${base64urlof:64}"`,
      `${start}\${?${rest}.}\${base64urlof:256}\${?.}\${base64urlof:12}\${?.}\${base64urlof:90}\${?.}\${base64urlof:16}`,
      ...(start === 'eyJ' ? ['"a\\n${jwt}\\n"', 'id_token=${jwe}&state=1', '"token":"${rs256jwt}"'] : []),
    ],
    leaves: ['eyJhIjoxfQ.eyJiIjoyfQ.c2ln says nothing', `${start}\${!alnum:20}.\${!alnum:20}.\${!alnum:20}`],
  });
});

/**
 * The header names an algorithm. Where it is no JSON at all, because somebody cut or changed it, a payload that is an object
 * and a signature are proof enough.
 */
function isJwt(start: string, secret: string): boolean {
  const [header = '', payload = '', signature = ''] = secret.split('.');
  if (endsAnObject(start + header)) return isJwtHeader(start + header);
  return payload.startsWith('eyJ') && signature.length >= 20 && isDrawn(secret);
}

/** Looked at before anything is parsed: an error for each of thousands of false starts would be dear. */
const endsAnObject = (part: string): boolean =>
  Buffer.from(part.slice(-8 - (part.length % 4)), 'base64url')
    .toString('latin1')
    .trimEnd()
    .endsWith('}');

/** An example cannot draw base64 of a token: this one opens nothing. */
const ENCODED_TWICE = Buffer.from(
  [
    ...['{"alg":"ES256"}', '{"sub":"nobody"}'].map((part) => Buffer.from(part).toString('base64url')),
    'c2ln'.repeat(16),
  ].join('.'),
)
  .toString('base64')
  .slice(4);

export const JWT_TOKENS = [
  ...PLAIN_RULES,
  token({
    // A token within the data of a Kubernetes Secret, or sent as somebody's password.
    name: 'jwt-in-base64',
    kind: 'jwt',
    anchors: ['ZXlK'],
    notBefore: IN_BASE64,
    secret: '[A-Za-z0-9+/]{60,12000}={0,2}',
    notAfter: AFTER_BASE64,
    check: (secret) => isJwt('eyJ', Buffer.from(`ZXlK${secret}`, 'base64').toString('latin1').slice(3)),
    masks: [`token: ZXlK\${pick:${ENCODED_TWICE}}`],
    leaves: ['ZXlK${!b64:80}', 'x/ZXlK${!b64:80}'],
  }),
];
