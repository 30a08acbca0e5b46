import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SshReader, SshWireError, sshString, sshUint32, sshUint64 } from '../../src/lib/core/ssh-wire.ts';

test('what is written is read back in order, also from the middle of a larger buffer', () => {
  const bytes = Buffer.concat([
    sshString('ä'),
    sshUint32(4_294_967_295),
    sshUint64(18_446_744_073_709_551_615n),
    sshString(Buffer.concat([sshString('a'), sshString('')])),
    sshString(Buffer.of(0, 0x80)),
  ]);
  const reader = new SshReader(Buffer.concat([Buffer.of(9, 9), bytes, Buffer.of(9)]).subarray(2, 2 + bytes.length));
  assert.is(reader.text(), 'ä');
  assert.is(reader.uint32(), 4_294_967_295);
  assert.is(reader.uint64(), 18_446_744_073_709_551_615n);
  assert.equal(
    reader.strings().map((text) => text.toString()),
    ['a', ''],
  );
  assert.is(reader.done, false);
  assert.equal([...reader.mpint()], [0x80]);
  assert.is(reader.done, true);
  assert.is(reader.position, bytes.length);
});

test('bytes that end early are an error at every length, never a short answer', () => {
  const bytes = sshString('hello');
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(
      () => new SshReader(bytes.subarray(0, length)).string(),
      (error: unknown) => error instanceof SshWireError,
    );
  }
  const huge = Buffer.concat([sshUint32(4_294_967_295), Buffer.from('x')]);
  assert.throws(() => new SshReader(huge).string(), /ends early/);
  assert.throws(() => new SshReader(Buffer.alloc(3)).uint32(), /ends early/);
  assert.throws(() => new SshReader(Buffer.alloc(7)).uint64(), /ends early/);
  assert.throws(() => new SshReader(sshString(Buffer.from([0, 0, 0, 9]))).strings(), /ends early/);
});

test('numbers that do not fit are refused', () => {
  assert.throws(() => sshUint32(-1));
  assert.throws(() => sshUint32(2 ** 32));
  assert.throws(() => sshUint64(-1n));
  assert.throws(() => sshUint64(2n ** 64n));
});

test.run();
