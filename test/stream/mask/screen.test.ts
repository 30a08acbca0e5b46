// A screen that is painted cell by cell shows no secret, whatever way it got there, and everything else stays as it was.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { at, beginScreen, bytesOf, ESC, LABEL, MASKED, runScreen, SECRET, SIZE, showOn } from './screen-cases.ts';

/** Whole, byte by byte, and cut in two at every position: always the same bytes. */
function everySplit(input: string, expected: string) {
  assert.is(runScreen([input]).toString(), expected);
  assert.is(runScreen(bytesOf(input)).toString(), expected, 'byte by byte');
  const bytes = Buffer.from(input);
  for (let cut = 1; cut < bytes.length; cut += 1)
    assert.is(runScreen([bytes.subarray(0, cut), bytes.subarray(cut)]).toString(), expected, `cut at ${cut}`);
}

const [FIRST, SECOND] = [SECRET.slice(0, 5), SECRET.slice(5)];
const [HIDDEN_FIRST, HIDDEN_SECOND] = [MASKED.slice(0, 5), MASKED.slice(5)];

for (const [title, input, expected] of [
  ['printed at one place', `${at(2, 3)}say ${SECRET} now`, `${at(2, 3)}say ${MASKED} now`],
  [
    'printed in two halves',
    `${at(2, 3)}${FIRST}${at(2, 8)}${SECOND}`,
    `${at(2, 3)}${HIDDEN_FIRST}${at(2, 8)}${HIDDEN_SECOND}`,
  ],
  [
    'printed with its second half first',
    `${at(2, 8)}${SECOND}${at(2, 3)}${FIRST}`,
    `${at(2, 8)}${HIDDEN_SECOND}${at(2, 3)}${HIDDEN_FIRST}`,
  ],
  [
    'with a colour for each half',
    `${at(1)}${ESC}[31m${FIRST}${ESC}[32m${SECOND}${ESC}[m`,
    `${at(1)}${ESC}[31m${HIDDEN_FIRST}${ESC}[32m${HIDDEN_SECOND}${ESC}[m`,
  ],
  ['wrapped at the last column', `${at(1, 16)}${SECRET}`, `${at(1, 16)}${MASKED}`],
  [
    'at the last column, its rest addressed',
    `${at(1, 16)}${FIRST}${at(2)}${SECOND}`,
    `${at(1, 16)}${HIDDEN_FIRST}${at(2)}${HIDDEN_SECOND}`,
  ],
  ['erased at once', `${at(1)}${SECRET}${ESC}[2J${at(1)}ok`, `${at(1)}${MASKED}${ESC}[2J${at(1)}ok`],
  [
    'in halves, and erased at once',
    `${at(1, 6)}${SECOND}${at(1)}${FIRST}\r${ESC}[K`,
    `${at(1, 6)}${HIDDEN_SECOND}${at(1)}${HIDDEN_FIRST}\r${ESC}[K`,
  ],
  [
    'in halves, and the screen erased',
    `${at(1, 6)}${SECOND}${at(1)}${FIRST}${ESC}[2J`,
    `${at(1, 6)}${HIDDEN_SECOND}${at(1)}${HIDDEN_FIRST}${ESC}[2J`,
  ],
  [
    'in halves, and taken apart by deleting a character',
    `${at(1, 6)}${SECOND}${at(1)}${FIRST}${at(1, 3)}${ESC}[P`,
    `${at(1, 6)}${HIDDEN_SECOND}${at(1)}${HIDDEN_FIRST}${at(1, 3)}${ESC}[P`,
  ],
  [
    'in halves, and pushed off the screen',
    `${at(1, 6)}${SECOND}${at(1)}${FIRST}${at(1)}${ESC}[9L`,
    `${at(1, 6)}${HIDDEN_SECOND}${at(1)}${HIDDEN_FIRST}${at(1)}${ESC}[9L`,
  ],
  [
    'in halves, and scrolled down',
    `${at(1, 6)}${SECOND}${at(1)}${FIRST}${ESC}[9T`,
    `${at(1, 6)}${HIDDEN_SECOND}${at(1)}${HIDDEN_FIRST}${ESC}[9T`,
  ],
  [
    'in halves, and the terminal reset',
    `${at(1, 6)}${SECOND}${at(1)}${FIRST}${ESC}c`,
    `${at(1, 6)}${HIDDEN_SECOND}${at(1)}${HIDDEN_FIRST}${ESC}c`,
  ],
  [
    'in halves, and printed over',
    `${at(1, 6)}${SECOND}${at(1)}${FIRST}${at(1)}nothing here`,
    `${at(1, 6)}${HIDDEN_SECOND}${at(1)}${HIDDEN_FIRST}${at(1)}nothing here`,
  ],
  [
    'in halves, and scrolled away',
    `${at(1, 6)}${SECOND}${at(1)}${FIRST}${at(6)}\n\n\n`,
    `${at(1, 6)}${HIDDEN_SECOND}${at(1)}${HIDDEN_FIRST}${at(6)}\n\n\n`,
  ],
  [
    'in halves that deleting a line brings together',
    `${at(1, 9)}${SECRET}${at(2)}${ESC}[L${at(2)}xx${at(2)}${ESC}[M`,
    `${at(1, 9)}${MASKED}${at(2)}${ESC}[L${at(2)}xx${at(2)}${ESC}[M`,
  ],
  [
    'in halves that deleting characters brings together',
    `${at(1)}${FIRST}---${SECOND}${at(1, 6)}${ESC}[3P`,
    `${at(1)}${HIDDEN_FIRST}---${HIDDEN_SECOND}${at(1, 6)}${ESC}[3P`,
  ],
  [
    'its middle inserted',
    `${at(1)}${FIRST}7${at(1, 6)}${ESC}[6@012345`.replace('012345', SECRET.slice(5, 11)),
    `${at(1)}${HIDDEN_FIRST}*${at(1, 6)}${ESC}[6@${MASKED.slice(5, 11)}`,
  ],
  [
    'in insert mode',
    `${ESC}[4h${at(1)}${SECOND}${at(1)}${FIRST}${ESC}[4l`,
    `${ESC}[4h${at(1)}${HIDDEN_SECOND}${at(1)}${HIDDEN_FIRST}${ESC}[4l`,
  ],
  [
    'with a blank cell between that is filled later',
    `${at(1)}${SECRET.slice(0, 4)}${ESC}[C${SECRET.slice(5)}${at(1, 5)}${SECRET[4]}`,
    `${at(1)}${MASKED.slice(0, 4)}${ESC}[C${MASKED.slice(5)}${at(1, 5)}${MASKED[4]}`,
  ],
  ['with a character repeated', `${at(1)}S3CR0${ESC}[6b7`, `${at(1)}${MASKED.slice(0, 5)}${ESC}[6b*`],
  [
    'on the alternate screen, which goes at once',
    `${ESC}[?1049h${at(1)}${FIRST}${at(1, 6)}${SECOND}${ESC}[?1049l`,
    `${ESC}[?1049h${at(1)}${HIDDEN_FIRST}${at(1, 6)}${HIDDEN_SECOND}${ESC}[?1049l`,
  ],
  ['with unseen characters in it', `${at(1)}${FIRST}\u200b\u2060${SECOND}`, `${at(1)}${HIDDEN_FIRST}${HIDDEN_SECOND}`],
  ['behind a wide character', `${at(1)}日本${SECRET}`, `${at(1)}日本${MASKED}`],
  [
    'behind an emoji, its rest addressed',
    `${at(1)}😀${FIRST}${at(1, 8)}${SECOND}`,
    `${at(1)}😀${HIDDEN_FIRST}${at(1, 8)}${HIDDEN_SECOND}`,
  ],
  ['in a title', `${at(1)}${ESC}]0;${SECRET}\u0007x`, `${at(1)}${ESC}]0;${LABEL}\u0007x`],
  ['in a title that never ends', `${at(1)}${ESC}]0;${SECRET}`, `${at(1)}${ESC}]0;${LABEL}`],
  ['behind the last column where nothing wraps', `${ESC}[?7l${at(1, 16)}${SECRET}`, `${ESC}[?7l${at(1, 16)}${MASKED}`],
  ['in 8-bit controls', `\u009b1;1H${FIRST}\u009b1;6H${SECOND}`, `\u009b1;1H${HIDDEN_FIRST}\u009b1;6H${HIDDEN_SECOND}`],
] as const) {
  test(`a secret is masked ${title}, the same for every split`, () => everySplit(input, expected));
}

