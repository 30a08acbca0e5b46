// Amazon Web Services: access key ids, the secret keys that stand near them or have a telling name, session tokens.
import { hasBothCases, inWord, isDrawn, token, UUID } from './tokens-shape.ts';

/** Amazon's documentation uses keys that end so; they open nothing. */
const isNoExample = (secret: string) => isDrawn(secret) && !secret.includes('EXAMPLE');

/** What stands between a name and its value: quotes (also escaped), `=`, `:`, `=>`, a table's bar, a tag's end, a prompt's default. */
const ASSIGNED =
  '(?:\\\\?["\'])?\\s{0,30}(?:=>|[=:|>,]|\\]:)?\\s{0,20}(?:\\[[^\\]\\n]{0,40}\\]:\\s{0,4})?(?:\\\\?["\'])?';

const SECRET_NAMES = ['secret_access_key', 'secretaccesskey', 'secret-access-key', 'secret access key'];
const SESSION_NAMES = ['session_token', 'sessiontoken', 'session-token', 'security_token', 'securitytoken'];

export const AWS_TOKENS = [
  token({
    name: 'amazon-login-token',
    anchors: ['Atza|', 'Atzr|', 'Atc|'],
    secret: '[A-Za-z0-9_-]{40,2000}',
    masks: ['"access_token":"Atza|${b64url:180}"', 'refresh_token=Atzr|${b64url:200}'],
  }),
  token({
    name: 'aws-access-key-id',
    anchors: ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
    notBefore: '[G-Z13-9]',
    secret: '[A-Z0-9]{16}',
    notAfter: '[A-Z0-9]',
    check: isNoExample,
    masks: ['key AKIA${uppernum:16}.', 'ASIA${base32:16}'],
    leaves: ['AKIA${!I:1}OSFODNN7EXAMPLE', 'AKIA${!uppernum:17}', 'in NAKIA${!uppernum:16}', 'AKIA${!lower:16}'],
  }),
  token({
    name: 'aws-old-access-key-id',
    kind: 'aws-access-key-id',
    anchors: ['A3T'],
    notBefore: inWord('+'),
    secret: '[A-Z0-9]{17}',
    notAfter: '[A-Za-z0-9+]',
    check: isNoExample,
    masks: ['key A3T${uppernum:17}'],
    leaves: ['A3T${!uppernum:12}', 'xA3T${!uppernum:17}'],
  }),
  token({
    name: 'aws-secret-key',
    anchors: SECRET_NAMES,
    ignoreCase: true,
    lead: ASSIGNED,
    secret: '[A-Za-z0-9/+]{40}',
    notAfter: '[A-Za-z0-9+=]',
    check: isNoExample,
    masks: [
      'aws_secret_access_key = ${b64:40}\nregion = eu-west-1',
      'export AWS_SECRET_ACCESS_KEY="${b64:40}"',
      '{"SecretAccessKey": "${b64:40}", "Expiration": 1}',
      'in a log: {\\"SecretAccessKey\\":\\"${b64:40}\\"}',
      '<SecretAccessKey>${b64:40}</SecretAccessKey>',
      '|  SecretAccessKey |  ${b64:40}  |',
      'AWS Secret Access Key [None]: ${b64:40}',
      'aws configure set aws_secret_access_key ${b64:40}',
    ],
    leaves: ['AWS_SECRET_ACCESS_KEY=${!b64:41}', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
  }),
  token({
    name: 'aws-secret-key-by-id',
    kind: 'aws-secret-key',
    anchors: ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
    notBefore: '[G-Z13-9]',
    lead: '[A-Z0-9]{16}["\']?[ \\t,:;|\\n]{1,20}(?:20\\d\\d-[0-9T:.Z+-]{6,30}[ \\t,]{1,20})?["\']?',
    secret: '[A-Za-z0-9/+]{40}',
    notAfter: '[A-Za-z0-9+=]',
    check: hasBothCases,
    masks: [
      'Access key ID,Secret access key\nAKIA${!base32:16},${b64:40}\n',
      'CREDENTIALS\tASIA${!base32:16}\t2026-01-02T03:04:05+00:00\t${b64:40}\tend',
      'AKIA${!base32:16}:${b64:40}',
    ],
    leaves: ['AKIA${!base32:16} 9f${!hex:38}', 'AKIA${!base32:16} ${!b64:38}'],
  }),
  token({
    name: 'aws-session-token',
    anchors: SESSION_NAMES,
    ignoreCase: true,
    lead: ASSIGNED,
    secret: '(?:[A-Za-z0-9/+]|%2[BFbf]|%3[Dd]){80,4000}={0,2}',
    masks: [
      'export AWS_SESSION_TOKEN=${b64:356}${?==}',
      '"SessionToken": "${b64:400}${?=}",\n',
      '<SessionToken>${b64:300}</SessionToken>',
      'aws_session_token = ${b64:812}\n',
    ],
    leaves: ['"SessionToken": "${!b64:20}"'],
  }),
  token({
    name: 'aws-session-token-by-start',
    kind: 'aws-session-token',
    anchors: ['IQoJb3Jp', 'FwoGZXIv', 'FQoGZXIv', 'FQoDYXdz', 'AQoDYXdz'],
    secret: '(?:[A-Za-z0-9/+_-]|%2[BFbf]|%3[Dd]){80,4000}={0,2}',
    masks: ['token FwoGZXIv${b64:340}${?==} end', '\\"IQoJb3Jp${b64:700}\\"'],
  }),
  token({
    name: 'aws-mws-token',
    anchors: ['amzn.mws.'],
    secret: UUID,
    masks: ['auth amzn.mws.${uuid}'],
  }),
  token({
    name: 'aws-bedrock-key',
    anchors: ['ABSK', 'bedrock-api-key-'],
    notBefore: inWord('+'),
    secret: '[A-Za-z0-9+/]{100,2000}={0,2}',
    masks: ['AWS_BEARER_TOKEN_BEDROCK=ABSK${b64:128}${?=}', 'bedrock-api-key-${pick:YmVkcm9jay5hbWF6}${b64:400}'],
    leaves: ['XABSK${!b64:130}'],
  }),
  token({
    name: 'aws-registry-password',
    anchors: ['eyJwYXls'],
    secret: 'b2FkIjoi[A-Za-z0-9+/]{100,8000}={0,2}',
    masks: ['$ aws ecr get-login-password\neyJwYXls${pick:b2FkIjoi}${b64:2000}${?=}\n'],
  }),
];
