// Private keys however they are written: what the rules' own examples say, and texts around a key that must stay.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expandExample } from '../../../src/lib/stream/mask/examples.ts';
import { PRIVATE_KEY_RULES } from '../../../src/lib/stream/mask/rules/private-keys.ts';
import { maskByReference, provesExamples } from '../../helpers/reference-mask.ts';

const begin = (what: string) => `-----${'BEGIN'} ${what}-----`;
const end = (what: string) => `-----${'END'} ${what}-----`;
const mask = (text: string) => maskByReference(PRIVATE_KEY_RULES, text);
const draw = (example: string) => expandExample(example, 5).text;
const KEY = 'PRIVATE KEY';

for (const rule of PRIVATE_KEY_RULES) {
  test(`the examples beside ${rule.name} hold`, () => {
    for (let seed = 1; seed <= 10; seed++) assert.equal(provesExamples(rule, seed), []);
  });
}

test('each line of a block becomes a mask of its own, so that lines stay lines', () => {
  const text = draw(`a\n${begin(KEY)}\n\${b64:64}\n\${b64:64}\n\${b64:10}==\n${end(KEY)}\nb\n`);
  assert.is(mask(text), `a\n${begin(KEY)}\n[private-key]\n[private-key]\n[private-key]\n${end(KEY)}\nb\n`);
});

test('a key on one line with written-out line ends becomes one mask', () => {
  const text = draw(`"${begin(KEY)}\\n\${b64:64}\\n\${b64:64}\\n\${b64:10}==\\n${end(KEY)}\\n"`);
  assert.is(mask(text), `"${begin(KEY)}\\n[private-key]\\n${end(KEY)}\\n"`);
});

test('without an end, what follows the key is shown', () => {
  const text = draw(`${begin(KEY)}\n\${b64:64}\n\${b64:64}\n$ ls\nfile.txt  other.txt\n\${!b64:64}\ndone\n`);
  const [, , , ...rest] = text.split('\n');
  assert.ok(mask(text).includes('$ ls\nfile.txt  other.txt\n'));
  assert.ok(mask(text).endsWith('done\n'), rest.join());
});

test('a line of another program between the lines of a key stays', () => {
  const at = (second: number) => `2026-11-25T10:00:${second}Z app[7]: `;
  const text = draw(
    `${at(10)}${begin(KEY)}\n${at(10)}\${b64:64}\n${at(11)}GET /health 200\n${at(11)}\${b64:64}\n${at(12)}${end(KEY)}\n`,
  );
  assert.is(mask(text).split('[private-key]').length, 3);
  assert.ok(mask(text).includes('app[7]: GET /health 200\n'));
});

test('a key is found in lines that run into each other, as those of exactly the terminal width do', () => {
  const prefix = '[pod/web-0/app] ';
  const text = draw(
    `${prefix}${begin(KEY)}\n${prefix}\${b64:64}${prefix}\${b64:64}${prefix}\${b64:20}==\n${prefix}${end(KEY)}\n`,
  );
  assert.is(
    mask(text),
    `${prefix}${begin(KEY)}\n${prefix}[private-key]${prefix}[private-key]${prefix}[private-key]\n${prefix}${end(KEY)}\n`,
  );
  const waiting = draw(`${begin(KEY)}\n\${b64:64}wait...\r\${b64:64}wait...\r${end(KEY)}\n`);
  assert.is(mask(waiting).split('[private-key]').length, 3);
});

test('line numbers of any length before the lines of a key stay', () => {
  const body = Array.from({ length: 24 }, (_, n) => draw(`${n + 2}:\${b64:64}`)).join('\n');
  const masked = mask(`1:${begin(KEY)}\n${body}\n26:${end(KEY)}\n`);
  assert.is(masked.split('[private-key]').length, 25);
  assert.ok(masked.endsWith(`\n26:${end(KEY)}\n`));
});

test('two keys and a certificate between them: the certificate stays', () => {
  const certificate = draw(`${begin('CERTIFICATE')}\n\${b64:64}\n\${b64:64}\n${end('CERTIFICATE')}\n`);
  const key = draw(`${begin(KEY)}\n\${b64:64}\n${end(KEY)}\n`);
  assert.ok(mask(key + certificate + key).includes(certificate));
  assert.is(mask(key + certificate + key).split('[private-key]').length, 3);
});

test('no more than 16 KiB are swallowed', () => {
  const text = `${begin(KEY)}\n${draw('${b64:64}\n').repeat(400)}`;
  const masked = mask(text);
  assert.ok(masked.length > 64 * 100, `${masked.length}`);
});

test.run();
