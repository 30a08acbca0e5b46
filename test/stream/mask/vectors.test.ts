// timeout: 240
// Every vector of test/vectors/mask, cut in two at every position, byte by byte, and whole.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawFrom, expandPieces } from '../../../src/lib/stream/mask/examples.ts';
import { judge } from './generator-judge.ts';
import { makeMasker, maskedAt } from './generator-run.ts';
import { secretsOf, survivorsOf } from './generator-text.ts';

interface Vector {
  readonly id: string;
  readonly text: string;
}

const FOLDER = fileURLToPath(new URL('../../vectors/mask/', import.meta.url));
const SEED = 20261125;
const test = suite('mask vectors');
const masker = makeMasker();

const vectorsOf = (file: string): readonly Vector[] => JSON.parse(readFileSync(`${FOLDER}${file}`, 'utf8')).vectors;

/** Characters from U+0080 to U+009F stand for themselves in UTF-8: C1 controls as a terminal of today reads them. */
function drawVector({ text }: Vector, file: string) {
  const pieces = expandPieces(text, drawFrom(SEED));
  // The text of what makes no line of text, such as a title's, is judged by what may not be read.
  const survivors =
    file === 'benign.json' ? [] : survivorsOf(pieces.map((piece) => ({ ...piece, text: withoutControls(piece.text) })));
  return { bytes: Buffer.from(pieces.map((piece) => piece.text).join('')), secrets: secretsOf(pieces), survivors };
}

const withoutControls = (text: string) => (/[\u001b\u009b\u009d\b]/.test(text) ? '' : text);

for (const file of readdirSync(FOLDER)) {
  for (const vector of vectorsOf(file)) {
    const name = `${file.replace('.json', '')}: ${vector.id}`;
    test(`${name} is masked as it must be, the same at every split position`, async () => {
      const { bytes, secrets, survivors } = drawVector(vector, file);
      const whole = maskedAt(masker, bytes, []);
      const output = whole.toString();
      if (file === 'benign.json') assert.is(output, bytes.toString());
      else {
        const { leaked, lost } = await judge({ input: bytes.toString(), output, secrets, survivors });
        assert.equal({ leaked, lost }, { leaked: [], lost: [] }, JSON.stringify(output));
      }
      for (let cut = 1; cut < bytes.length; cut++) {
        if (!maskedAt(masker, bytes, [cut]).equals(whole))
          assert.is(maskedAt(masker, bytes, [cut]).toString(), output, `cut at ${cut}`);
      }
      const single = maskedAt(
        masker,
        bytes,
        Array.from({ length: bytes.length - 1 }, (_, at) => at + 1),
      );
      assert.is(single.toString(), output, 'byte by byte');
    });
  }
}

test.run();
