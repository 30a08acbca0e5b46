// What a hostile recording may do to the terminal of the person who looks at it: nothing.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { neutralise } from '../../src/lib/stream/neutralise.ts';

const ESC = '\u001b';

const run = (pieces: readonly string[]) => {
  const filter = neutralise();
  return pieces.map((piece) => filter(piece)).join('');
};

/** Whole, cut at every position, and character by character. */
function everyCut(text: string, expected: string) {
  assert.is(run([text]), expected);
  for (let at = 0; at <= text.length; at += 1) {
    assert.is(run([text.slice(0, at), text.slice(at)]), expected, `cut at ${at}`);
  }
  assert.is(run([...text]), expected);
}

for (const [what, sequence] of [
  ['colours', `${ESC}[1;38;5;120mgreen${ESC}[0m ${ESC}[38:2::1:2:3mx${ESC}[m`],
  ['cursor movement', `${ESC}[2J${ESC}[H${ESC}[10;20Hx${ESC}[K${ESC}[3A${ESC}7${ESC}8`],
  ['the alternate screen', `${ESC}[?1049h${ESC}[?25l…${ESC}[?25h${ESC}[?1049l`],
  ['line drawing', `${ESC}(0lqk${ESC}(B`],
  ['scrolling', `${ESC}[5;20r${ESC}M${ESC}D${ESC}[2S${ESC}[T`],
  ['text of every script', 'naïve 日本語 😀 العربية\t\r\n\b\u0007'],
] as const) {
  test(`${what} pass unchanged, however they are cut`, () => everyCut(sequence, sequence));
}

for (const [what, sequence] of [
  ['a title', `${ESC}]0;owned\u0007`],
  ['a title that ends in ST', `${ESC}]2;owned${ESC}\\`],
  ['writing the clipboard', `${ESC}]52;c;cm0gLXJmIC8K\u0007`],
  ['asking for a colour', `${ESC}]11;?${ESC}\\`],
  ['a link', `${ESC}]8;;https://evil.example${ESC}\\`],
  ['asking where the cursor is', `${ESC}[6n`],
  ['asking what the terminal is', `${ESC}[c${ESC}[>c${ESC}[=c${ESC}Z\u0005`],
  ['asking for its version', `${ESC}[>q`],
  ['asking for a mode', `${ESC}[?2026$p${ESC}[4$p`],
  ['asking for a setting', `${ESC}P$q"p${ESC}\\`],
  ['asking for a capability', `${ESC}P+q544e${ESC}\\`],
  ['typing the title back', `${ESC}[21t`],
  ['moving the window', `${ESC}[3;0;0t${ESC}[2t`],
  ['the printer', `${ESC}[5i${ESC}[4i`],
  ['the mouse', `${ESC}[?1000h${ESC}[?1003h${ESC}[?1006h`],
  ['focus, paste and key reports', `${ESC}[?1004h${ESC}[?2004h${ESC}[>1u${ESC}[>4;2m${ESC}[?1h${ESC}=`],
  ['a mode hidden behind a harmless one', `${ESC}[?25;1003h`],
  ['erasing what was scrolled away', `${ESC}[3J`],
  ['another character set than UTF-8', `${ESC}%@`],
  ['application, privacy and other strings', `${ESC}_Gf=100;x${ESC}\\${ESC}^pm${ESC}\\${ESC}Xsos${ESC}\\`],
  ['a repetition of millions', `${ESC}[99999999b`],
  ['keys of its own', `${ESC}[24;1z${ESC}[1*z`],
  ['a string in 8-bit controls', '\u0086\u0096\u0097'],
  ['NUL, DEL and other controls', '\u0000\u0001\u0011\u0013\u007f'],
] as const) {
  test(`${what} does not pass, however it is cut`, () => everyCut(`a${sequence}b`, 'ab'));
}

test('nothing passes that begins in one piece of a sequence and ends in another', () => {
  everyCut(`x${ESC}[${ESC}[6n${ESC}${ESC}[31my`, `x${ESC}[31my`);
  everyCut(`x${ESC}]0;a${ESC}[6nb`, 'xb');
  everyCut(`${ESC}[6\nn`, '\n');
  everyCut('\u009b6n', '');
});

test('a control character ends a string, as it does in terminals', () => {
  everyCut(`a${ESC}]0;t\u0018b`, 'ab');
  everyCut(`a${ESC}Pq\u001ab`, 'ab');
});

test('what follows a string that never ends is shown again after a mebibyte', () => {
  const out = run([`a${ESC}]`, ...Array.from({ length: 1100 }, () => 'x'.repeat(1024)), 'the end']);
  assert.is(out.length, 1 + 1100 * 1024 - 1024 * 1024 + 7);
  assert.match(out, /the end$/);
});

test('a sequence that never ends is given up, not kept', () => {
  const out = run([`a${ESC}[`, ...Array.from({ length: 50 }, () => '1;'.repeat(1000)), 'mb']);
  assert.match(out, /b$/);
  assert.not.match(out, ESC);
});

test('random bytes never leave an escape that is not on the list', () => {
  const alphabet = [
    ESC,
    '[',
    ']',
    'P',
    '\\',
    '?',
    '>',
    '$',
    '6',
    ';',
    'n',
    'c',
    'm',
    'h',
    '2',
    '\u0007',
    '\u0018',
    'x',
  ];
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  for (let round = 0; round < 20_000; round += 1) {
    const pieces = Array.from({ length: 1 + random(4) }, () =>
      Array.from({ length: random(10) }, () => alphabet[random(alphabet.length)]).join(''),
    );
    const out = run(pieces);
    assert.is(out, run([pieces.join('')]), JSON.stringify(pieces));
    // Passing through a second time changes nothing: what came out is made of whole, harmless sequences.
    assert.is(run([out]), out, JSON.stringify(pieces));
    assert.not.match(out, /\u001b\[[?>$0-9;]*[nc]|\u001b[\]P]/, JSON.stringify(pieces));
  }
});

test.run();
