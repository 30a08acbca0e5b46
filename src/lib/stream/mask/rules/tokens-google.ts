// Google and Firebase: API keys, OAuth secrets and tokens, keys of storage and of cloud messaging.
import { inWord, isNoName, token } from './tokens-shape.ts';

export const GOOGLE_TOKENS = [
  token({
    name: 'google-api-key',
    anchors: ['AIza'],
    secret: '[A-Za-z0-9_-]{35}',
    notAfter: '[A-Za-z0-9]',
    masks: ['?key=AIza${b64url:35}&x=1', '"apiKey": "AIza${b64url:35}"'],
    leaves: ['AIza${!b64url:20} is too short'],
  }),
  token({
    name: 'google-client-secret',
    anchors: ['GOCSPX-'],
    secret: '[A-Za-z0-9_-]{28}',
    masks: ['"client_secret":"GOCSPX-${b64url:28}"'],
    leaves: ['123456789012-${!lowernum:32}.apps.googleusercontent.com'],
  }),
  token({
    name: 'google-oauth-token',
    anchors: ['ya29.'],
    notBefore: inWord(),
    secret: '[A-Za-z0-9_.-]{9,2000}[A-Za-z0-9_-]',
    masks: ['ya29.${b64url:160} ', 'token ya29.${alnum:60}.'],
    leaves: ['version ya29.1'],
  }),
  token({
    name: 'google-refresh-token',
    anchors: ['1//0'],
    notBefore: inWord('/.'),
    secret: '[A-Za-z0-9_-]{30,300}',
    check: isNoName,
    masks: ['"refresh_token": "1//0${b64url:94}"'],
    leaves: ['http://127.0.0.1//0${!b64url:50}', '1//0 and 1//02'],
  }),
  token({
    name: 'google-authorization-code',
    anchors: ['4/0A'],
    notBefore: inWord('/.'),
    secret: '[A-Za-z0-9_-]{40,200}',
    check: isNoName,
    masks: ['code: 4/0A${b64url:70}\n', '4/0A${b64url:60}'],
    leaves: ['4/0A is a box', 'pages/4/0A${!b64url:60}'],
  }),
  token({
    name: 'google-storage-key-id',
    anchors: ['GOOG1E'],
    notBefore: inWord(),
    secret: '[A-Z0-9]{18,58}',
    notAfter: '[A-Za-z0-9]',
    masks: ['access_key: GOOG1E${uppernum:55}', 'GOOG1E${uppernum:18} '],
    leaves: ['GOOG1E${!uppernum:60}'],
  }),
  token({
    name: 'firebase-server-key',
    before: { class: '[A-Za-z0-9_-]', min: 11, max: 11 },
    anchors: [':APA91b'],
    secret: '[A-Za-z0-9_-]{120,200}',
    confirmedByEnd: true,
    masks: ['Authorization: key=${b64url:11}${pick::APA91b}${b64url:134}'],
    leaves: ['short:APA91b${!b64url:140}'],
  }),
];
