// Secrets in headers of HTTP, as they are sent, logged, written on command lines and in programs. Names and the scheme's word stay.
// Headers with telling names (`X-Api-Key`, `PRIVATE-TOKEN`) are found by their names; see named-rules.ts.
import { decodesToText, isPlaceholder, looksRandom } from '../checks/index.ts';
import type { Rule } from '../rule.ts';
import { Cookies, LONGEST_COOKIES } from './headers-cookies.ts';

/** Between a header's name and its value: `: `, `": "`, `\": \"`, ` => '`, `', '`, `"] = "`. */
const JOINT = '\\\\{0,3}["\'`]?\\]?[ \\t]{0,3}(?::|=|=>|,)[ \\t]{0,3}(?:\\[[ ]?)?(?:[bfru]{0,2}\\\\{0,3}["\'`])?';

/** The same in a list of pairs: `{"name": "Authorization", "value": "…"}`; and in a server's configuration: `… Authorization "…"`. */
const PAIR = '\\\\{0,3}"[ ]{0,2},[ \\t\\r\\n]{0,40}\\\\{0,3}"value\\\\{0,3}"[ ]{0,2}:[ ]{0,2}\\\\{0,3}"|[ ]{1,4}["\']';

/** A token68 of RFC 9110 and what else is sent. */
const CREDENTIAL = '[A-Za-z0-9._~+/:%|!-]';

function isCredential(value: string): boolean {
  if (isPlaceholder(value) || /^[A-Za-z]+(?:[-_.][A-Za-z]+)*[-_.:,]?$/.test(value))
    return looksRandom(value) && !/^[A-Za-z]+(?:[-_.][A-Za-z]+)+$/.test(value);
  return value.length >= 8 && !/^(?:https?:|\/|arn:|--)|^[A-Za-z]{1,24}=$/.test(value) && !/^[\d.:-]+$/.test(value);
}

const isLogin = (value: string) => decodesToText(value) && Buffer.from(value, 'base64').includes(':');

