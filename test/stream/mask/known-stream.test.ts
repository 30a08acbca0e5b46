// Known values in a stream, cut at every place, and what becomes of a beginning at a deadline.
import { randomBytes } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { knownMask, withOneMask } from '../../helpers/known-mask.ts';

const secret = randomBytes(30).toString('base64');
const other = `${secret.slice(0, 20)}${randomBytes(12).toString('base64')}`;

function run(chunks: readonly Uint8Array[], values: readonly string[]): string {
  const stage = knownMask(...values);
  const out: Uint8Array[] = [];
  for (const chunk of chunks) out.push(...stage.push(chunk));
  out.push(...stage.flush());
  return withOneMask(Buffer.concat(out).toString('latin1'));
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
  const stage = knownMask(secret);
  assert.is(Buffer.concat(stage.push(Buffer.from('plain!'))).toString(), 'plain!');
  assert.is(stage.holding, false);
});

test('shows a short beginning at the deadline, and still masks the value when it goes on', () => {
  const stage = knownMask(secret);
  stage.push(Buffer.from(secret.slice(0, 5)));
  assert.is(Buffer.concat(stage.expire()).toString(), secret.slice(0, 5));
  assert.is(stage.holding, false);
  const after = Buffer.concat([...stage.push(Buffer.from(`${secret.slice(5)} b`)), ...stage.flush()]).toString();
  assert.is(withOneMask(after), '[masked] b');
});

test('shows a short beginning at the deadline once, where it goes on as something else', () => {
  const stage = knownMask(secret);
  stage.push(Buffer.from(secret.slice(0, 5)));
  stage.expire();
  assert.is(Buffer.concat([...stage.push(Buffer.from('?!')), ...stage.flush()]).toString(), '?!');
});

test('masks an open candidate at the deadline and swallows the rest of the value', () => {
  const stage = knownMask(secret);
  stage.push(Buffer.from(`a ${secret.slice(0, 20)}`));
  assert.is(stage.holding, true);
  const atDeadline = Buffer.concat(stage.expire()).toString();
  const after = Buffer.concat([
    ...stage.push(Buffer.from(secret.slice(20, 30))),
    ...stage.push(Buffer.from(`${secret.slice(30)} b`)),
    ...stage.flush(),
  ]);
  assert.is(withOneMask(atDeadline), '[masked]');
  assert.is(after.toString(), ' b');
});

test('lets everything pass at once where no value is known', () => {
  const stage = knownMask();
  assert.is(Buffer.concat(stage.push(Buffer.from('x'))).toString(), 'x');
  assert.is(stage.holding, false);
});

/** What the whole text becomes, said the slow way: overlapping places merge, each becomes one mask. */
function expectedOf(text: string, values: readonly string[]): string {
  const hidden = new Array<number>(text.length).fill(-1);
  let masks = 0;
  for (let at = 0; at < text.length; at += 1) {
    const longest = Math.max(0, ...values.filter((value) => text.startsWith(value, at)).map((value) => value.length));
    if (longest === 0) continue;
    const mask = hidden[at] === -1 ? masks++ : (hidden[at] as number);
    hidden.fill(mask, at, at + longest);
  }
  return hidden.map((mask, at) => (mask === -1 ? text[at] : mask === hidden[at - 1] ? '' : '[masked]')).join('');
}

test('values that overlap are masked to the end of the last one, at every two splits', () => {
  const [a, b] = ['abcdefgh-SHARED', 'SHARED-ijklmnop'];
  for (const text of [`x${a}-ijklmnop y`, `${a}${b}`, `${b}${a}-ijk.`, `${a}-ijklmnoX`]) {
    const expected = expectedOf(text, [a, b]);
    assert.not.match(expected, /cdefgh|klmnop/);
    const bytes = Buffer.from(text);
    for (let one = 0; one <= bytes.length; one += 1) {
      for (let two = one; two <= bytes.length; two += 1) {
        const chunks = [bytes.subarray(0, one), bytes.subarray(one, two), bytes.subarray(two)];
        assert.is(run(chunks, [a, b]), expected, `${text} split at ${one} and ${two}`);
      }
    }
  }
});

test('random text over few letters is masked as the whole text would be, however it is cut', () => {
  let seed = 99;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  const word = (length: number) => Array.from({ length }, () => 'ab'[random(2)]).join('');
  for (let round = 0; round < 3000; round += 1) {
    const values = [word(12), word(13), `${word(6)}${word(8)}`];
    // Ends in what begins no value, since the end of the stream decides about an open one.
    const text = `${Array.from({ length: 6 }, () => (random(2) ? (values[random(3)] as string) : word(random(9)))).join('')}.`;
    const bytes = Buffer.from(text);
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + random(7);
      chunks.push(bytes.subarray(at, at + size));
      at += size;
    }
    assert.is(run(chunks, values), expectedOf(text, values), `${text} with ${values.join(' ')}`);
  }
});

test('a second value that may have begun under a mask is hidden at the end of output, not shown in part', () => {
  assert.is(run([Buffer.from('abcdefgh-SHARED-ijk')], ['abcdefgh-SHARED', 'SHARED-ijklmnop']), '[masked]');
});

test('a value that repeats itself leaves no end behind', () => {
  assert.is(run([Buffer.from('abababababababab.')], ['abababababab']), '[masked].');
});

test('a beginning at the end of output is masked, unless it is short', () => {
  for (const length of [8, 9, 20, secret.length - 1]) {
    assert.is(run([Buffer.from(`end ${secret.slice(0, length)}`)], [secret]), 'end [masked]', `${length} bytes`);
  }
  assert.is(run([Buffer.from(`end ${secret.slice(0, 7)}`)], [secret]), `end ${secret.slice(0, 7)}`);
});

test('a value that drips past every deadline shows its first seven bytes at most', () => {
  for (const step of [1, 2, 3, 5, 7]) {
    const stage = knownMask(secret);
    const out: Uint8Array[] = [];
    for (let at = 0; at < secret.length; at += step) {
      out.push(...stage.push(Buffer.from(secret.slice(at, at + step))), ...stage.expire());
    }
    out.push(...stage.push(Buffer.from(' after')), ...stage.flush());
    const shown = withOneMask(Buffer.concat(out).toString());
    assert.match(shown, /^.{0,7}\[masked\] after$/, `steps of ${step}`);
    assert.equal([...stage.counts], [['known', 1]]);
  }
});

test('beginnings that never go on are shown whole and in order, deadline or not', () => {
  const stage = knownMask(secret);
  const text = `${secret.slice(0, 3)}|${secret.slice(0, 7)}|${secret.slice(0, 1)}`;
  const out = [...text].flatMap((letter) => [...stage.push(Buffer.from(letter)), ...stage.expire()]);
  assert.is(Buffer.concat([...out, ...stage.flush()]).toString(), text);
});

test('never holds more than the longest value, whatever comes', () => {
  const stage = knownMask('aaaaaaaaaaaaaaab');
  let out = 0;
  for (let round = 0; round < 1000; round += 1) {
    for (const piece of stage.push(Buffer.alloc(100, 'a'))) out += piece.length;
  }
  assert.ok(out >= 100_000 - 15);
});

test('a caller may use its buffer again at once', () => {
  const stage = knownMask(secret);
  const buffer = Buffer.from(secret.slice(0, 10));
  stage.push(buffer);
  buffer.fill(0x2e);
  assert.is(
    withOneMask(Buffer.concat([...stage.push(Buffer.from(secret.slice(10))), ...stage.flush()]).toString()),
    '[masked]',
  );
});

test.run();
