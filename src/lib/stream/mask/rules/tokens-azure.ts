// Microsoft: client secrets of Entra, personal access tokens of DevOps, keys of Azure's services, connection strings.
import { hasBothCases, inWord, isMixed, token } from './tokens-shape.ts';

const DIGITS = [...'0123456789'];

/** With their padding: 32, 39 and 64 bytes. */
const AZURE_KEY_LENGTHS = new Set([44, 52, 88]);

export const AZURE_TOKENS = [
  token({
    name: 'azure-client-secret',
    before: { class: '[A-Za-z0-9_~.-]', min: 3, max: 3 },
    anchors: DIGITS.map((digit) => `${digit}Q~`),
    secret: '[A-Za-z0-9_~.-]{30,33}[A-Za-z0-9_~-]',
    confirmedByEnd: true,
    check: hasBothCases,
    masks: [
      'AZURE_CLIENT_SECRET=${alnum:3}${pick:8Q~}${b64url:34}',
      '"password": "${b64url:3}${pick:7Q~}${A-Za-z0-9_~.-:30}${alnum:4}"',
    ],
    leaves: ['a 8Q~ b', 'see 18Q~${!b64url:20}'],
  }),
  token({
    // The keys of Azure's services and of DevOps since 2024: 84 characters with a mark in the middle.
    name: 'azure-service-key',
    before: { class: '[A-Za-z0-9]', min: 52, max: 52 },
    anchors: ['JQQJ99'],
    secret: '[A-Za-z0-9]{20,40}',
    confirmedByEnd: true,
    check: isMixed,
    masks: [
      'AZURE_DEVOPS_EXT_PAT=${alnum:52}${pick:JQQJ99}${alnum:26}',
      '"key1": "${alnum:52}${pick:JQQJ99}${alnum:26}"',
    ],
    leaves: ['${!alnum:20}JQQJ99${!alnum:26}', '${!alnum:52}JQQJ99${!alnum:8}'],
  }),
  token({
    name: 'azure-storage-key',
    anchors: ['AccountKey', 'SharedAccessKey', 'AccessKey', 'SharedSecret', 'PrimaryKey', 'SecondaryKey'],
    ignoreCase: true,
    notBefore: inWord(),
    lead: '(?:\\\\?["\'])?[ \\t]{0,20}[=:][ \\t]{0,20}(?:\\\\?["\'])?',
    secret: '[A-Za-z0-9+/]{42,86}={1,2}',
    notAfter: '[A-Za-z0-9+=]',
    masks: [
      'DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=${b64:86}${?==};EndpointSuffix=core.windows.net',
      'Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${b64:43}${?=}',
      '"primaryKey": "${b64:86}${?==}",',
    ],
    leaves: ['SharedAccessKeyName=RootManageSharedAccessKey', 'AccountKey=${!b64:30}='],
  }),
  token({
    name: 'azure-storage-key-listed',
    kind: 'azure-storage-key',
    anchors: ['"permissions": "FULL"', '"permissions":"FULL"'],
    lead: ',\\s{0,20}"value":\\s{0,4}"',
    secret: '[A-Za-z0-9+/]{86}==',
    masks: ['"keyName": "key1",\n    "permissions": "FULL",\n    "value": "${b64:86}${?==}"\n'],
    leaves: ['"permissions": "FULL", "value": "none"'],
  }),
  token({
    name: 'azure-sas-signature',
    anchors: ['&sig=', '?sig=', ';sig='],
    secret: '(?:[A-Za-z0-9/+_-]|%2[BFbf]|%3[Dd]){40,120}={0,2}',
    notAfter: '[A-Za-z0-9]',
    family: 'url',
    masks: [
      'https://shop.blob.core.windows.net/in?sv=2024-11-04&sp=r&sig=${b64url:43}${?%3D}&se=2026',
      '?sig=${b64:43}${?=}',
    ],
    leaves: ['?sig=none', '&sig=${!hex:8}&x=1'],
  }),
  token({
    name: 'azure-app-configuration-secret',
    anchors: [';Secret='],
    secret: '[A-Za-z0-9+/]{40,90}={0,2}',
    masks: ['Endpoint=https://x.azconfig.io;Id=Ab1c;Secret=${b64:43}${?=}'],
    leaves: [';Secret=none'],
  }),
  token({
    name: 'azure-refresh-token',
    anchors: [
      '0.AX',
      '0.AR',
      '0.AS',
      '0.AT',
      '0.AU',
      '0.AV',
      '0.AW',
      '0.AY',
      '0.AQ',
      '1.AX',
      '1.AR',
      '1.AS',
      '1.AT',
      '1.AU',
      '1.AV',
      '1.AW',
      '1.AY',
      '1.AQ',
    ],
    notBefore: inWord('_.-'),
    secret: '[A-Za-z0-9_-]{8,120}\\.[A-Za-z0-9_-]{100,3000}(?:\\.[A-Za-z0-9_-]{1,100})?',
    check: isMixed,
    masks: ['"refreshToken": "0.AX${b64url:40}${?.}${b64url:600}"'],
    leaves: ['0.AX1, 0.AX2', 'version 10.AX${!b64url:30}.${!b64url:300}'],
  }),
  token({
    // Keys that say of themselves what they open: 32 or 64 bytes in base64 with a mark near the end.
    name: 'azure-marked-key',
    kind: 'azure-service-key',
    before: { class: '[A-Za-z0-9+/]', min: 33, max: 76 },
    anchors: ['+ASt', '+ABa', '+ASb', '+AEh', '+ARm', '+ACR', '+AMC', 'ACDb', 'AIoT', 'AzSe', 'AzCa', 'APIM'],
    secret: '[A-Za-z0-9+/]{5,6}={0,2}',
    notAfter: '[A-Za-z0-9+=]',
    confirmedByEnd: true,
    check: (secret) => AZURE_KEY_LENGTHS.has(secret.length) && isMixed(secret),
    masks: [
      'key ${alnum:76}${pick:+ASt}${alnum:6}${?==}',
      '${alnum:42}${pick:+ACR}${alnum:6}',
      '"${alnum:33}${pick:+ASb}${alnum:6}${?=}"',
    ],
    leaves: ['sha512-${!alnum:70}+ASt${!alnum:12}==', '${!alnum:20}+ACR${!alnum:6}'],
  }),
];