for (const [title, input] of [
  [
    'colours, movements and modes',
    `${at(1)}${ESC}[1;31mred${ESC}[m${ESC}[3A${ESC}7${ESC}8${ESC}[?2004h${ESC}[?1000h${ESC}[5 q`,
  ],
  ['questions to the terminal', `${at(1)}${ESC}[6n${ESC}[c${ESC}[>c${ESC}[18t${ESC}]11;?\u0007${ESC}P+q544e${ESC}\\`],
  ['line drawing', `${at(1)}${ESC}(0lqqk${ESC}(B`],
  ['halves that stand in different rows', `${at(1)}${FIRST}${at(2)}${SECOND}`],
  ['halves with a column between them', `${at(1)}${FIRST}${at(1, 7)}${SECOND}`],
  ['a secret that lost a character before it was whole', `${at(1)}${FIRST}${at(1, 5)}x${at(1, 6)}${SECOND}`],
  ['what is no UTF-8', `${at(1)}a`],
] as const) {
  test(`${title} pass unchanged`, () => everySplit(input, input));
}

test('what is no UTF-8 passes byte for byte, and hides no secret', () => {
  const junk = Buffer.from([0xff, 0xc0, 0xe2, 0x82, 0x41, 0xf0, 0x9f, 0x98, 0xed, 0xa0, 0x80, 0x9b, 0x31, 0x6d]);
  const input = Buffer.concat([Buffer.from(at(1)), junk, Buffer.from(at(2) + SECRET), junk]);
  const expected = Buffer.concat([Buffer.from(at(1)), junk, Buffer.from(at(2) + MASKED), junk]);
  assert.equal(runScreen([input]), expected);
  assert.equal(runScreen(bytesOf(input)), expected);
});

