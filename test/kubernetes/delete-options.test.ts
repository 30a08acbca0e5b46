// The options of a deletion in protobuf say what they say in JSON, or nothing is deleted.
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readDeleteOptions } from '../../src/lib/kubernetes/request/delete-options.ts';
import { bytesField } from '../../src/lib/kubernetes/request/protobuf.ts';

const test = suite('kubernetes: options of a deletion in protobuf');

const text = (number: number, value: string) => bytesField(number, Buffer.from(value));
const whole = (number: number, value: number | bigint) =>
  new BinaryWriter().tag(number, WireType.Varint).int64(value).finish();
const options = (fields: readonly Uint8Array[], kind = 'DeleteOptions') =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    bytesField(1, Buffer.concat([text(1, 'v1'), text(2, kind)])),
    bytesField(2, Buffer.concat(fields)),
  ]);
const HEAD = { apiVersion: 'v1', kind: 'DeleteOptions' };

const READ: readonly (readonly [readonly Uint8Array[], object])[] = [
  [[], {}],
  [[whole(1, 0)], { gracePeriodSeconds: 0 }],
  [[whole(1, -1)], { gracePeriodSeconds: -1 }],
  [[whole(3, 1), whole(6, 0)], { orphanDependents: true, ignoreStoreReadErrorWithClusterBreakingPotential: false }],
  [[text(4, 'Foreground')], { propagationPolicy: 'Foreground' }],
  [[text(5, 'All'), text(5, 'All')], { dryRun: ['All', 'All'] }],
  [
    [bytesField(2, Buffer.concat([text(1, 'u'), text(2, '7')])), whole(1, 30)],
    { preconditions: { uid: 'u', resourceVersion: '7' }, gracePeriodSeconds: 30 },
  ],
];

for (const [fields, expected] of READ) {
  test(`as JSON: ${JSON.stringify(expected)}`, () => {
    assert.equal(readDeleteOptions(options(fields)), { ...HEAD, ...expected });
  });
}

const REFUSED: readonly (readonly [string, Uint8Array])[] = [
  ['a field that is not known', options([text(9, 'x')])],
  ['a field of another type', options([whole(4, 1)])],
  ['a number that is too large', options([whole(1, 2n ** 60n)])],
  ['a field that stands there twice', options([text(4, 'Orphan'), text(4, 'Foreground')])],
  ['preconditions that stand there twice', options([bytesField(2, text(1, 'a')), bytesField(2, text(1, 'b'))])],
  ['an unknown precondition', options([bytesField(2, text(3, 'a'))])],
  ['a dry run that is no text', options([whole(5, 1)])],
  ['another kind', options([], 'Pod')],
  ['what is cut short', options([text(4, 'Foreground')]).subarray(0, -2)],
  ['a group', options([Buffer.of((1 << 3) | 3, (1 << 3) | 4)])],
  ['groups in groups', options([Buffer.alloc(100_000, (1 << 3) | 3)])],
  ['no envelope', Buffer.from('k8s\0')],
  ['nothing', Buffer.of()],
];

for (const [what, bytes] of REFUSED) {
  test(`${what}: refused`, () => assert.is(readDeleteOptions(bytes), undefined));
}

test('every body that is cut or changed by a byte is options or refused, and ends', () => {
  const whole = options([
    bytesField(2, Buffer.concat([text(1, 'u'), text(2, '7')])),
    text(4, 'Foreground'),
    text(5, 'All'),
  ]);
  for (let at = 0; at < whole.length; at++) {
    readDeleteOptions(whole.subarray(0, at));
    for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
      const changed = Buffer.from(whole);
      changed[at] = value;
      const read = readDeleteOptions(changed);
      if (read !== undefined) assert.is(read.kind, 'DeleteOptions');
    }
  }
});

test.run();
