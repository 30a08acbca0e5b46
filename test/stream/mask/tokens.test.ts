// timeout: 240
// Tokens where people and programs write them, and what looks like tokens and is none.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expandExample } from '../../../src/lib/stream/mask/examples.ts';
import type { Rule } from '../../../src/lib/stream/mask/rule.ts';
import { RULES } from '../../../src/lib/stream/mask/rules/index.ts';
import { findByReference, maskByReference } from '../../helpers/reference-mask.ts';

const TOKEN_RULES: readonly Rule[] = RULES.filter(({ family }) => family === 'token');

const tokens = suite('tokens');

/** Tokens of every form of alphabet and prefix; what is before the first `${` is public. */
const TOKENS: readonly string[] = [
  'ghp_${alnum:36}',
  'glpat-${b64url:20}',
  'AKIA${base32:16}',
  'AIza${b64url:35}',
  'xoxb-${digit:12}${?-}${digit:13}${?-}${alnum:24}',
  'sk_live_${alnum:24}',
  'sk-proj-${b64url:74}${?T3BlbkFJ}${b64url:74}',
  'sk-ant-api03-${b64url:93}${?AA}',
  'sk-${alnum:48}',
  'hf_${letters:34}',
  'npm_${alnum:36}',
  'dop_v1_${hex:64}',
  'SG.${b64url:22}${?.}${b64url:43}',
  'hvs.${b64url:24}',
  'dapi${hex:32}',
  'LTAI${alnum:20}',
  'key-${hex:32}',
  'AKCp${alnum:69}',
  'eyJ${?hbGciOiJIUzI1NiJ9.}${base64urlof:60}${?.}${base64urlof:32}',
];

/** What stands around tokens. Neither side may be touched. */
const SURROUNDINGS: readonly (readonly [before: string, after: string])[] = [
  ['"', '"'],
  ["'", "',"],
  ['`', '`'],
  ['(', ')'],
  ['[', ']'],
  ['<b>', '</b>'],
  ['token is ', '. Then it'],
  ['both ', ', and'],
  ['token=', '&next=1'],
  ['token%3D', '%26next'],
  ['token%20', '%20next'],
  ['{\\"token\\":\\"', '\\"}'],
  ['"first line\\n', '\\nlast line"'],
  ['a\\t', '\\tb'],
  ['\\u001b[31m', '\\u001b[0m'],
  ['TOKEN=', '\r\n'],
  ['- ', '\n- '],
  ['| ', ' |'],
  ['x-api-key:', '\n'],
  ['https://user:', '@example.com/'],
];

for (const example of TOKENS) {
  tokens(`masks ${example.split('${')[0]}… wherever it stands, and nothing around it`, () => {
    for (const [before, after] of SURROUNDINGS) {
      const { text, secrets } = expandExample(example, before.length * 31 + after.length);
      const masked = maskByReference(TOKEN_RULES, before + text + after);
      for (const secret of secrets) assert.not.ok(masked.includes(secret), `${before}…${after}: ${masked}`);
      assert.ok(masked.startsWith(before) && masked.endsWith(after), `${before}…${after}: ${masked}`);
    }
  });
}

tokens('masks what stands behind another token at once', () => {
  const { text, secrets } = expandExample('ghp_${alnum:36},glpat-${b64url:20} npm_${alnum:36}', 7);
  const masked = maskByReference(TOKEN_RULES, text);
  assert.is(masked, 'ghp_[github-token],glpat-[gitlab-token] npm_[npm-token]');
  assert.is(secrets.length, 3);
});

