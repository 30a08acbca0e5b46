import { randomBytes } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { maskKnownValues } from '../../src/lib/stream/mask.ts';

const secret = randomBytes(30).toString('base64');
const other = `${secret.slice(0, 20)}${randomBytes(12).toString('base64')}`;

function run(chunks: readonly Uint8Array[], values: readonly string[]): string {
  const stage = maskKnownValues(values);
  const out: Uint8Array[] = [];
  for (const chunk of chunks) out.push(...stage.push(chunk));
  out.push(...stage.flush());
  return Buffer.concat(out).toString('latin1');
}

const texts: [title: string, text: string, expected: string][] = [
  ['a value alone', secret, '[masked]'],
  ['a value in a line', `key=${secret};rest\n`, 'key=[masked];rest\n'],
  ['two values side by side', `${secret}${secret}`, '[masked][masked]'],
  ['two values that begin alike', `${other} ${secret}`, '[masked] [masked]'],
  ['text that only begins like a value', `${secret.slice(0, 12)}?!`, `${secret.slice(0, 12)}?!`],
  ['a value right after its own beginning', `${secret.slice(0, 15)}${secret}.`, `${secret.slice(0, 15)}[masked].`],
  ['text without a value', 'nothing to see\r\n\xff\x00', 'nothing to see\r\n\xff\x00'],
];

for (const [title, text, expected] of texts) {
  test(`masks ${title} the same at every split position and byte by byte`, () => {
    const bytes = Buffer.from(text, 'latin1');
    assert.is(run([bytes], [secret, other]), expected);
    for (let at = 0; at <= bytes.length; at += 1) {
      assert.is(run([bytes.subarray(0, at), bytes.subarray(at)], [secret, other]), expected, `split at ${at}`);
    }
    assert.is(
      run(
        [...bytes].map((byte) => Uint8Array.of(byte)),
        [secret, other],
      ),
      expected,
    );
  });
}

test('masks each line of a key whose line ends a terminal rewrote', () => {
  const lines = [secret, randomBytes(40).toString('base64')];
  const pem = `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
  const shown = run([Buffer.from(lines.join('\r\n'))], [pem]);
  assert.is(shown, '[masked]\r\n[masked]');
});

test('holds nothing while no candidate is open', () => {
  const stage = maskKnownValues([secret]);
  assert.is(Buffer.concat(stage.push(Buffer.from('plain!'))).toString(), 'plain!');
  assert.is(stage.holding, false);
});

test('shows a short beginning at the deadline, and still masks the value when it goes on', () => {
  const stage = maskKnownValues([secret]);
  stage.push(Buffer.from(secret.slice(0, 5)));
  assert.is(Buffer.concat(stage.expire()).toString(), secret.slice(0, 5));
  assert.is(stage.holding, false);
  const after = Buffer.concat([...stage.push(Buffer.from(`${secret.slice(5)} b`)), ...stage.flush()]).toString();
  assert.is(after, '[masked] b');
});

test('shows a short beginning at the deadline once, where it goes on as something else', () => {
  const stage = maskKnownValues([secret]);
  stage.push(Buffer.from(secret.slice(0, 5)));
  stage.expire();
  assert.is(Buffer.concat([...stage.push(Buffer.from('?!')), ...stage.flush()]).toString(), '?!');
});

test('masks an open candidate at the deadline and swallows the rest of the value', () => {
  const stage = maskKnownValues([secret]);
  stage.push(Buffer.from(`a ${secret.slice(0, 20)}`));
  assert.is(stage.holding, true);
  const atDeadline = Buffer.concat(stage.expire()).toString();
  const after = Buffer.concat([
    ...stage.push(Buffer.from(secret.slice(20, 30))),
    ...stage.push(Buffer.from(`${secret.slice(30)} b`)),
    ...stage.flush(),
  ]);
  assert.is(atDeadline, '[masked]');
  assert.is(after.toString(), ' b');
});

test('does not touch the input of a session without known values', () => {
  const stage = maskKnownValues([]);
  const chunk = Buffer.from('x');
  assert.is(stage.push(chunk)[0], chunk);
});

test.run();