test('a frame goes on as soon as it ends, and is held until then', () => {
  const stage = beginScreen();
  assert.equal(stage.push(Buffer.from(`${ESC}[?25l${at(1)}a${at(3)}b`)), []);
  assert.ok(stage.holding);
  const frame = Buffer.concat(stage.push(Buffer.from(`${ESC}[?25h`)) as Uint8Array[]).toString();
  assert.is(frame, `${ESC}[?25l${at(1)}a${at(3)}b${ESC}[?25h`);
  assert.not(stage.holding);
});

test('a synchronised frame ends with it, not where its cursor is shown', () => {
  const stage = beginScreen();
  assert.equal(stage.push(Buffer.from(`${ESC}[?2026h${at(1)}a${ESC}[?25h${at(2)}b`)), []);
  assert.is(stage.push(Buffer.from(`${ESC}[?2026l`)).length, 1);
});

test('a deadline lets go of what is held, but for an unfinished sequence', () => {
  const stage = beginScreen();
  stage.push(Buffer.from(`${at(1)}abc${ESC}[3`));
  assert.is(Buffer.concat(stage.expire() as Uint8Array[]).toString(), `${at(1)}abc`);
  assert.is(Buffer.concat([...stage.push(Buffer.from('1m')), ...stage.flush()]).toString(), `${ESC}[31m`);
});

test('a secret whose first half was shown is painted over when its second half comes', async () => {
  const first = `${ESC}[?1049h${at(2, 3)}${FIRST}${at(5)}$ `;
  const out = runScreen([first, (stage) => stage.expire(), `${at(2, 8)}${SECOND}${at(5, 3)}`]).toString();
  assert.is(out, `${first}${at(2, 8)}${HIDDEN_SECOND}${at(5, 3)}${at(2, 3)}${HIDDEN_FIRST}${at(5, 3)}`);
  assert.equal(await showOn(SIZE, out), ['', `  ${MASKED}`, '', '', '$', '']);
});

test('painting over puts the cursor back where the next character wraps', async () => {
  const out = runScreen([
    `${ESC}[?1049h${at(2)}${FIRST}${at(4)}`,
    (stage) => stage.expire(),
    `${at(2, 6)}${SECOND}${at(4)}${'x'.repeat(20)}`,
    (stage) => stage.expire(),
    'y',
  ]);
  assert.equal(await showOn(SIZE, out), ['', MASKED, '', 'x'.repeat(20), 'y', '']);
});

test('painting over works with origin mode, margins and insert mode', async () => {
  const out = runScreen([
    `${ESC}[?1049h${at(1)}${FIRST}${ESC}[3;5r${ESC}[?6h${ESC}[4h${at(2)}abc\r`,
    (stage) => stage.expire(),
    `${ESC}[?6l${at(1, 6)}${SECOND}${ESC}[?6h${at(2)}`,
    (stage) => stage.expire(),
    'Z',
  ]);
  assert.equal(await showOn(SIZE, out), [MASKED, '', '', 'Zabc', '', '']);
});

test('a secret that is typed slowly is masked from the moment its prefix is there', () => {
  const frames = [...SECRET].flatMap((letter) => [letter, (stage: ReturnType<typeof beginScreen>) => stage.expire()]);
  const out = runScreen([`${ESC}[?1049h${at(1)}`, ...frames]).toString();
  // Its prefix is public until the whole is known to be a secret.
  assert.is(out, `${ESC}[?1049h${at(1)}S3CR********${at(1)}****${at(1, 13)}`);
});

test('a frame does not end behind the begin of a secret', () => {
  const stage = beginScreen();
  assert.equal(stage.push(Buffer.from(`${at(1)}${FIRST}${ESC}[?25h`)), []);
  assert.ok(stage.holdsSecret);
  assert.is(
    Buffer.concat([...stage.push(Buffer.from(`${SECOND}.${ESC}[?25h`))]).toString(),
    `${at(1)}${HIDDEN_FIRST}${ESC}[?25h${HIDDEN_SECOND}.${ESC}[?25h`,
  );
});

