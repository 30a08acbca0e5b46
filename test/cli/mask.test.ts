// The parts of `sallyport mask`: lines and pieces of a batch, places in a report, and that an explanation says what the engine does.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linesOf, MAX_LINE_BYTES } from '../../src/lib/cli/batch-lines.ts';
import { maskBatch } from '../../src/lib/cli/mask-batch.ts';
import { readable } from '../../src/lib/cli/mask-filter.ts';
import { placesIn } from '../../src/lib/cli/mask-report.ts';
import { piecesOf } from '../../src/lib/cli/mask-splits.ts';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { expandExample } from '../../src/lib/stream/mask/examples.ts';
import { explainText } from '../../src/lib/stream/mask/explain.ts';
import { compileRules } from '../../src/lib/stream/mask/finding/compiled-rules.ts';
import { findSecrets } from '../../src/lib/stream/mask/finding/find-secrets.ts';
import { indexNeedles } from '../../src/lib/stream/mask/known/known-finder.ts';
import type { PatternRule } from '../../src/lib/stream/mask/rule.ts';
import { RULES } from '../../src/lib/stream/mask/rules/index.ts';
import type { Stage } from '../../src/lib/stream/stage.ts';

const test = suite('cli: mask');

async function* given(...pieces: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield Buffer.from(piece);
}

async function lines(...pieces: readonly (string | Buffer)[]): Promise<string[][]> {
  const all: string[][] = [];
  for await (const each of linesOf(given(...pieces))) all.push(each.map(String));
  return all;
}

for (const [what, pieces, expected] of [
  ['a piece of several lines', ['a\nb\n'], [['a', 'b']]],
  ['a line in several pieces', ['a', 'b', 'c\nd', '\n'], [['abc'], ['d']]],
  ['a last line without an end', ['a\nb'], [['a'], ['b']]],
  ['empty lines', ['\n\n'], [['', '']]],
  ['nothing', [], []],
  ['a carriage return, which belongs to the line', ['a\r\n'], [['a\r']]],
  ['line separators of Unicode, which end no line', ['a\u2028b\u2029c\u0085d\ve\n'], [['a\u2028b\u2029c\u0085d\ve']]],
  ['a character cut in two', [Buffer.from('é').subarray(0, 1), Buffer.from('é\n').subarray(1)], [['é']]],
] as const) {
  test(`lines of ${what}`, async () => {
    assert.equal(await lines(...pieces), expected);
  });
}

test('a line without end is refused before it fills the memory', async () => {
  async function* endless(): AsyncGenerator<Buffer> {
    const piece = Buffer.alloc(1024 * 1024, 'a');
    for (let bytes = 0; bytes <= MAX_LINE_BYTES * 2; bytes += piece.length) yield piece;
  }
  const error = await thrownBy(drain(linesOf(endless())));
  assert.ok(error instanceof BrokerError && error.code === 'bad-batch', String(error));
});

async function drain(source: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of source);
}

async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error) => error,
  );
}

const TEXT = Buffer.from('0123456789'.repeat(50));

test('pieces are views that add up to the text, whatever the split', () => {
  for (const splits of ['whole', 'random', 'bytes'] as const) {
    for (let seed = 0; seed < 50; seed++) {
      assert.equal(Buffer.concat([...piecesOf(TEXT, splits, seed)]), TEXT, `${splits} ${seed}`);
    }
    assert.is(Buffer.concat([...piecesOf(Buffer.alloc(0), splits, 1)]).length, 0);
  }
  assert.is([...piecesOf(TEXT, 'bytes', 1)].length, TEXT.length);
  assert.is([...piecesOf(TEXT, 'whole', 1)].length, 1);
});

test('random pieces have 1 to 64 bytes, and are the same for one seed only', () => {
  const lengths = (seed: number) => [...piecesOf(Buffer.alloc(100_000), 'random', seed)].map(({ length }) => length);
  const some = lengths(7);
  assert.equal([Math.min(...some), Math.max(...some)], [1, 64]);
  assert.equal(new Set(some).size, 64);
  assert.equal(lengths(7), some);
  assert.not.equal(lengths(8), some);
});

