import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  BadPattern,
  compileClass,
  compilePattern,
  countStates,
  DEAD,
  PATTERN_LIMITS,
  type Pattern,
} from '../../../src/lib/stream/mask/pattern/index.ts';

function accepts(pattern: Pattern, text: string): boolean {
  let state = pattern.start;
  for (const byte of Buffer.from(text, 'latin1')) {
    state = pattern.step(state, byte);
    if (state === DEAD) return false;
  }
  return pattern.accepts(state);
}

const refused: [pattern: string, message: RegExp][] = [
  ['a*', /"\*" has no bound: write \{0,n\}.*\(at character 2\)/],
  ['a+', /"\+" has no bound: write \{1,n\}/],
  ['a{3,}', /"\{3,\}" has no bound/],
  ['(ab){2,}c', /has no bound.*\(at character 5\)/],
  ['a??', /every match is the longest/],
  ['a{1,2}?', /every match is the longest/],
  ['a{2}{3}', /repetition of a repetition/],
  ['a?*', /repetition of a repetition/],
  ['?a', /nothing to repeat/],
  ['(|*)', /nothing to repeat/],
  ['{2}', /nothing to repeat/],
  ['a{', /begins no repetition/],
  ['a{x}', /begins no repetition/],
  ['a{,3}', /begins no repetition/],
  ['a{3,2}', /ends below where it begins/],
  ['a{9999999999}', /begins no repetition/],
  ['^a', /"\^" is an assertion/],
  ['a$', /"\$" is an assertion/],
  ['\\bfoo', /"\\b" is an assertion/],
  ['(?=a)', /nothing looks ahead/],
  ['(?!a)', /nothing looks ahead/],
  ['(?<=a)b', /nothing looks ahead/],
  ['(?<name>a)', /no name or flag/],
  ['(?i)a', /no name or flag/],
  ['(a)\\1', /refers back/],
  ['\\k', /not known here/],
  ['\\u0041', /not known here/],
  ['\\cA', /not known here/],
  ['\\0', /not known here/],
  ['\\x4', /two hexadecimal digits/],
  ['a\\', /needs a character after it/],
  ['[a\\', /needs a character after it/],
  ['(a', /"\(" is never closed \(at character 1\)/],
  ['a)', /"\)" closes no group/],
  ['[a', /"\[" is never closed/],
  ['[]', /empty class/],
  ['[^]', /empty class/],
  ['[z-a]', /range ends before it begins/],
  ['[\\w-z]', /hyphen last/],
  ['[a-\\d]', /hyphen last/],
  ['[[:alpha:]]', /a-zA-Z/],
  ['[^\\x00-\\xff]', /no byte in it/],
  ['[\\s\\b]', /assertion/],
  ['é', /bytes of UTF-8/],
  ['[é]', /bytes of UTF-8/],
  ['[^\\w\\W]', /no byte in it/],
];

for (const [pattern, message] of refused) {
  test(`refuses ${pattern} and says why`, () => {
    assert.throws(
      () => compilePattern(pattern),
      (error: unknown) => {
        assert.instance(error, BadPattern);
        assert.match((error as BadPattern).message, message);
        return true;
      },
    );
  });
}

const matching: [pattern: string, yes: readonly string[], no: readonly string[]][] = [
  ['', [''], ['a']],
  ['abc', ['abc'], ['ab', 'abcd', 'abC']],
  ['a|ab|', ['', 'a', 'ab'], ['b', 'aab']],
  ['(?:a|ab)(c|bcd)', ['ac', 'abc', 'abcd', 'abbcd'], ['ab', 'abbc']],
  ['[A-Za-z0-9_]{3,5}', ['abc', 'A_9', 'zzzzz'], ['ab', 'zzzzzz', 'a-c']],
  ['[^"\\\\\\n]{1,3}', ['a', '\xc3\xa9', '\r'], ['"', '\\', '\n', 'aaaa']],
  ['(?:[^"\\\\\\n]|\\\\.){0,3}"', ['"', 'a\\""', '\\\\"'], ['\\"', '\\\n"']],
  ['.', ['a', '\xff', '\x00', '\t'], ['\n', '\r', '']],
  ['\\s', [' ', '\t', '\n', '\r', '\v', '\f'], ['\xa0', 'a']],
  ['\\S', ['\xa0', 'a'], [' ', '\n']],
  ['[-a]', ['-', 'a'], ['b']],
  ['[a-]', ['-', 'a'], ['b']],
  ['[\\w.-]', ['-', '.', 'a'], [',']],
  ['[\\]\\[^]', [']', '[', '^'], ['a']],
  ['[\\x20-\\x7e]{2}', [' ~', 'ab'], ['\x1f~', '\x7fa']],
  ['\\x1b\\[', ['\x1b['], ['[']],
  ['}]', ['}]'], ['}']],
  ['a{0}b', ['b'], ['ab', '']],
  ['(a{0,2}){2,3}', ['', 'a', 'aaaaaa'], ['aaaaaaa']],
  ['(a?|b){3}', ['', 'ab', 'bbb', 'aba'], ['abab']],
];