test('a screen drawn again and again counts its secret each time it was masked', () => {
  let masked = 0;
  const frame = `${at(1)}${SECRET}${at(3)}ok${ESC}[?25h`;
  runScreen([frame, frame, `${at(3)}ok${ESC}[?25h`], {
    onMask: () => {
      masked += 1;
    },
  });
  assert.is(masked, 2);
});

test('a secret that wrapped on a wider terminal is masked after the terminal changed its width in its midst', async () => {
  const out = runScreen([
    `${ESC}[?1049h${at(1, 16)}${FIRST}`,
    (stage) => {
      stage.resize({ cols: 10, rows: 6 });
      return undefined;
    },
    `${at(3)}${FIRST}${at(3, 6)}${SECOND.slice(0, 5)}${at(4)}${SECOND.slice(5)}`,
  ]).toString();
  assert.not.match(out, SECOND);
  assert.is(out.slice(-LABEL.length - 14), `${at(3)}[fake${at(3, 6)}:3f2a${at(4)}]*`.slice(-LABEL.length - 14));
});

test('what was shown before the screen began counts as shown', async () => {
  const shown = `$ cat x\r\nkey ${FIRST}`;
  const out = runScreen([`${ESC}[1A\r${ESC}[1B${ESC}[9C${SECOND}`], { context: shown });
  assert.equal(await showOn(SIZE, Buffer.concat([Buffer.from(shown), out])), [
    '$ cat x',
    `key ${MASKED}`,
    '',
    '',
    '',
    '',
  ]);
});

test('output goes back to lines after two screens of them without addressing', () => {
  const begin = at(1).repeat(400);
  const lines = Array.from({ length: 13 }, (_, line) => `line ${line}\r\n`).join('');
  for (const pieces of [[`${begin}x${lines}`], bytesOf(`${begin}x${lines}`)]) {
    const stage = beginScreen();
    let unread = Buffer.alloc(0);
    const out: Uint8Array[] = [];
    for (const piece of pieces) {
      if (stage.isLinearAgain) unread = Buffer.concat([unread, Buffer.from(piece as Uint8Array)]);
      else {
        const result = stage.pushUntilLinear(Buffer.from(piece as Uint8Array));
        out.push(...result.passed);
        unread = Buffer.concat([unread, result.unread]);
      }
    }
    assert.ok(stage.isLinearAgain);
    assert.is(unread.toString(), 'line 12\r\n');
    assert.is(Buffer.concat([...out, ...stage.flush()]).toString(), `${begin}x${lines}`.slice(0, -9));
  }
});

/** A block of lines that only its first one tells to be secret. */
const findBlock = (visible: Buffer) => {
  const text = visible.toString('latin1');
  const from = text.indexOf('BEGIN\n') + 6;
  const to = text.indexOf('END', from) === -1 ? text.length : text.indexOf('END', from);
  return from < 6 || to === from ? [] : [{ from, to, kind: 'fake', label: LABEL }];
};
const BLOCK = 'ABCDEFGHIJ\r\n'.repeat(30);

test('output goes back to lines after one line that was redrawn, but not within a secret', () => {
  const stage = beginScreen({ findSpans: findBlock });
  assert.is(stage.pushUntilLinear(Buffer.from(`${ESC}[3C`.repeat(600))).unread.length, 0);
  assert.is(stage.pushUntilLinear(Buffer.from('BEGIN\r\n')).unread.length, 0);
  assert.is(stage.pushUntilLinear(Buffer.from(BLOCK)).unread.length, 0);
  assert.is(stage.pushUntilLinear(Buffer.from('END\r\nmore\r\n')).unread.toString(), 'more\r\n');
  const other = beginScreen();
  assert.is(
    other.pushUntilLinear(Buffer.from(`${`${ESC}[3C`.repeat(600)}x\r\nmore\r\n`)).unread.toString(),
    'more\r\n',
  );
});

test('a secret of more rows than the screen has is masked to its end', () => {
  const out = runScreen([`${at(5)}BEGIN\r\n${BLOCK}END\r\nABCDEFGHIJ\r\n`], { findSpans: findBlock }).toString();
  assert.is(out.match(/ABCDEFGHIJ/g)?.length, 1);
  assert.match(out, /END\r\nABCDEFGHIJ\r\n$/);
});

test('a full screen stays a screen, however many lines it prints', () => {
  const stage = beginScreen();
  stage.pushUntilLinear(Buffer.from(`${ESC}[?1049h${'x\r\n'.repeat(100)}`));
  assert.not(stage.isLinearAgain);
});

test.run();
