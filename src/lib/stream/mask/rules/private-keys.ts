// Private keys of every kind: blocks between BEGIN and END, PuTTY files, age identities, JSON web keys. What is public of them
// stays: the BEGIN and END lines, public keys, certificates.
import { looksRandom } from '../checks/index.ts';
import type { Rule } from '../rule.ts';
import { LONGEST_KEY, PrivateKeyBlock } from './private-keys-block.ts';
import { Base64Run, CountedLines, LONGEST_RUN } from './private-keys-lines.ts';

/** Written in pieces: no block of a key may stand in a source. */
const begin = (what: string) => `-----${'BEGIN'} ${what}-----`;
const end = (what: string) => `-----${'END'} ${what}-----`;
const inBase64 = (what: string) =>
  Buffer.from(begin(what))
    .toString('base64')
    .replace(/.?.?=*$/, '')
    .slice(0, -1);
const RSA = 'RSA PRIVATE KEY';
const LINES = '${b64:64}\n${b64:64}\n${b64:22}${?==}';
const lines = (prefix: string, what: string) =>
  [begin(what), '${b64:64}', '${b64:64}', '${b64:30}${?==}', end(what)].map((line) => prefix + line).join('\n');

export const PRIVATE_KEY_RULES: readonly Rule[] = [
  {
    name: 'private-key-block',
    kind: 'private-key',
    family: 'key',
    anchors: ['-----BEGIN ', '---- BEGIN '],
    maxLength: LONGEST_KEY,
    begin: ({ before }) => new PrivateKeyBlock(before),
    tests: {
      masks: [
        `${begin(RSA)}\n\${pem:MII:600}\n${end(RSA)}\n`,
        `${begin('PRIVATE KEY')}\n\${b64:64}\n${end('PRIVATE KEY')}`,
        `{"private_key": "${begin('PRIVATE KEY')}\\n\${pem:MII:600:\\n}\\n${end('PRIVATE KEY')}\\n", "client_id": "1"}`,
        `{"log":"{\\"key\\":\\"${begin(RSA)}\\\\n\${pem:MII:600:\\\\n}\\\\n${end(RSA)}\\\\n\\"}\\n"}`,
        lines('2026-11-25T10:00:11Z app[7]: ', RSA),
        lines('web-1  | ', 'OPENSSH PRIVATE KEY'),
        lines('+', 'EC PRIVATE KEY'),
        lines('-', 'EC PRIVATE KEY'),
        lines('> ', 'ENCRYPTED PRIVATE KEY'),
        lines('    ', 'PRIVATE KEY'),
        `     1\t${begin(RSA)}\n     2\t\${b64:64}\n    10\t\${b64:64}\n    11\t${end(RSA)}\n`,
        `${begin(RSA)}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,\${HEX:32}\n\n${LINES}\n${end(RSA)}`,
        `${begin('PGP PRIVATE KEY BLOCK')}\nVersion: GnuPG v2\n\n${LINES}\n=\${b64:4}\n${end('PGP PRIVATE KEY BLOCK')}`,
        `${begin(RSA)} \${b64:64} \${b64:64} \${b64:20} ${end(RSA)}`,
        `"${begin(RSA)}\\n" +\n  "\${b64:64}\\n" +\n  "\${b64:22}==\\n" +\n  "${end(RSA)}\\n";`.replace('==', '${?==}'),
        `${begin(RSA)}\n\${b64:64}\n\${b64:64}\nnext line of text\nand another one\n`,
      ],
      leaves: [
        `${begin('CERTIFICATE')}\n\${!b64:64}\n${end('CERTIFICATE')}`,
        `${begin('PUBLIC KEY')}\n\${!b64:64}\n${end('PUBLIC KEY')}`,
        `${begin(RSA)}\n...\n${end(RSA)}`,
        `a file that starts with "${begin(RSA)}" and then some text\nmore text\n`,
        `${begin('PRIVATE KEY')}\n<your private key>\n${end('PRIVATE KEY')}`,
        `grep -l '${begin(RSA)}' *\nfile.txt\nother.txt\n`,
        `${begin('PRIVATE KEY')}\\nMIIE...\\n${end('PRIVATE KEY')}\\n`,
      ],
    },
  },
  {
    name: 'private-key-in-base64',
    kind: 'private-key',
    family: 'key',
    anchors: [
      RSA,
      'EC PRIVATE KEY',
      'DSA PRIVATE KEY',
      'PRIVATE KEY',
      'OPENSSH PRIVATE KEY',
      'ENCRYPTED PRIVATE KEY',
      'PGP PRIVATE KEY BLOCK',
    ].map(inBase64),
    notBefore: '[A-Za-z0-9+/]',
    maxLength: LONGEST_RUN,
    begin: () => new Base64Run(),
    tests: {
      masks: [
        `client-key-data: ${inBase64(RSA)}\${b64:400}\n`,
        `key=${inBase64('PRIVATE KEY')}\${b64:76}\n\${b64:76}\n`,
      ],
      leaves: [`certificate: ${inBase64('CERTIFICATE')}\${!b64:400}`, inBase64('PRIVATE KEY')],
    },
  },
  {
    name: 'putty-private-lines',
    kind: 'private-key',
    family: 'key',
    anchors: ['Private-Lines:'],
    maxLength: LONGEST_KEY,
    begin: () => new CountedLines(),
    tests: {
      masks: ['Public-Lines: 1\n${!b64:42}\nPrivate-Lines: 2\n${b64:64}\n${b64:43}${?=}\nPrivate-MAC: '],
      leaves: ['Private-Lines: none', 'Private-Lines: 0\nabc'],
    },
  },
  {
    name: 'putty-private-mac',
    kind: 'private-key',
    family: 'key',
    anchors: ['Private-MAC: ', 'Private-Hash: '],
    secret: '[0-9a-f]{40,64}',
    tests: { masks: ['Private-MAC: ${hex:64}'], leaves: ['Private-MAC: none', 'Private-MAC: ${!hex:12}'] },
  },
  {
    name: 'age-identity',
    kind: 'private-key',
    family: 'key',
    anchors: ['AGE-SECRET-KEY-1', 'AGE-SECRET-KEY-PQ-1', 'AGE-PLUGIN-'],
    lead: '(?:[A-Z0-9-]{1,30}-1)?',
    secret: '[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{40,120}',
    tests: {
      masks: ['AGE-SECRET-KEY-1${age}', '# public key: age1${!lowernum:58}\nAGE-SECRET-KEY-1${age}\n'],
      leaves: ['AGE-SECRET-KEY-1...', 'age1${!lowernum:58}'],
    },
  },
  {
    name: 'json-web-key',
    kind: 'private-key',
    family: 'key',
    anchors: ['"d"', '"dp"', '"dq"', '"qi"', '"d\\"', '"dp\\"', '"dq\\"', '"qi\\"', "'d'"],
    lead: '\\s{0,3}:\\s{0,3}\\\\{0,3}["\']',
    secret: '[A-Za-z0-9_-]{40,700}',
    check: looksRandom,
    tests: {
      masks: [
        '{"kty":"EC","crv":"P-256","x":"${!b64url:43}","y":"${!b64url:43}","d":"${b64url:43}"}',
        '  "dp": "${b64url:171}",',
      ],
      leaves: ['{"d":"M10 10 L20 20"}', '{"d":"2026-11-25"}', '{"kty":"EC","x":"${!b64url:43}"}'],
    },
  },
  {
    name: 'json-web-key-factor',
    kind: 'private-key',
    family: 'key',
    anchors: ['"p"', '"q"', '"k"', '"p\\"', '"q\\"', '"k\\"'],
    lead: '\\s{0,3}:\\s{0,3}\\\\{0,3}"',
    secret: '[A-Za-z0-9_-]{20,400}',
    check: looksRandom,
    isAmong: (before) => /"kty\\*"/.test(before),
    tests: {
      masks: ['{"kty":"oct","k":"${b64url:43}"}', '{"kty":"RSA","n":"x","p":"${b64url:171}"}'],
      leaves: ['{"k":"${!b64url:43}"}', '{"q":"what-is-a-json-web-key-good-for"}'],
    },
  },
];
