// Words of strangers on an approver's terminal: nothing in them acts, hides, or reorders what stands there.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isPlainReason, MAX_REASON_LENGTH, plainText } from '../../src/lib/approval/plain-text.ts';
import { describeRequest } from '../../src/lib/cli/decide.ts';
import { paletteFor } from '../../src/lib/cli/render.ts';
import { asked, decisionOn, SUBJECT, withDesk } from '../helpers/approval-people.ts';
import { refusal } from '../helpers/refusal.ts';

const ESC = '\u001b';
const HOSTILE: readonly [string, string][] = [
  ['an escape sequence', `ok${ESC}[2J${ESC}]0;title\u0007`],
  ['a carriage return over the line', 'rm -rf /\rls'],
  ['C1 control characters', 'a\u009b2Jb'],
  ['a bidirectional override', 'ls \u202e#/ fr- mr\u202c'],
  ['isolates', 'a\u2066b\u2069'],
  ['zero-width characters', 'r\u200bm\u2060\ufeff'],
  ['tags', 'ls\u{e0072}\u{e006d}'],
  ['fillers and variation selectors', 'a\u3164b\u115fc\ufe0fd\u{e0100}'],
  ['line and paragraph separators', 'a\u2028b\u2029c'],
  ['line feeds that would start a forged field', 'x\n  target  prod'],
  ['half of a surrogate pair', 'a\ud83db'],
  ['private use', 'a\ue000b'],
];
const ACTS = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

for (const [what, text] of HOSTILE) {
  test(`${what} is spelled out on one line, and cannot be signed as it is`, () => {
    const shown = plainText(text, 200);
    assert.not.match(shown, ACTS);
    assert.is(plainText(shown, 200), shown);
    assert.is(isPlainReason(text), false);
  });
}

test('cleaning is idempotent and keeps its length, whatever the text and wherever it is cut', () => {
  const pieces = ['a', ' ', '\n', '🦊', 'é', '\u202e', ESC, '\ud83d', '…', '\\u{1b}', 'ﷺ'];
  let seed = 7;
  const next = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
  for (let round = 0; round < 5000; round++) {
    const text = Array.from({ length: next(30) }, () => pieces[next(pieces.length)]).join('');
    const max = 1 + next(40);
    const once = plainText(text, max);
    assert.ok(once.length <= max, JSON.stringify({ text, max, once }));
    assert.not.match(once, ACTS);
    assert.is(plainText(once, max), once, JSON.stringify({ text, max }));
  }
});

test('a reason is one plain line of at most 1000 characters', () => {
  assert.is(isPlainReason('not on a Friday, ask again on Monday – thanks, Zoë'), true);
  assert.is(isPlainReason('x'.repeat(MAX_REASON_LENGTH)), true);
  for (const bad of ['', ' ', 'x'.repeat(MAX_REASON_LENGTH + 1), ' x', 'a\nb']) assert.is(isPlainReason(bad), false);
});

test('the desk refuses a hostile reason, and keeps a hostile purpose only in its plain form', () =>
  withDesk(async ({ desk, entries }) => {
    for (const [index, [what, text]] of HOSTILE.entries()) {
      const subject = { ...SUBJECT, command: `ls ${index}` };
      const row = await desk.open(asked({ subject, why: text }));
      assert.not.match(row.why ?? '', ACTS, what);
      if (what.startsWith('half')) continue; // Has no canonical form, so it cannot even be signed.
      const error = await refusal(desk.decide(decisionOn(row, { decision: 'deny', reason: text })));
      assert.equal([error.code, error.exit], ['bad-reason', 64], what);
    }
    assert.not.match(JSON.stringify(await entries('request.opened')), ACTS);
  }));

test('what an approver is shown of a hostile request has nothing in it that acts', () =>
  withDesk(async ({ desk }) => {
    for (const [what, text] of HOSTILE) {
      if (what.startsWith('half')) continue;
      const row = await desk.open(asked({ subject: { ...SUBJECT, command: text, task: text, cwd: text }, why: text }));
      const shown = describeRequest(row, paletteFor({ isTTY: false }));
      for (const line of shown.split('\n')) assert.not.match(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, `${what}: ${line}`);
      // The one field that may have lines of its own is indented, so that none of them looks like another field.
      assert.is(shown.match(/^ {2}target /gm)?.length, 1, what);
    }
  }));

test.run();
