import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  compileClass,
  compilePattern,
  DEAD,
  NOWHERE,
  PatternReader,
} from '../../../src/lib/stream/mask/pattern/index.ts';

interface Outcome {
  readonly isAlive: boolean;
  readonly matchEnd: number;
  readonly isMatch: boolean;
}

/** One step after the other, and nothing remembered. */
function readBySteps(source: string, text: Buffer, from: number, notAfter: Uint8Array | null): Outcome {
  const pattern = compilePattern(source);
  let { start: state } = pattern;
  let matchEnd = NOWHERE;
  for (let at = from; at < text.length; at++) {
    const byte = text[at] as number;
    if (pattern.accepts(state) && (notAfter === null || notAfter[byte] === 0)) matchEnd = at;
    const next = pattern.step(state, byte);
    if (next === DEAD) return { isAlive: false, matchEnd, isMatch: pattern.accepts(state) };
    state = next;
  }
  if (pattern.accepts(state) && notAfter === null) matchEnd = text.length;
  return { isAlive: true, matchEnd, isMatch: pattern.accepts(state) };
}

const cases: [what: string, pattern: string, text: string, notAfter: string | null][] = [
  ['a run', '[a-z]{3,200}', `${'a'.repeat(60)}-${'b'.repeat(60)}`, null],
  ['a run that something may not follow', '[a-z]{3,200}', `${'a'.repeat(60)}!${'b'.repeat(60)}`, '[!]'],
  ['a run whose own characters may not follow it', '[a-z0-9]{3,200}', 'abc0'.repeat(30), '[a-z]'],
  ['an end that comes late', '[a-z]{0,200}!', `${'a'.repeat(90)}!`, null],
  ['an end that never comes', '[a-z]{0,200}!', 'a'.repeat(90), null],
  ['what may be empty', '(?:=[a-z]{0,90})?', '='.repeat(40), null],
  ['counters', '[a-f]{2,9}(?:-[a-f]{4}){2}', 'abcd-abcd-abcd-abcd-'.repeat(4), '[-]'],
];

for (const [what, source, text, follower] of cases) {
  test(`reads ${what} from any place, in pieces of any length, as step by step`, () => {
    const bytes = Buffer.from(text);
    const notAfter = follower === null ? null : compileClass(follower);
    for (const length of [1, 2, 7, 64, bytes.length]) {
      const reader = new PatternReader(compilePattern(source));
      for (let from = 0; from < bytes.length; from++) {
        reader.begin(from + 1000);
        let isAlive = true;
        for (let end = from; isAlive && end < bytes.length; ) {
          end = Math.min(bytes.length, end + length);
          isAlive = reader.read(bytes, 1000, end + 1000, notAfter);
        }
        const expected = readBySteps(source, bytes, from, notAfter);
        assert.is(isAlive, expected.isAlive);
        assert.is(reader.matchEnd, expected.matchEnd === NOWHERE ? NOWHERE : expected.matchEnd + 1000);
        assert.is(reader.isMatch, expected.isMatch);
      }
    }
  });
}

test('readings that begin in a row skip the run that the first one read', () => {
  const pattern = compilePattern('[a-z]{0,60000}!');
  let steps = 0;
  const counted = new Proxy(new Uint8Array(Buffer.from('a'.repeat(50_000))), {
    get: (bytes, key) => {
      steps += 1;
      return bytes[key as keyof Uint8Array];
    },
  });
  const reader = new PatternReader(pattern);
  for (let from = 0; from < 1000; from++) {
    reader.begin(from);
    assert.ok(reader.read(counted, 0, 50_000, null));
    assert.is(reader.position, 50_000);
  }
  assert.ok(steps < 60_000, `${steps} bytes were looked at`);
});

test.run();
