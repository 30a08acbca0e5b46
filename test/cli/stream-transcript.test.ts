// What a program in a cluster wrote, line by line: each line says of which stream it is, and no text can say it in its place.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { streamTranscript } from '../../src/lib/cli/stream-transcript.ts';

const test = suite('stream-transcript');

function transcript(...pieces: readonly (readonly [string, string])[]): string {
  const { push, flush } = streamTranscript();
  return pieces.map(([stream, text]) => push(stream, text)).join('') + flush();
}

test('lines are the same wherever a stream is cut', () => {
  const text = 'one\r\ntwo\n\nfour\u001b[31m\nfive';
  const whole = transcript(['stdout', text]);
  assert.is(whole, 'stdout | one\nstdout | two\nstdout | \nstdout | four\\u{1b}[31m\nstdout | five\n');
  for (let size = 1; size < text.length; size += 1) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
      text.slice(at * size, (at + 1) * size),
    );
    assert.is(transcript(...pieces.map((piece) => ['stdout', piece] as const)), whole, `${size} at a time`);
  }
});

test('a line that another stream breaks goes on with a mark of its own', () => {
  assert.is(
    transcript(
      ['stdout', 'name? '],
      ['stdin', 'ann\n'],
      ['stdout', 'hi\nand '],
      ['stderr', 'oops\n'],
      ['stdout', 'so on\n'],
    ),
    'stdout | name? \nstdin  | ann\nstdout … hi\nstdout | and \nstderr | oops\nstdout … so on\n',
  );
});

test('no text can pass for a line of another stream, nor act on a terminal', () => {
  for (const end of [
    '\n',
    '\r',
    '\r\n',
    '\u2028',
    '\u2029',
    '\u0085',
    '\v',
    '\f',
    '\u001b[1E',
    '\u001bE',
    '\u009b1E',
  ]) {
    const printed = transcript(['stdout', `a${end}stdin  | forged${end}`]);
    for (const line of printed.split('\n').slice(0, -1)) assert.match(line, /^stdout [|…] /);
    assert.not.match(printed, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
  }
  assert.is(transcript(['std\n| out\u001b[2J', 'x\n']).split('\n')[0]?.includes('\u001b'), false);
});

test('a line without an end is cut, and nothing of it is held or lost', () => {
  const { push, flush } = streamTranscript();
  let printed = '';
  for (let count = 0; count < 1000; count += 1) printed += push('stdout', 'x'.repeat(1000));
  const lines = (printed + flush()).split('\n').slice(0, -1);
  assert.ok(lines.every((line) => line.length < 5000));
  assert.is(lines.map((line) => line.slice(9)).join(''), 'x'.repeat(1_000_000));
  assert.ok(lines.slice(1).every((line) => line.startsWith('stdout … ')));
});

test.run();