export const HEADER_RULES: readonly Rule[] = [
  {
    name: 'authorization-header',
    kind: 'authorization',
    family: 'header',
    anchors: ['authorization'],
    ignoreCase: true,
    // Basic is a rule of its own; parameters of Digest and AWS4, too.
    lead: `(?:${JOINT}|${PAIR})(?:(?:[A-Za-z][A-Za-z0-9-]{1,20}|AWS [A-Z0-9]{16,24}:)(?:[ ]|%20))?(?:token=|Token=)?\\\\{0,3}"?(?:AWS[ ][A-Z0-9]{16,24}:|SharedKey [a-z0-9]{3,24}:)?`,
    secret: `${CREDENTIAL}{6,8000}={0,2}`,
    notAfter: '[A-Za-z0-9_.(]', // a call
    check: isCredential,
    tests: {
      masks: [
        'Authorization: Bearer ${alnum:40}',
        '> authorization: bearer ${hex:64}\n',
        'Proxy-Authorization: Basic ${base64login:proxy}\n',
        '"Authorization": "Bearer ${alnum:40}",',
        '{\\"authorization\\":\\"Bearer ${b64url:43}\\"}',
        "headers = {'Authorization': 'token ${hex:40}'}",
        "'Authorization' => 'Bearer ${b64url:43}'",
        'req.headers["Authorization"] = "Bearer ${alnum:40}"',
        'headers.set("Authorization", "Bearer ${alnum:32}")',
        "curl -H 'Authorization: Bearer ${alnum:32}' https://api.example.com",
        'Authorization: ${alnum:40}',
        'Authorization: ApiKey ${b64:40}${?==}',
        'Authorization: AWS ${!upper:20}:${b64:27}${?=}',
        'Authorization: Splunk ${uuid}',
        '"authorization": ["Bearer ${alnum:40}"]',
        '{"name":"Authorization","value":"Token ${hex:40}"}',
        '  "name": "Authorization",\n          "value": "GenieKey ${uuid}"',
        '{\\"name\\":\\"authorization\\",\\"value\\":\\"NTLM ${b64:60}\\"}',
        'proxy_set_header Authorization "Splunk ${uuid}";',
        'map[Authorization:[ApiKey ${b64:40}]]',
      ],
      leaves: [
        'Authorization: Bearer <token>',
        'Authorization: Bearer $TOKEN',
        'Authorization: Bearer YOUR_TOKEN',
        'Authorization: Bearer {{token}}',
        'Authorization: Bearer my-token-here',
        'Authorization: Bearer',
        'Authorization: Basic realm="x"',
        'authorization: required for all requests',
        'const authorization = request.headers.authorization;',
        'rbac.authorization.k8s.io/v1',
        'headers["Authorization"] = _basic_auth_str2(user)',
        'apiVersion: authorization.k8s.io/v1',
        '--authorization-mode=Node,RBAC',
        'Access-Control-Allow-Headers: Authorization, Content-Type',
        'headers: { Authorization: `Bearer ${?$}{token}` }',
        'vary: Authorization, Accept-Encoding',
      ],
    },
  },
  {
    name: 'bearer-token',
    kind: 'authorization',
    family: 'header',
    anchors: ['bearer '],
    ignoreCase: true,
    notBefore: '[A-Za-z0-9_-]',
    secret: '[A-Za-z0-9._~+/-]{16,8000}={0,2}',
    check: (value) => !isPlaceholder(value) && looksRandom(value),
    tests: {
      masks: ['token: Bearer ${alnum:40}', 'sending bearer ${b64url:43} to api', '--header="X-Auth: Bearer ${hex:40}"'],
      leaves: [
        'Bearer authentication-is-required-here',
        'bearer tokens are opaque strings',
        'Bearer error="invalid_token"',
        'the bearer understands-what-they-do',
      ],
    },
  },
  {
    name: 'basic-login',
    kind: 'authorization',
    family: 'header',
    anchors: ['basic '],
    ignoreCase: true,
    notBefore: '[A-Za-z0-9_-]',
    secret: '[A-Za-z0-9+/]{8,1000}={0,2}',
    check: isLogin,
    tests: {
      masks: ['"auth_header": "Basic ${base64login:ci}"', "-H 'authorization: basic ${base64login:ci}'"],
      leaves: ['Basic authentication', 'basic training/development', 'Basic realm="x"', 'WWW-Authenticate: Basic'],
    },
  },
  {
    name: 'authorization-parameter',
    kind: 'authorization',
    family: 'header',
    anchors: [
      'response="',
      'response=\\"',
      'oauth_signature="',
      'oauth_signature=',
      'Signature=',
      'mac="',
      'signature="',
      'signature=\\"',
    ],
    notBefore: '[A-Za-z0-9_]',
    secret: '[A-Za-z0-9+/%_-]{26,700}={0,2}',
    check: (value) => !isPlaceholder(value) && (looksRandom(value) || /^[0-9a-f]{32,64}$/.test(value)),
    tests: {
      masks: [
        'Authorization: Digest username="app", realm="r", nonce="${!hex:12}", uri="/", response="${hex:32}"',
        '{"authorization":"hmac username=\\"x\\", signature=\\"${b64:43}\\""}',
        'Credential=x/20261125/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=${hex:64}',
        'oauth_nonce="${!alnum:8}", oauth_signature="${b64:27}%3D"'.replace('%3D', '${?%3D}'),
      ],
      leaves: ['response="the-answer-was-that-it-is-fine"', 'Signature=none', 'Signature={signature}'],
    },
  },
  {
    name: 'cookie-header',
    kind: 'cookie',
    family: 'header',
    anchors: ['cookie'],
    ignoreCase: true,
    maxLength: LONGEST_COOKIES,
    begin: ({ before }) => new Cookies(before),
    tests: {
      masks: [
        'Cookie: sessionid=${alnum:32}\n',
        'Cookie: lang=en; session=${alnum:40}; csrftoken=${alnum:32}; theme=dark\n',
        'Set-Cookie: sid=${b64url:43}; Path=/; Expires=Wed, 25 Nov 2026 10:00:00 GMT; HttpOnly; Secure\n',
        '< set-cookie: JSESSIONID=${HEX:32}; Path=/app; HttpOnly',
        '"cookie": "session=${alnum:40}; lang=en",',
        '"set-cookie": ["sid=${b64url:43}; Path=/"]',
        '{"name":"Cookie","value":"lang=en; session=${alnum:40}"}',
        'proxy_set_header Cookie "theme=dark; sessionid=${alnum:32}";',
        '"name": "Set-Cookie",\n            "value": "sid=${b64url:43}; Path=/"',
        "curl -H 'Cookie: session=${alnum:32}' https://x.example",
        'curl --cookie "session=${alnum:32}" https://x.example',
        'document.cookie = "token=${b64url:40}; path=/"',
      ],
      leaves: [
        'Cookie: <cookie>',
        'Cookie policy: we use cookies',
        'Set-Cookie: name=value; Path=/',
        'cookie: { maxAge: 86400000, secure: true }',
        'session.cookie.secure=true',
        'const cookie = parseCookie(header);',
        'Cookie: lang=en; theme=dark; consent=accepted',
        'cookies: 3 found',
        'proxy_cookie_path / "/; Secure"',
        'Set-Cookie: a=b; Domain=example-of-a-long-domain.example.com; Max-Age=31536000',
      ],
    },
  },
  {
    name: 'cookie-jar',
    kind: 'cookie',
    family: 'header',
    anchors: ['\tTRUE\t/', '\tFALSE\t/'],
    lead: '[^\\t\\n]{0,200}\\t(?:TRUE|FALSE)\\t\\d{1,12}\\t[^\\t\\n]{1,100}\\t',
    secret: '[^\\s]{4,4000}',
    tests: {
      masks: ['#HttpOnly_.example.com\tTRUE\t/\tTRUE\t1793000000\tsession\t${alnum:32}\n'],
      leaves: ['# Netscape HTTP Cookie File', 'a\tTRUE\t/\tTRUE\tb\tc\td1'],
    },
  },
];
