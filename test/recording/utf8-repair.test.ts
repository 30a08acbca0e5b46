import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Utf8Repair } from '../../src/lib/recording/utf8-repair.ts';

const bytes = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));

const VECTORS: readonly [string, Buffer][] = [
  ['ASCII', bytes('plain text\r\n\u001b[1m')],
  ['every length of character', bytes('aé€😀z')],
  ['a byte order mark', bytes([0xef, 0xbb, 0xbf], 'x')],
  ['a lone continuation byte', bytes('a', [0x80], 'b')],
  ['a lead byte without its rest', bytes('a', [0xe2, 0x82], 'b')],
  ['an overlong form', bytes([0xc0, 0xaf, 0xe0, 0x80, 0xaf, 0xf0, 0x80, 0x80, 0xaf])],
  ['a surrogate', bytes([0xed, 0xa0, 0x80, 0xed, 0xbf, 0xbf])],
  ['beyond U+10FFFF', bytes([0xf4, 0x90, 0x80, 0x80, 0xf5, 0x80, 0x80, 0x80])],
  ['lead bytes in a row', bytes([0xf0, 0x9f, 0xf0, 0x9f, 0x98, 0xe2, 0xc3, 0xc3, 0xa9])],
  ['an end in the middle', bytes('x', [0xf0, 0x9f, 0x98])],
  ['line separators', bytes('\u2028\u2029\u0085')],
  ['bytes that never occur', bytes([0xfe, 0xff], 'é', [0xff])],
];

function repair(chunks: readonly Uint8Array[]): string {
  const stage = new Utf8Repair();
  return Buffer.concat([...chunks.map((chunk) => Buffer.from(stage.push(chunk))), stage.flush()]).toString('utf8');
}

for (const [name, vector] of VECTORS) {
  const expected = new TextDecoder('utf-8', { ignoreBOM: true }).decode(vector);

  test(`${name}: any two cuts give what the Encoding Standard gives for the whole`, () => {
    assert.is(repair([vector]), expected);
    for (let a = 0; a <= vector.length; a += 1) {
      for (let b = a; b <= vector.length; b += 1) {
        assert.is(
          repair([vector.subarray(0, a), vector.subarray(a, b), vector.subarray(b)]),
          expected,
          `cut at ${a}, ${b}`,
        );
      }
    }
  });

  test(`${name}: one byte at a time`, () => {
    assert.is(repair([...vector].map((byte) => Uint8Array.of(byte))), expected);
  });
}

test('random bytes in random chunks give what the Encoding Standard gives', () => {
  let seed = 12345;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  const interesting = [0x41, 0x80, 0xbf, 0xc2, 0xc3, 0xe0, 0xa0, 0xe2, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xff];
  for (let round = 0; round < 2000; round += 1) {
    const whole = Buffer.from(Array.from({ length: random(24) }, () => interesting[random(interesting.length)] ?? 0));
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < whole.length; ) {
      const size = 1 + random(5);
      chunks.push(whole.subarray(at, at + size));
      at += size;
    }
    assert.is(repair(chunks), new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole), whole.toString('hex'));
  }
});

test('what it returns is not disturbed by a caller that reuses its buffer', () => {
  const stage = new Utf8Repair();
  const buffer = Buffer.from([0xe2, 0x82]);
  stage.push(buffer);
  buffer.fill(0x41);
  assert.is(stage.push(Uint8Array.of(0xac)).toString(), '€');
});

test.run();