for (const [pattern, yes, no] of matching) {
  test(`/${pattern}/ matches just what it says`, () => {
    const compiled = compilePattern(pattern);
    for (const text of yes) assert.ok(accepts(compiled, text), JSON.stringify(text));
    for (const text of no) assert.not.ok(accepts(compiled, text), JSON.stringify(text));
  });
}

test('a counter of wide spread asks for its minimum and leaves the maximum to whoever steps', () => {
  const pattern = compilePattern('x[a-z]{8,4096}');
  assert.is(pattern.minLength, 9);
  assert.is(pattern.maxLength, 4097);
  assert.not.ok(accepts(pattern, `x${'a'.repeat(7)}`));
  assert.ok(accepts(pattern, `x${'a'.repeat(8)}`));
  assert.ok(accepts(pattern, `x${'a'.repeat(4096)}`));
  assert.is(countStates(pattern), 10);
});

test('two candidates in the run of a wide counter are in the same state, and a step within it stays there', () => {
  const pattern = compilePattern('[a-z]{8,4096}');
  let state = pattern.start;
  for (let count = 0; count < 9; count++) state = pattern.step(state, 0x61);
  assert.is(pattern.step(state, 0x7a), state);
});

test('a state keeps its meaning whatever is stepped later', () => {
  const pattern = compilePattern('(a|b){2,9}c(d|ef){1,40}');
  const early = pattern.step(pattern.step(pattern.start, 0x61), 0x62);
  countStates(pattern);
  assert.ok(pattern.accepts(pattern.step(pattern.step(early, 0x63), 0x64)));
});

const tooLarge: [what: string, pattern: string, message: RegExp][] = [
  ['a long source', 'a'.repeat(2001), /longer than 2000 characters/],
  ['deep nesting', `${'('.repeat(60)}a${')'.repeat(60)}`, /nested more than 50 deep/],
  ['multiplied counters', '((((a{9}){9}){9}){9}){9}', /more than 4000 parts/],
  ['counters that multiply past numbers', `${'('.repeat(49)}a${'{999999999})'.repeat(49)}`, /longer than 65536 bytes/],
  ['an empty group repeated', '(){999999999}', /more than 4000 parts/],
  ['a long match', 'a{65537}', /longer than 65536 bytes/],
  ['many parts in a row', 'a{3000}b{3000}', /more than 4000 parts/],
];

for (const [what, pattern, message] of tooLarge) {
  test(`refuses ${what} within 50 ms`, () => {
    const began = performance.now();
    assert.throws(() => compilePattern(pattern), message);
    assert.ok(performance.now() - began < 50);
  });
}

const tooIntricate = ['(a|b){0,64}a(a|b){20}', '((a{1,20}) ?){1,20}', '(.{0,60}a){0,20}b', '([ab]{0,30}){0,60}c'];

for (const pattern of tooIntricate) {
  test(`counts /${pattern}/ within a second and knows whether it may run`, () => {
    const began = performance.now();
    try {
      assert.ok(countStates(compilePattern(pattern)) <= PATTERN_LIMITS.states);
    } catch (error) {
      assert.instance(error, BadPattern);
      assert.match((error as BadPattern).message, /let fewer repetitions overlap/);
    }
    assert.ok(performance.now() - began < 1000);
  });
}

test('refuses to run into more states than the limit', () => {
  assert.throws(() => countStates(compilePattern('(a|b){0,64}a(a|b){20}')), /more than 5000 states/);
});

test('a class stands alone or in brackets, and nothing else is one', () => {
  assert.is(compileClass('[A-Fa-f0-9]').filter(Boolean).length, 22);
  assert.is(compileClass('\\w').filter(Boolean).length, 63);
  assert.is(compileClass('[^\\n]')[0x0a], 0);
  assert.is(compileClass('[^\\n]')[0xff], 1);
  for (const source of ['', 'a', '[a]b', '[a]{2}', '(a)', '.']) assert.throws(() => compileClass(source), /class/);
});

test.run();