/** Holds everything back until the end, and notes what it was fed. */
function slowStage(fed: string[][]): Stage {
  const pieces: Buffer[] = [];
  fed.push([]);
  const flush = () => [Buffer.from(Buffer.concat(pieces).toString().toUpperCase())];
  return {
    push(bytes) {
      pieces.push(Buffer.from(bytes));
      fed.at(-1)?.push(Buffer.from(bytes).toString('latin1'));
      return [];
    },
    holding: true,
    holdsSecret: false,
    expire: flush,
    flush,
    resize: () => {},
  };
}

async function batch(pieces: readonly string[], splits: 'whole' | 'random' | 'bytes' = 'whole', seed = 0) {
  const fed: string[][] = [];
  const output: string[] = [];
  let error: unknown;
  try {
    await maskBatch({
      source: given(...pieces),
      write: async (bytes) => void output.push(Buffer.from(bytes).toString()),
      newStage: () => slowStage(fed),
      splits,
      seed,
    });
  } catch (thrown) {
    error = thrown;
  }
  return { fed, output, error };
}

test('a batch answers every line in order, by a stage of its own, as soon as the line is whole', async () => {
  const { output, fed, error } = await batch([
    '{"id":1,"text":"a"}\n{"id":"x",',
    '"text":"b"}\n',
    '\n{"id":2,"text":""}',
  ]);
  assert.is(error, undefined);
  assert.equal(output, ['{"id":1,"masked":"A"}\n', '{"id":"x","masked":"B"}\n', '{"id":2,"masked":""}\n']);
  assert.equal(fed, [['a'], ['b'], ['']]);
});

test('the pieces of a line depend on the seed and its number alone', async () => {
  const text = 'x'.repeat(500);
  const line = (id: number) => `{"id":${id},"text":"${text}"}\n`;
  const first = await batch([line(1) + line(2)], 'random', 5);
  assert.equal((await batch([line(9), line(9)], 'random', 5)).fed, first.fed);
  assert.not.equal(first.fed[0], first.fed[1]);
  assert.not.equal((await batch([line(1) + line(2)], 'random', 6)).fed, first.fed);
});

test('bytes of a character come one by one', async () => {
  assert.equal((await batch(['{"id":1,"text":"é"}'], 'bytes')).fed, [['\xc3', '\xa9']]);
});

for (const bad of [
  'nonsense',
  '[]',
  'null',
  '1',
  '"text"',
  '{"id":1}',
  '{"text":"a"}',
  '{"id":null,"text":"a"}',
  '{"id":1,"text":1}',
  '{"id":{},"text":"a"}',
  '{"id":1,"text":["a"]}',
  '{"id":1,"text":"a"',
  '\u0000',
]) {
  test(`the line ${JSON.stringify(bad)} ends a batch, after answers to those before it`, async () => {
    const { output, error } = await batch([`{"id":1,"text":"a"}\n\n${bad}\n{"id":2,"text":"b"}\n`]);
    assert.equal(output, ['{"id":1,"masked":"A"}\n']);
    assert.ok(error instanceof BrokerError);
    assert.is(error.publicMessage, 'line 3 of the input is not {"id": …, "text": "…"}');
    assert.is(error.exit, 64);
  });
}

test('places are lines and columns of UTF-16 units, in whatever order they are asked for', () => {
  const text = 'ab\n\nüñ🙂x\n';
  const places = placesIn(Buffer.from(text));
  const at = (index: number) => places(Buffer.byteLength(text.slice(0, index)));
  assert.equal([0, 1, 3, 4, 6, 8].map(at), [
    { line: 1, column: 1 },
    { line: 1, column: 2 },
    { line: 2, column: 1 },
    { line: 3, column: 1 },
    { line: 3, column: 3 },
    { line: 3, column: 5 },
  ]);
  assert.equal(at(1), { line: 1, column: 2 });
});

