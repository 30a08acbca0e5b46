// Frames taken out of a stream, at every way of cutting it.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inSequence, MAX_FRAME_BYTES, takeFrames } from '../../src/lib/stream/frames.ts';
import { knownMask, withOneMask } from '../helpers/known-mask.ts';

const MARKS = { begin: '<<s-1:', end: ':s-1>>' };

function through(pieces: readonly string[]): { readonly output: string; readonly frames: readonly string[] } {
  const frames: string[] = [];
  const stage = takeFrames(MARKS, (content) => frames.push(content.toString()));
  const out = [...pieces.flatMap((piece) => stage.push(Buffer.from(piece))), ...stage.flush()];
  return { output: Buffer.concat(out).toString(), frames };
}

const VECTORS: readonly [string, string, readonly string[]][] = [
  ['plain', 'plain', []],
  ['a<<s-1:one:s-1>>b', 'ab', ['one']],
  ['<<s-1::s-1>><<s-1:x:s-1>>', '', ['', 'x']],
  ['a<<s-1 <<<s-1:y:s-1 :s-1>>', 'a<<s-1 <', ['y:s-1 ']],
  ['<<s-1:a<<s-1:b:s-1>>c:s-1>>', 'c:s-1>>', ['a<<s-1:b']],
  ['é<<s-1:ü:s-1>>ß', 'éß', ['ü']],
];

test('what is between the marks is taken out, and everything else passes, however it is cut', () => {
  for (const [text, output, frames] of VECTORS) {
    for (let a = 0; a <= text.length; a++) {
      for (let b = a; b <= text.length; b++) {
        const cut = [text.slice(0, a), text.slice(a, b), text.slice(b)];
        assert.equal(through(cut), { output, frames }, JSON.stringify(cut));
      }
    }
    assert.equal(through([...text]), { output, frames }, 'one character at a time');
  }
});

test('a frame that never ends hides nothing: what is too long, or cut off, passes', () => {
  const long = `<<s-1:${'x'.repeat(MAX_FRAME_BYTES + 10)}`;
  assert.equal(through([long, 'rest', '<<s-1:in:s-1>>']), { output: `${long}rest`, frames: ['in'] });
  const pieces = Array.from({ length: 300 }, () => 'y'.repeat(1024));
  assert.is(through(['<<s-1:', ...pieces]).output.length, 6 + 300 * 1024);
  assert.equal(through(['end<<s-1:half']), { output: 'end<<s-1:half', frames: [] });
});

test('a beginning of a mark waits for more, and passes where none comes in time', () => {
  const stage = takeFrames(MARKS, () => {});
  assert.is(Buffer.concat(stage.push(Buffer.from('ask? <<s')) as Buffer[]).toString(), 'ask? ');
  assert.is(stage.holding, true);
  assert.is(Buffer.concat(stage.expire() as Buffer[]).toString(), '<<s');
  assert.is(stage.holding, false);
  stage.push(Buffer.from('<<s-1:begun'));
  assert.is(stage.holding, false);
  assert.equal(stage.expire(), []);
});

test('a secret is masked also where a frame stands in the middle of it', () => {
  const secret = 'correct-horse-battery';
  const stage = inSequence(
    takeFrames(MARKS, () => {}),
    knownMask(secret),
  );
  const text = `a ${secret.slice(0, 9)}<<s-1:x:s-1>>${secret.slice(9)} b`;
  const out = [...[...text].flatMap((letter) => stage.push(Buffer.from(letter))), ...stage.flush()];
  assert.is(withOneMask(Buffer.concat(out).toString()), 'a [masked] b');
});

test.run();