/** Texts that hold nothing secret, however random they look. */
const LOOK_ALIKES: readonly string[] = [
  // Hashes, ids and digests.
  'commit ${hex:40}\nAuthor: a\n\nindex ${hex:7}..${hex:7} 100644',
  'sha256:${hex:64} sha512-${b64:86}== md5 ${hex:32}',
  '"integrity": "sha512-${b64:86}==", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz"',
  'h1:${b64:43}= go.sum github.com/a/b v1.2.3-0.20240102150405-${hex:12}',
  '${uuid} ${uuid} request_id=${uuid} trace=${hex:32} span=${hex:16}',
  '00-${hex:32}-${hex:16}-01 traceparent, ETag: W/"${hex:32}", x-amz-request-id: ${uppernum:16}',
  'arn:aws:iam::${digit:12}:role/ci AROA${uppernum:17} AIDA${uppernum:17} i-0${hex:16} vpc-${hex:17}',
  'Image ID: docker-pullable://nginx@sha256:${hex:64}\n  Container ID: containerd://${hex:64}',
  'pod/web-7d9f8b6c5d-${lowernum:5} replicaset.apps/web-${lowernum:10}',
  // Binary data as text.
  'data:image/png;base64,iVBORw0KGgo${b64:600}==',
  'data:font/woff2;base64,d09GMgABAAAAA${b64:900}=',
  'data:application/wasm;base64,AGFzbQEAAAABBwFgAn9/AX8D${b64:200}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA${b64:400}',
  '-----BEGIN CERTIFICATE-----\nMII${b64:61}\n${b64:64}\n${b64:64}\n-----END CERTIFICATE-----',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${b64:43} kim@laptop',
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ${b64:300} kim@laptop',
  'begin 644 a.bin\nM${A-Z0-9:60}\nM${A-Z0-9:60}\nend',
  '00000000  ${hex:2} ${hex:2} 00 00 ${hex:2} 00 00 00  |........|',
  // Public identifiers and publishable keys.
  'pk_live_${alnum:24} pk_test_${alnum:99} sb_publishable_${b64url:31} phc_${alnum:43} sq0idp-${b64url:22}',
  'AC${hex:32} ${digit:12}-${lowernum:32}.apps.googleusercontent.com 6L${b64url:38}',
  'G-${uppernum:10} UA-${digit:8}-1 GTM-${uppernum:7} ca-pub-${digit:16}',
  'pk.eyJ1Ijoi${b64url:60}.${b64url:22}',
  'client_id=${uuid}&tenant=${uuid}&state=${b64url:24}',
  // Code that speaks of tokens.
  'const token = process.env.GITHUB_TOKEN; if (!token.startsWith("ghp_")) throw new Error("expected ghp_…");',
  'export OPENAI_API_KEY=sk-... # or sk-proj-...',
  `GITHUB_TOKEN=ghp_${'x'.repeat(36)} and xoxb-${'x'.repeat(12)}-${'x'.repeat(12)}-${'x'.repeat(24)}`,
  ['AKIA', 'IOSFODNN7EXAMPLE wJalrXUtnFEMI/', 'K7MDENG/bPxRfiCYEXAMPLEKEY'].join(''),
  'regex: /ghp_[A-Za-z0-9]{36}/, /AKIA[0-9A-Z]{16}/, /sk-[a-zA-Z0-9]{48}/, /xox[baprs]-[0-9a-zA-Z-]+/',
  '--token <token> --api-key $API_KEY -H "PRIVATE-TOKEN: ${?$}{TOKEN}" key-${hex:16} sk-circle risk-${hex:32} desk-lamp',
  'task-${hex:32} disk-${hex:32} flask-${alnum:32} mask-${hex:48}',
  'hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX',
  'eyJ is how base64 of {" begins; header.payload.signature; a.b.c; www.example.com; 10.0.0.1',
  'class="sk-chasing-dots sk-child" data-re_id="re_${digit:6}" fw_version hf_transfer gsk_value r8_reg t1.name s.length',
  // Logs.
  '2026-01-02T00:00:00.000Z INFO 10.0.0.1:5432 -> 10.0.0.2:00 status=200 00:00:00.001 0000000000000000000000000000000000000000',
  'npm http fetch GET 200 https://registry.npmjs.org/@scope%2fname 120ms (cache miss) _resolved _integrity _auth',
  'READY 1/1 Running 2/2 0 5d Asana 1/1 page 4/0A 1//0 https://a.example//0${b64url:12}',
];

tokens('finds nothing in what only looks random', () => {
  for (const example of LOOK_ALIKES) {
    for (let seed = 1; seed <= 12; seed++) {
      const { text } = expandExample(
        example.replaceAll('$' + '{', '$' + '{!').replaceAll('$' + '{!?', '$' + '{?'),
        seed,
      );
      assert.equal(
        findByReference(TOKEN_RULES, text).map(({ rule, from, to }) => `${rule}: ${text.slice(from - 9, to + 9)}`),
        [],
      );
    }
  }
});

tokens.run();
