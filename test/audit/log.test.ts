// Appending: the order, what a crash or a full disk leaves, and what the log refuses to go on with.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openAuditLog } from '../../src/lib/audit/log.ts';
import { verifyAuditLog } from '../../src/lib/audit/verify.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import type { AuditEntry } from '../../src/lib/ports/store.ts';
import { liftFileLimit, runScript } from '../helpers/child-script.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { refusal } from '../helpers/refusal.ts';
import { openState, type TestState, withState } from '../helpers/state.ts';

const event = (data: Record<string, unknown> = {}) => ({ type: 'test', actor: 'broker', data });
const linesOf = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n');
const fill = async ({ audit }: Pick<TestState, 'audit'>, count: number) => {
  for (let index = 0; index < count; index++) await audit.append(event({ index }));
};
const intact = async ({ auditFile, store }: TestState) => {
  const verdict = await verifyAuditLog({ file: auditFile, store });
  assert.is(verdict.kind, 'intact', JSON.stringify(verdict));
};

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-audit-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('200 appends at once keep their order, in the store and in the file', () =>
  withState(async (state) => {
    const appended = await Promise.all(Array.from({ length: 200 }, (_, index) => state.audit.append(event({ index }))));
    assert.equal(
      appended.map(({ seq, data }) => [seq, data.index]),
      Array.from({ length: 200 }, (_, index) => [index + 1, index]),
    );
    assert.equal(await state.entries(), appended);
    assert.equal(
      linesOf(state.auditFile).map((line) => JSON.parse(line)),
      appended,
    );
    await intact(state);
    assert.is(statSync(state.auditFile).mode & 0o777, 0o600);
  }));

test('what was appended is there after opening again, and the chain goes on', () =>
  withFolder(async (folder) => {
    const first = await openState(folder);
    await fill(first, 5);
    await first.close();
    const second = await openState(folder);
    assert.is((await second.audit.append(event())).seq, 6);
    await intact(second);
    await second.close();
    const error = await refusal(second.audit.append(event()));
    assert.equal([error.code, error.exit], ['cannot-audit', 74]);
  }));

test('a secret that strays into an entry is not in the log, and broken text is what was hashed', () =>
  withState(async (state) => {
    const text = 'a\ud800b\u2028\u0000\u001b[2J🦊';
    await state.audit.append(event({ key: new Secret('hunter2hunter2'), text, nothing: undefined }));
    await intact(state);
    const said = readFileSync(state.auditFile, 'utf8');
    assert.not.match(said, 'hunter2');
    assert.is((JSON.parse(said) as AuditEntry).data.text, 'a\ufffdb\u2028\u0000\u001b[2J🦊');
    assert.is(linesOf(state.auditFile).length, 1);
  }));

test('an entry over 256 KiB is refused with a next step that fits, and the log goes on', () =>
  withState(async (state) => {
    const error = await refusal(state.audit.append(event({ text: 'x'.repeat(256 * 1024) })));
    assert.equal([error.code, error.exit], ['cannot-audit', 74]);
    assert.match(error.hint, 'shorter command');
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    assert.is((await refusal(state.audit.append(event(circle)))).code, 'cannot-audit');
    assert.is((await state.audit.append(event())).seq, 1);
    await intact(state);
  }));

const WHILE_RUNNING: readonly [string, (file: string) => void, number][] = [
  [
    'cut at a line’s end',
    (file) => truncateSync(file, Buffer.byteLength(`${linesOf(file).slice(0, 3).join('\n')}\n`)),
    2,
  ],
  ['cut inside a line', (file) => truncateSync(file, statSync(file).size - 10), 1],
  ['emptied', (file) => truncateSync(file, 0), 5],
  ['removed', (file) => rmSync(file), 5],
  ['moved away', (file) => renameSync(file, `${file}.1`), 5],
];
for (const [what, work, missing] of WHILE_RUNNING) {
  test(`a file ${what} while the log is open is completed from the store, and the chain says so`, () =>
    withState(async (state) => {
      await fill(state, 5);
      work(state.auditFile);
      await state.audit.append(event({ after: true }));
      const repaired = await state.entries('audit.repaired');
      assert.equal(
        repaired.map(({ data }) => data),
        [{ missing, from: 6 - missing }],
      );
      assert.is(linesOf(state.auditFile).length, 7);
      await intact(state);
    }));
}

