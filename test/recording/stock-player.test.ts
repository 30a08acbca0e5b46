// The recorder's files in the asciinema everybody has.
import { execFileSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { localDirectoryArchive } from '../../src/lib/archive/local-directory.ts';
import type { BrokerError } from '../../src/lib/core/errors.ts';
import type { SessionEvent } from '../../src/lib/core/events.ts';
import { onSmallDisk } from '../archive/small-disk.ts';
import { needs } from '../helpers/needs.ts';
import { asciinema } from './asciinema.ts';
import { eventsOf, input, type OpenOptions, openSample, output, recordSample, shown } from './samples.ts';

const marker = (name: string, data: Record<string, unknown>): SessionEvent => ({ kind: 'marker', name, data });

const SESSIONS: readonly [string, readonly SessionEvent[], OpenOptions][] = [
  ['plain output', [output('hello\r\n'), output('world\r\n')], {}],
  ['no output at all', [], {}],
  ['empty chunks', [output(''), output('x'), output('')], {}],
  [
    'resizes, markers, input and hidden input',
    [
      marker('command.judged', { verdict: 'allow', reason: 'a "quoted" reason\u2028with more' }),
      output('a\r\n'),
      { kind: 'resize', size: { cols: 132, rows: 50 } },
      input('secret? no\r'),
      { kind: 'hidden-input', byteCount: 8 },
      output('b\r\n'),
    ],
    {},
  ],
  [
    'characters of all lengths, cut in two',
    [output('é→'), output(Buffer.from('😀').subarray(0, 2)), output(Buffer.from('😀').subarray(2))],
    {},
  ],
  ['invalid bytes', [output(Uint8Array.of(0x41, 0xff, 0xed, 0xa0, 0x80, 0x42))], {}],
  ['line and paragraph separators', [output('a\u2028b\u2029c\u0085d\u000be\u000cf\u001cg\u001dh\u001ei')], {}],
  [
    'escape sequences',
    [output('\u001b[2J\u001b[31mred\u001b[0m\u001b]0;title\u0007'), output('\u0000\u0001\u007f')],
    {},
  ],
  ['two streams of a pipe', [output('out\n'), output('err\n', 'stderr'), output('out\n')], { size: null }],
  ['binary data of a pipe', [output('text\n'), output(Buffer.alloc(70_000)), output('text\n')], { size: null }],
  ['half surrogates in the command', [output('x')], { command: 'echo \ud800' }],
  ['a chunk of a mebibyte', [output('0123456789abcde\n'.repeat(65_536))], { size: null }],
];

/** Both commands of asciinema show exactly that. */
function accepted(path: string, expected: string): void {
  for (const args of [
    ['cat', path],
    ['play', '-i', '0.01', '-s', '100', path],
  ]) {
    const { status, text } = asciinema(args);
    assert.is(status, 0, text);
    assert.is(text, expected, args[0]);
  }
}

for (const [what, events, options] of SESSIONS) {
  needs(test, 'asciinema')(`asciinema cat and play show a recording with ${what} exactly`, async () => {
    const { archive, session } = await recordSample(events, options);
    accepted(archive.locate(session), shown(await eventsOf(archive, session)));
  });
}

needs(test, 'asciinema')('asciinema accepts a recording that reached its limit', async () => {
  const { archive, session, recorder } = await openSample({ maxBytes: 3000 });
  let refusal: unknown;
  while (refusal === undefined) {
    await recorder.record(output('a line of a runaway command\r\n')).catch((error: unknown) => {
      refusal = error;
    });
  }
  assert.is((refusal as BrokerError).code, 'recording-full');
  await recorder.close({ status: null });
  accepted(archive.locate(session), shown(await eventsOf(archive, session)));
});

needs(
  test,
  'asciinema',
  'root',
)('asciinema accepts what was recorded before the disk was full', async () => {
  await onSmallDisk(async (root) => {
    const { archive, session, recorder } = await openSample({ archive: localDirectoryArchive(root) });
    let [sent, refusal]: [string, unknown] = ['', undefined];
    while (refusal === undefined) {
      const text = `${'x'.repeat(7000)}\r\n`;
      await recorder.record(output(text)).then(
        () => {
          sent += text;
        },
        (error: unknown) => {
          refusal = error;
        },
      );
    }
    assert.is((refusal as BrokerError).code, 'cannot-record');
    assert.match((refusal as BrokerError).publicMessage, 'ENOSPC');
    await recorder.close({ status: null }).catch(() => undefined);
    accepted(archive.locate(session), sent);
  });
});

needs(test, 'asciinema')('every line is JSON to a parser that is not JavaScript’s', async () => {
  for (const [, events, options] of SESSIONS) {
    const { archive, session } = await recordSample(events, options);
    const check =
      'import json,sys\nfor line in open(sys.argv[1], encoding="utf-8"): json.dumps(json.loads(line), ensure_ascii=False).encode("utf-8")';
    execFileSync('python3', ['-c', check, archive.locate(session)]);
  }
});

test.run();
