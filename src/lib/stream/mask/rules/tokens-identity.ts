// Tokens of any issuer (JSON Web Tokens, signed or encrypted), identity providers, social networks.
import { isJwtHeader } from '../checks/index.ts';
import { isMixed, isNoName, token } from './tokens-shape.ts';

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
const JWT_RULES = HEADERS.flatMap(([start, name, header]) => {
  const rest = Buffer.from(header).toString('base64url').slice(start.length);
  return token({
    name,
    kind: 'jwt',
    anchors: [start],
    secret: `${PART}{5,4000}\\.${PART}{0,16000}\\.${PART}{10,8000}(?:\\.${PART}{2,16000}\\.${PART}{16,100})?`,
    check: (secret) => isJwtHeader(start + secret.slice(0, secret.indexOf('.'))),
    masks: [
      `Authorization: Bearer ${start}\${?${rest}.}\${base64urlof:60}\${?.}\${base64urlof:64}.`,
      `"${start}\${?${rest}..}\${base64urlof:64}"`,
      `${start}\${?${rest}.}\${base64urlof:256}\${?.}\${base64urlof:12}\${?.}\${base64urlof:90}\${?.}\${base64urlof:16}`,
      ...(start === 'eyJ' ? ['"a\\n${jwt}\\n"', 'id_token=${jwe}&state=1', '"token":"${rs256jwt}"'] : []),
    ],
    leaves: ['eyJhIjoxfQ.eyJiIjoyfQ.c2ln says nothing', `${start}\${!alnum:20}.\${!alnum:20}.\${!alnum:20}`],
  });
});

export const IDENTITY_TOKENS = [
  JWT_RULES,
  token({
    name: 'session-cookie-of-flask-or-django',
    kind: 'session-cookie',
    anchors: ['session=', 'session: '],
    lead: '"?',
    secret: '\\.?eyJ[A-Za-z0-9_-]{8,4000}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,43}',
    masks: ['Set-Cookie: session=${?eyJ}${b64url:60}${?.}${b64url:6}${?.}${b64url:27}; HttpOnly'],
    leaves: ['session=none'],
  }),
  token({
    name: 'okta-token',
    anchors: ['SSWS '],
    secret: '[A-Za-z0-9_-]{30,60}',
    check: isNoName,
    masks: ['Authorization: SSWS ${?00}${b64url:40}'],
    leaves: ['SSWS is the scheme of Okta'],
  }),
  token({
    name: 'okta-token-by-name',
    kind: 'okta-token',
    anchors: ['okta'],
    ignoreCase: true,
    lead: '[A-Za-z_ -]{0,30}(?:\\\\?["\'])?[ \\t]{0,8}(?:=>|:=|[=:])[ \\t]{0,8}(?:\\\\?["\'])?',
    secret: '00[A-Za-z0-9_-]{39,42}',
    notAfter: '[A-Za-z0-9_-]',
    masks: ['OKTA_API_TOKEN=${?00}${b64url:40}', 'okta_token: "${?00}${b64url:40}"'],
    leaves: ['okta: 00${!digit:10}'],
  }),
  token({
    name: 'facebook-token',
    beginsWord: true,
    anchors: ['EAA'],
    notBefore: '[A-Za-z0-9+/_-]',
    secret: '[A-Za-z0-9]{80,400}',
    notAfter: '[A-Za-z0-9+/=]',
    check: isMixed,
    masks: ['access_token=EAA${alnum:180}'],
    leaves: ['${!b64:20}EAA${!alnum:180}', 'EAA${!alnum:40}'],
  }),
  token({
    name: 'instagram-token',
    anchors: ['IGQV', 'IGQW', 'IGAA'],
    notBefore: '[A-Za-z0-9+/_-]',
    secret: '[A-Za-z0-9_-]{80,400}',
    check: isMixed,
    masks: ['access_token=IGQV${alnum:140}'],
  }),
  token({
    name: 'twitter-bearer-token',
    beginsWord: true,
    anchors: ['A'.repeat(20)],
    notBefore: '[A-Za-z0-9+/_-]',
    secret: 'A{0,4}[A-Za-z0-9%]{60,140}',
    notAfter: '[A-Za-z0-9+/=]',
    check: (secret) => isMixed(secret) && new Set(secret).size > 20,
    masks: [`Bearer ${'A'.repeat(20)}\${?AA}\${alnum:40}\${?%3D}\${alnum:45}`],
    leaves: [`data:image/x;base64,${'A'.repeat(100)}`],
  }),
  token({
    name: 'linkedin-secret',
    anchors: ['WPL_AP1.', 'WPL_AP0.'],
    secret: '[A-Za-z0-9]{16}\\.[A-Za-z0-9+/]{6,8}={0,2}',
    masks: ['client_secret=WPL_AP1.${alnum:16}${?.}${b64:6}${?==}'],
  }),
  token({
    name: 'linkedin-token',
    beginsWord: true,
    anchors: ['AQU', 'AQV', 'AQW', 'AQX'],
    notBefore: '[A-Za-z0-9+/_-]',
    secret: '[A-Za-z0-9_-]{120,500}',
    notAfter: '[A-Za-z0-9+/=]',
    check: isMixed,
    masks: ['Bearer AQV${b64url:340}'],
    leaves: ['AQV${!alnum:40}'],
  }),
  token({
    name: 'dropbox-token',
    beginsWord: true,
    anchors: ['sl.'],
    notBefore: '[A-Za-z0-9_.-]',
    secret: '(?:u\\.)?[A-Za-z0-9_-]{100,2000}',
    check: isMixed,
    masks: ['Bearer sl.${b64url:138}', 'sl.${?u.}${b64url:1000}'],
    leaves: ['ssl.${!b64url:138}', 'sl.append'],
  }),
  token({
    name: 'mapbox-secret-token',
    anchors: ['sk.eyJ', 'tk.eyJ'],
    secret: '[A-Za-z0-9_-]{40,200}\\.[A-Za-z0-9_-]{20,30}',
    masks: ['MAPBOX=sk.eyJ${b64url:70}${?.}${b64url:22}'],
    leaves: ['pk.eyJ${!b64url:70}.${!b64url:22}'],
  }),
  token({
    name: 'spotify-token',
    beginsWord: true,
    anchors: ['BQ'],
    notBefore: '[A-Za-z0-9+/_-]',
    secret: '[A-Za-z0-9_-]{140,300}',
    notAfter: '[A-Za-z0-9+/=]',
    check: isMixed,
    masks: ['Bearer BQ${b64url:180}'],
    leaves: ['BQ${!b64url:60}'],
  }),
  token({
    name: 'duo-or-jumpcloud-key',
    anchors: ['jca_'],
    secret: '[A-Za-z0-9]{36}',
    masks: ['x-api-key: jca_${alnum:36}'],
  }),
  token({
    name: 'ory-token',
    anchors: ['ory_pat_', 'ory_at_', 'ory_rt_', 'ory_ac_', 'ory_st_', 'ory_wak_'],
    secret: '[A-Za-z0-9_.-]{24,200}',
    masks: ['Bearer ory_pat_${alnum:32}', 'ory_at_${b64url:43}${?.}${b64url:43}'],
    leaves: ['ory_at_home'],
  }),
  token({
    name: 'stytch-secret',
    anchors: ['secret-live-', 'secret-test-'],
    notBefore: '[A-Za-z0-9_-]',
    secret: '[A-Za-z0-9_-]{35}=',
    check: isMixed,
    masks: ['STYTCH_SECRET=secret-live-${b64url:35}${?=}'],
    leaves: ['secret-test-database'],
  }),
].flat();
