// What agents, reviewers and persons get of a program's output, whole and cut at every byte.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Consumer } from '../../src/lib/stream/neutralise-rules.ts';
import { createNeutraliser } from '../../src/lib/stream/neutralise-stage.ts';

const ESC = '\u001b';

function run(consumer: Consumer, pieces: readonly Uint8Array[]): Buffer {
  const stage = createNeutraliser(consumer);
  // The caller's buffer is used again at once.
  const out = pieces.flatMap((piece) => {
    const own = Uint8Array.from(piece);
    const passed = stage.push(own).map((bytes) => Buffer.from(bytes));
    own.fill(0x7e);
    return passed;
  });
  return Buffer.concat([...out, ...stage.expire(), ...stage.flush()]);
}

function everyCut(consumer: Consumer, input: string | Buffer, expected: string | Buffer) {
  const bytes = Buffer.from(input as string);
  const text = (output: Buffer) => output.toString('latin1');
  const wanted = text(Buffer.from(expected as string));
  assert.is(text(run(consumer, [bytes])), wanted);
  for (let at = 1; at < bytes.length; at += 1)
    assert.is(text(run(consumer, [bytes.subarray(0, at), bytes.subarray(at)])), wanted, `cut at ${at}`);
  assert.is(
    text(
      run(
        consumer,
        [...bytes].map((byte) => Uint8Array.of(byte)),
      ),
    ),
    wanted,
    'byte by byte',
  );
}

const same = '=';
const COLOUR = `${ESC}[1;31mred${ESC}[m`;

for (const [what, input, agent, reviewer, person] of [
  ['text', 'naïve 日本語 😀\tb\r\nc', same, same, same],
  ['colours', COLOUR, 'red', same, same],
  ['concealed text', `a${ESC}[8mb${ESC}[28mc`, 'abc', `ab${ESC}[28mc`, same],
  ['concealed text among colours', `${ESC}[1;8;31mb`, 'b', `${ESC}[1;31mb`, same],
  ['a palette that has an eight', `${ESC}[38;5;8mb${ESC}[48;2;8;8;8mc`, 'bc', same, same],
  ['addressing', `${ESC}[2J${ESC}[3;1Ha${ESC}[4;1Hb${ESC}[5Cc`, 'a\nb c', same, same],
  ['the clipboard', `a${ESC}]52;c;cm0gLXJmIC8K\u0007b`, 'ab', 'ab', 'ab'],
  ['a title', `a${ESC}]0;title\u0007b`, 'ab', 'ab', same],
  ['a title that ends in ST', `a${ESC}]2;title${ESC}\\b`, 'ab', 'ab', same],
  ['a link', `${ESC}]8;;https://a.example${ESC}\\text${ESC}]8;;${ESC}\\`, 'text', 'text', same],
  ['a notice', `a${ESC}]9;hello\u0007${ESC}]777;notify;a;b\u0007b`, 'ab', 'ab', 'ab'],
  ['a file for the terminal', `a${ESC}]1337;File=name=eA==:eA==\u0007b`, 'ab', 'ab', 'ab'],
  ['a font', `a${ESC}]50;?\u0007b`, 'ab', 'ab', 'ab'],
  ['asking where the cursor is', `a${ESC}[6nb`, 'ab', 'ab', same],
  ['asking what the terminal is', `a${ESC}[cb`, 'ab', 'ab', same],
  ['asking for a colour', `a${ESC}]11;?${ESC}\\b`, 'ab', 'ab', same],
  ['asking for a capability', `a${ESC}P+q544e${ESC}\\b`, 'ab', 'ab', same],
  ['keys for the terminal', `a${ESC}P0;1|17/6c73${ESC}\\b`, 'ab', 'ab', 'ab'],
  ['a multiplexer of its own', `a${ESC}P1000pb${ESC}\\c`, 'ac', 'ac', 'ac'],
  ['asking for the title', `a${ESC}[21t${ESC}[20tb`, 'ab', 'ab', 'ab'],
  ['asking for the size', `a${ESC}[18tb`, 'ab', 'ab', same],
  ['moving the window', `a${ESC}[3;0;0tb`, 'ab', 'ab', 'ab'],
  ['the printer', `a${ESC}[5ix${ESC}[4i${ESC}[?5ib`, 'axb', 'axb', 'axb'],
  ['the answerback', 'a\u0005b', 'ab', 'ab', 'ab'],
  ['mouse and paste', `a${ESC}[?1000h${ESC}[?2004hb`, 'ab', 'ab', same],
  ['a picture', `a${ESC}_Gf=100;AAAA${ESC}\\b`, 'ab', 'ab', 'ab'],
  ['controls', 'a\u0000\u0007\u0001b', 'ab', 'a\u0007b', same],
  ['a line printed bold', 'a\ba', same, same, same],
  ['directions', 'a\u202eb\u202c', 'a<U+202E>b<U+202C>', 'a<U+202E>b<U+202C>', same],
  ['isolates', 'a\u2066b\u2069', 'a<U+2066>b<U+2069>', 'a<U+2066>b<U+2069>', same],
  ['no width', 'a\u200bb\ufeffc', 'a<U+200B>b<U+FEFF>c', 'a<U+200B>b<U+FEFF>c', same],
  ['tags', 'a\u{e0041}\u{e0042}', 'a<U+E0041><U+E0042>', 'a<U+E0041><U+E0042>', same],
  ['variation selectors as data', 'a\ufe01\u{e0101}', 'a<U+FE01><U+E0101>', 'a<U+FE01><U+E0101>', same],
  ['private use', 'a\ue0b0', 'a<U+E0B0>', 'a<U+E0B0>', same],
  ['a filler', 'a\u3164b', 'a<U+3164>b', 'a<U+3164>b', same],
  ['a line separator', 'a\u2028b', 'a<U+2028>b', 'a<U+2028>b', same],
  ['emoji with joiners and selectors', '✔️ 👨‍👩‍👧 ❤️‍🔥 1️⃣ 👍🏽', same, same, same],
  ['words spelled with joiners', 'می‌خواهم क्‍ष', same, same, same],
  ['a joiner after a letter', 'a\u200db', 'a<U+200D>b', 'a<U+200D>b', same],
  ['joiners one after the other', '👍\u200d\u200d', '👍\u200d<U+200D>', '👍\u200d<U+200D>', same],
  ['a sequence that is too long', `a${ESC}[${'1;'.repeat(300)}mb`, 'ab', 'ab', 'ab'],
  ['a control in a sequence', `a${ESC}[3\n1mb`, 'a\nb', `a\n${ESC}[31mb`, `a\n${ESC}[31mb`],
  ['8-bit controls', 'a\u009b31mb\u009d0;t\u0007c', 'abc', `a${ESC}[31mbc`, `a${ESC}[31mb\u009d0;t\u0007c`],
  ['an unfinished sequence at the end', `a${ESC}[3`, 'a', 'a', 'a'],
  ['a string that a control ends', `a${ESC}]0;t\u0018b`, 'ab', 'ab', same],
] as const) {
  test(`an agent gets ${what} as text`, () => everyCut('agent', input, agent === same ? input : agent));
  test(`a reviewer gets ${what} without harm`, () => everyCut('reviewer', input, reviewer === same ? input : reviewer));
  test(`a person gets ${what} as they need it`, () => everyCut('person', input, person === same ? input : person));
}

