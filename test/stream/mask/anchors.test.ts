import { randomInt } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Anchors, buildAnchors } from '../../../src/lib/stream/mask/finding/anchors.ts';
import { type Draw, drawFrom } from './pattern-makers.ts';

const SEED = Number(process.env.MASK_SEED ?? randomInt(2 ** 31));

type Hit = readonly [end: number, text: number];

/** Hits of a text that is scanned in pieces which end at `cuts`, in order of place and, at one place, by index. */
function hitsOf(anchors: Anchors, text: string, cuts: readonly number[] = []): Hit[] {
  const bytes = Buffer.from(text, 'latin1');
  const found: Hit[] = [];
  let state = 0;
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    state = anchors.scan(bytes, from, to, state, ({ count, ends, endings }) => {
      for (let at = 0; at < count; at++) {
        for (const hit of anchors.endings[endings[at] as number] ?? []) found.push([ends[at] as number, hit]);
      }
    });
    from = to;
  }
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

function hitsBySearch(texts: readonly string[], text: string): Hit[] {
  const fold = (raw: string) => raw.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const haystack = fold(text);
  const found: Hit[] = [];
  texts.forEach((needle, index) => {
    for (let at = haystack.indexOf(fold(needle)); at !== -1; at = haystack.indexOf(fold(needle), at + 1))
      found.push([at + needle.length, index]);
  });
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

test('finds texts within texts and at the ends of texts, the longest first', () => {
  const anchors = buildAnchors(['he', 'she', 'hers', 'e', 'his']);
  const seen: [number, readonly number[]][] = [];
  anchors.scan(Buffer.from('ushers'), 0, 6, 0, ({ count, ends, endings }) => {
    for (let at = 0; at < count; at++) seen.push([ends[at] as number, anchors.endings[endings[at] as number] ?? []]);
  });
  assert.equal(seen, [
    [4, [1, 0, 3]],
    [6, [2]],
  ]);
});

test('letters match in either case, and nothing else is folded', () => {
  const anchors = buildAnchors(['AbC', '[@`']);
  assert.is(hitsOf(anchors, 'abc ABC aBc').length, 3);
  assert.equal(hitsOf(anchors, '{@` [`` ;@`'), []);
  assert.equal(hitsOf(anchors, '[@`'), [[3, 1]]);
});

test('equal texts are a hit each, and none is found in nothing', () => {
  assert.equal(hitsOf(buildAnchors(['ab', 'AB']), 'ab'), [
    [2, 0],
    [2, 1],
  ]);
  assert.equal(hitsOf(buildAnchors([]), 'abc'), []);
});

test('says how much of the end may be the beginning of a hidden text', () => {
  const texts = ['eyj', 'key=', 'sk-'];
  const anchors = buildAnchors(texts, (index) => index !== 1);
  const held = (text: string) => anchors.heldBack(anchors.scan(Buffer.from(text), 0, text.length, 0, () => {}));
  assert.is(held(''), 0);
  assert.is(held('a'), 0);
  assert.is(held('ke'), 1, 'the k may not begin sk-, but the e begins eyj');
  assert.is(held('kEY'), 2);
  assert.is(held('key'), 2);
  assert.is(held('s'), 1);
  assert.is(held('sk'), 2);
  assert.is(held('sk-'), 0, 'it is whole: whoever was told knows');
  assert.is(held('sk-e'), 1);
  assert.is(buildAnchors(texts).heldBack(1), 0);
});

test('finds bytes outside ASCII as they are', () => {
  assert.equal(hitsOf(buildAnchors(['\xc3\xa9', '\xff\x00']), 'x\xc3\xa9\xff\x00'), [
    [3, 0],
    [5, 1],
  ]);
});

test('refuses an empty text and what is no byte', () => {
  assert.throws(() => buildAnchors(['a', '']), /at least one character/);
  assert.throws(() => buildAnchors(['\u0100']), /made of bytes/);
});

function drawTexts(draw: Draw, count: number, letters: string, longest: number): string[] {
  return Array.from({ length: count }, () => drawWord(draw, letters, 1 + draw(longest)));
}

function drawWord(draw: Draw, letters: string, length: number): string {
  let text = '';
  for (let at = 0; at < length; at++) text += letters[draw(letters.length)];
  return text;
}

test(`finds what a plain search finds, however the bytes are split (seed ${SEED})`, () => {
  const draw = drawFrom(SEED);
  for (let round = 0; round < 500; round++) {
    const letters = round % 2 === 0 ? 'abA' : 'abcdefgXYZ01-\xe9';
    const texts = drawTexts(draw, 1 + draw(30), letters, 6);
    const text = drawWord(draw, letters, 60);
    const expected = hitsBySearch(texts, text);
    const anchors = buildAnchors(texts);
    assert.equal(hitsOf(anchors, text), expected, `${JSON.stringify(texts)} in ${JSON.stringify(text)}`);
    const cuts = [draw(60), draw(60), draw(60)].sort((a, b) => a - b);
    assert.equal(hitsOf(anchors, text, cuts), expected, `split at ${cuts}`);
    const everywhere = Array.from({ length: 60 }, (_, at) => at);
    assert.equal(hitsOf(anchors, text, everywhere), expected, 'byte by byte');
  }
});

test(`finds them in long texts, across the borders of what is read at once (seed ${SEED})`, () => {
  const draw = drawFrom(SEED + 3);
  for (let round = 0; round < 20; round++) {
    const texts = drawTexts(draw, 8, 'abA', 1 + draw(round < 18 ? 60 : 1500));
    const text = `${drawWord(draw, 'ab', 1000 + draw(30))}${texts.join('')}${drawWord(draw, 'abc', 6000)}`;
    const expected = hitsBySearch(texts, text);
    assert.equal(hitsOf(buildAnchors(texts), text), expected, `${JSON.stringify(texts)}`);
    const cuts = [draw(3000), 3000 + draw(3000)];
    assert.equal(hitsOf(buildAnchors(texts), text, cuts), expected, `${JSON.stringify(texts)} split at ${cuts}`);
  }
});

test('more than 32,768 rows take a wider table and are found all the same', () => {
  const draw = drawFrom(SEED + 1);
  const texts = Array.from({ length: 3_000 }, () => drawWord(draw, 'abcdefghijklmnopqrstuvwxyz0123456789', 20));
  const anchors = buildAnchors(texts);
  assert.ok(anchors.size.rows > 32_768);
  const text = texts.map((needle) => needle.toUpperCase()).join(' ');
  assert.equal(hitsOf(anchors, text), hitsBySearch(texts, text));
});

test('four thousand texts, as rules have them, stay below 4 MB', () => {
  const draw = drawFrom(SEED + 2);
  const numbers = Array.from({ length: 3_600 }, (_, index) => String(2_000 + index));
  const words = Array.from({ length: 400 }, () => drawWord(draw, 'abcdefghijklmnopqrstuvwxyz0123456789_-=:"/', 8));
  assert.ok(buildAnchors([...numbers, ...words]).size.bytes < 4 * 2 ** 20);
});

test.run();