const CONTRADICTIONS: readonly [string, (file: string) => void][] = [
  [
    'has a line that the store does not have',
    (file) => appendFileSync(file, `${linesOf(file)[4]?.replace('"seq":5', '"seq":6')}\n`),
  ],
  [
    'says something else in one of its last lines',
    (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('"index":3', '"index":9')),
  ],
  ['ends in something that is no entry', (file) => appendFileSync(file, 'half a thought')],
  ['has a line that is no entry', (file) => appendFileSync(file, 'a thought\n')],
  ['has a line twice', (file) => appendFileSync(file, `${linesOf(file).at(-1)}\n`)],
];
for (const [what, work] of CONTRADICTIONS) {
  test(`a file that ${what} is not written to: audit-broken, with both kept`, () =>
    withFolder(async (folder) => {
      const state = await openState(folder);
      await fill(state, 5);
      await state.close();
      work(state.auditFile);
      const before = readFileSync(state.auditFile);
      const error = await refusal(openState(folder));
      assert.equal([error.code, error.exit], ['audit-broken', 74]);
      assert.match(error.hint, 'keep both');
      assert.equal(readFileSync(state.auditFile), before);
    }));
}

test('a file that lost its beginning goes on, since its end is the store’s, and the whole verification says so', () =>
  withFolder(async (folder) => {
    const state = await openState(folder);
    await fill(state, 5);
    await state.close();
    writeFileSync(state.auditFile, `${linesOf(state.auditFile).slice(2).join('\n')}\n`);
    const { auditFile, store, close } = await openState(folder);
    const verdict = await verifyAuditLog({ file: auditFile, store });
    assert.equal(verdict.kind === 'broken' && [verdict.seq, verdict.why], [1, 'missing']);
    await close();
  }));

test('a state file that was removed does not start a second history beside the old one', () =>
  withFolder(async (folder) => {
    const state = await openState(folder);
    await fill(state, 3);
    await state.close();
    for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `sallyport.db${end}`), { force: true });
    assert.is((await refusal(openState(folder))).code, 'audit-broken');
  }));

test('a link, a pipe or a folder in the file’s place is refused', () =>
  withState(async ({ store, folder }) => {
    const open = (file: string) => openAuditLog({ store, file, clock: fakeClock() });
    writeFileSync(join(folder, 'elsewhere'), '');
    symlinkSync('elsewhere', join(folder, 'link'));
    assert.is((await refusal(open(join(folder, 'link')))).code, 'cannot-audit');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    assert.is((await refusal(open(join(folder, 'pipe')))).code, 'audit-broken');
    assert.is((await refusal(open(folder))).exit, 74);
    assert.is((await refusal(open(join(folder, 'no', 'such')))).code, 'cannot-audit');
  }));

test('a file that can no longer be written is completed once it can, after a refusal', () =>
  withFolder(async (folder) => {
    const prepared = await openState(folder);
    await fill(prepared, 2000);
    await prepared.close();
    // Room for a torn line; the store's own files are shorter and still grow.
    const { size } = statSync(prepared.auditFile);
    const script = runScript(new URL('./append-until-full.ts', import.meta.url), [folder], {
      maxFileBytes: size + 1000,
    });
    const said = JSON.parse(await script.nextLine()) as Record<string, unknown>;
    assert.equal([said.code, said.exit, said.again], ['cannot-audit', 74, 'cannot-audit']);
    liftFileLimit(script);
    script.child.stdin?.end();
    assert.is((await script.ended).code, 0);
    const state = await openState(folder);
    await intact(state);
    assert.equal((await state.entries('audit.repaired')).length, 1);
    await state.close();
  }));

test('after kill -9 every acknowledged entry is there, and a half-written line is completed', async () => {
  for (const cut of [0, 100]) {
    await withFolder(async (folder) => {
      const script = runScript(new URL('./append-for-ever.ts', import.meta.url), [folder]);
      let acknowledged = 0;
      while (acknowledged < 200) acknowledged = Number(await script.nextLine());
      await script.kill();
      const file = join(folder, 'audit.jsonl');
      // What a kill inside write(2) leaves: the store has the entry, the file half of it.
      if (cut > 0) truncateSync(file, statSync(file).size - cut);
      const state = await openState(folder);
      await intact(state);
      assert.ok(((await state.store.audit.last())?.seq ?? 0) >= acknowledged);
      if (cut > 0) assert.is((await state.entries('audit.repaired')).length, 1);
      await state.audit.append(event());
      await intact(state);
      await state.close();
    });
  }
});

test.run();