test('bytes that are no UTF-8 pass to a person, and are replaced for others', () => {
  const bytes = Buffer.from([0x61, 0xff, 0xe2, 0x82, 0x62]);
  everyCut('person', bytes, bytes);
  for (const consumer of ['agent', 'reviewer'] as const) everyCut(consumer, bytes, 'a\ufffd\ufffd\ufffdb');
});

test('a title that is too long does not pass, and its payload is not kept', () => {
  const title = `${ESC}]0;${'x'.repeat(5_000)}`;
  everyCut('person', `a${ESC}]0;${'x'.repeat(4_000)}\u0007b`, `a${ESC}]0;${'x'.repeat(4_000)}\u0007b`);
  assert.is(run('person', [Buffer.from(`a${title}\u0007b`)]).toString(), 'ab');
  assert.is(run('person', [Buffer.from(`a${title}`), Buffer.from(`${ESC}\\b`)]).toString(), 'ab');
});

test('what follows a string that never ends comes to light after a mebibyte, wherever it was cut', () => {
  const input = Buffer.from(`a${ESC}]${'x'.repeat(1024 * 1024)}the end`);
  for (const consumer of ['agent', 'reviewer', 'person'] as const) {
    assert.is(run(consumer, [input]).toString(), 'athe end');
    assert.is(
      run(consumer, [input.subarray(0, 7), input.subarray(7, 700_001), input.subarray(700_001)]).toString(),
      'athe end',
    );
  }
});

test('random output gives the same however it is cut, and passes a second time unchanged', () => {
  const alphabet = [
    ESC,
    '[',
    ']',
    'P',
    '\\',
    '?',
    '6',
    ';',
    'n',
    'm',
    'h',
    '8',
    '5',
    '\u0007',
    '\u0018',
    'x',
    '\n',
    '\u200d',
    '😀',
    '\u009b',
    '\ufe0f',
  ];
  let state = 11;
  const draw = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
  for (let round = 0; round < 6_000; round += 1) {
    const text = Array.from({ length: 1 + draw(24) }, () => alphabet[draw(alphabet.length)]).join('');
    const bytes = Buffer.from(text);
    for (const consumer of ['agent', 'reviewer', 'person'] as const) {
      const whole = run(consumer, [bytes]);
      const cut = draw(bytes.length);
      assert.equal(run(consumer, [bytes.subarray(0, cut), bytes.subarray(cut)]), whole, JSON.stringify(text));
      assert.equal(
        run(
          consumer,
          [...bytes].map((byte) => Uint8Array.of(byte)),
        ),
        whole,
        JSON.stringify(text),
      );
      if (consumer === 'agent') assert.not.match(whole.toString(), ESC);
      assert.equal(run(consumer, [whole]), whole, `${consumer} ${JSON.stringify(text)}`);
    }
  }
});

test.run();