test('a source that cannot be read is the caller’s mistake, any other error is not', async () => {
  async function* failing(error: Error): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(1);
    throw error;
  }
  const folder = Object.assign(new Error('m'), { code: 'EISDIR' });
  const error = await thrownBy(drain(readable(failing(folder), '"x"')));
  assert.ok(error instanceof BrokerError, String(error));
  assert.equal([error.exit, error.publicMessage], [64, '"x" cannot be read: it is a folder']);
  const other = new Error('m');
  assert.is(await thrownBy(drain(readable(failing(other), '"x"'))), other);
});

const NOTHING_KNOWN = indexNeedles([]);

test('an explanation masks what the engine masks, in every example of every rule', () => {
  const wrong: string[] = [];
  for (const rule of RULES) {
    const compiled = compileRules([rule]);
    for (const example of [...rule.tests.masks, ...rule.tests.leaves]) {
      const text = Buffer.from(expandExample(example, 3).text);
      const found = findSecrets(compiled, NOTHING_KNOWN, text).map(({ from }) => from);
      const said = explainText([rule], text).flatMap(({ outcome }) => (outcome.is === 'masked' ? [outcome.from] : []));
      // Of a machine the explanation has one place for all that it found.
      const isSame = 'begin' in rule ? said.length > 0 === found.length > 0 : String(said) === String(found);
      if (!isSame) wrong.push(`${rule.name}: ${JSON.stringify(example)}: ${found} but ${said}`);
    }
  }
  assert.equal(wrong, []);
});

const ACME: PatternRule = {
  name: 'acme',
  kind: 'acme',
  family: 'own',
  anchors: ['acme'],
  notBefore: '[a-z]',
  lead: '_{1,3}',
  secret: '[0-9]{4,6}',
  tail: '!',
  notAfter: '[?]',
  check: (secret) => secret !== '0000',
  tests: { masks: [], leaves: [] },
};

for (const [text, outcome] of [
  ['acme_1234!', { is: 'masked', from: 5, to: 9 }],
  ['xacme_1234!', { is: 'not-before' }],
  ['acme-1234!', { is: 'no-lead', length: 0, min: 1, at: 4 }],
  ['acme__12a4!', { is: 'no-secret', length: 2, min: 5, at: 8 }],
  ['acme_1234', { is: 'no-secret', length: 4, min: 5, at: 9 }],
  ['acme_1234!?', { is: 'not-after', length: 5, at: 10 }],
  ['acme_0000!', { is: 'check-failed', length: 4 }],
] as const) {
  test(`of ${text} the explanation is "${outcome.is}"`, () => {
    assert.equal(
      explainText([ACME], Buffer.from(text)).map((attempt) => attempt.outcome),
      [outcome],
    );
  });
}

test('a rule with text before its anchor says how much was there, and personal data within a secret is none', () => {
  const mail: PatternRule = {
    name: 'mail',
    kind: 'mail',
    family: 'personal',
    anchors: ['@'],
    before: { class: '[a-z]', min: 2, max: 10 },
    secret: '[a-z]{2}',
    tests: { masks: [], leaves: [] },
  };
  const outcomes = (rules: readonly PatternRule[], text: string) =>
    explainText(rules, Buffer.from(text)).map(({ rule, outcome }) => [rule.name, outcome]);
  assert.equal(outcomes([mail], 'a@bc'), [['mail', { is: 'too-little-before', length: 1, min: 2 }]]);
  const wide = { ...ACME, lead: '_', secret: '[a-z@!]{9}', tail: '!' };
  assert.equal(outcomes([mail, wide], 'acme_!!!ab@cdx!'), [
    ['acme', { is: 'masked', from: 5, to: 14 }],
    ['mail', { is: 'within', rule: 'acme' }],
  ]);
});

test.run();
