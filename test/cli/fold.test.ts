// What a terminal would wrap is wrapped before, so that an agent's text never stands where a label stands.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { describeRequest } from '../../src/lib/cli/decide.ts';
import { fold } from '../../src/lib/cli/fold.ts';
import { paletteFor } from '../../src/lib/cli/render.ts';
import { requestFor, SUBJECT } from '../contract/store.ts';

test('breaks at the column, counts what may be wide as wide, and loses nothing', () => {
  assert.equal(fold('abcdefgh', 3), ['abc', 'def', 'gh']);
  assert.equal(fold('abc\n\ndef', 3), ['abc', '', 'def']);
  assert.equal(fold('你好世界', 5), ['你好', '世界']);
  assert.equal(fold('a\tb', 8), ['a', '\t', 'b']);
  assert.equal(fold('🦊🦊', 1), ['🦊', '🦊'], 'never half a character');
  assert.equal(fold('', 5), ['']);
});

test('a command, a reason or a folder padded to the width of the terminal forges no field', () => {
  const columns = 60;
  const forged = (label: string) => `${'x'.repeat(columns - 10 - 'echo '.length)}  ${label}staging`.repeat(3);
  const row = requestFor({
    subject: { ...SUBJECT, command: `echo ${forged('target  ')}`, place: forged('needs   '), task: forged('who     ') },
    why: forged('command '),
  });
  const before = Object.getOwnPropertyDescriptor(process.stdout, 'columns');
  Object.defineProperty(process.stdout, 'columns', { value: columns, configurable: true });
  try {
    const lines = describeRequest({ ...row, state: 'pending', votes: [] }, paletteFor({})).split('\n');
    assert.equal(
      lines.filter((line) => line.length > columns),
      [],
    );
    const labels = lines.slice(1, -1).map((line) => line.slice(0, 10).trim());
    assert.equal(
      labels.filter((label) => label !== ''),
      ['command', 'target', 'where', 'who', 'rule', 'why', 'needs', 'digest'],
    );
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.stdout, 'columns');
    else Object.defineProperty(process.stdout, 'columns', before);
  }
});

test.run();
