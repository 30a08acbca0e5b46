// The quick look at what a brace opens says no to the very byte to which the machine for JSON does, and else nothing.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drawFrom } from '../../../src/lib/stream/mask/examples.ts';
import type { Machine } from '../../../src/lib/stream/mask/rule.ts';
import { BareDataMachine } from '../../../src/lib/stream/mask/rules/kubernetes-bare-data.ts';
import { JsonMachine } from '../../../src/lib/stream/mask/rules/kubernetes-json.ts';

const ANCHORS = ['{"', '{\n', '{\\"'];
const PARTS = [
  ...[
    '"',
    '"',
    '"',
    '":"',
    '": "',
    ':',
    ' : ',
    ',',
    '","',
    '{',
    '}',
    '[',
    ']',
    '}',
    "'",
    '\\',
    '\\"',
    '\\n',
    '\n',
    ' ',
  ],
  ...['name', 'tls.key', 'level', 'a-b_c', 'é', '', 'x'.repeat(250), ' '.repeat(300)],
  ...['c2VjcmV0', 'aHVudGVyMg==', 'aGk=', 'Zm9v', 'abc', 'info', 'zzzz', '17', 'null', 'true', '=', '+/'],
];

/** How many bytes the machine takes, and what it finds, also where it is stopped by a deadline at its last byte. */
function read(machine: Machine, text: string): unknown {
  let taken = 0;
  for (const byte of Buffer.from(text)) {
    taken += 1;
    if (!machine.push(byte)) break;
  }
  return { taken, holdFrom: machine.holdFrom, early: machine.spans(true), spans: machine.spans(false) };
}

for (const anchor of ANCHORS)
  test(`behind ${JSON.stringify(anchor)} it reads what the machine for JSON reads`, () => {
    const draw = drawFrom(anchor.length + anchor.charCodeAt(1));
    let masked = 0;
    for (let round = 0; round < 20_000; round++) {
      const head = draw(2) === 0 ? `${PARTS[20 + draw(5)]}":"${PARTS[28 + draw(6)]}` : '';
      const text = head + Array.from({ length: draw(7) }, () => PARTS[draw(PARTS.length)]).join('');
      const expected = read(new JsonMachine(anchor, 'base64'), text);
      assert.equal(read(new BareDataMachine(anchor), text), expected, JSON.stringify(text));
      if (JSON.stringify(expected).includes('"spans":[{')) masked += 1;
    }
    assert.ok(masked > 20 || anchor !== '{"', `${masked} of them are data`);
  });

test.run();
