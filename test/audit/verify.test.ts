// The verdict on a log that somebody worked on: found, and at the right place.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GENESIS, lineOf, seal } from '../../src/lib/audit/chain.ts';
import {
  type AuditFault,
  type AuditVerdict,
  verifyAuditFile,
  verifyAuditLog,
  verifyAuditStore,
} from '../../src/lib/audit/verify.ts';
import type { AuditEntry } from '../../src/lib/ports/store.ts';
import { openRaw } from '../helpers/raw-sqlite.ts';
import { refusal } from '../helpers/refusal.ts';
import { type TestState, withState } from '../helpers/state.ts';

const COUNT = 12;

async function withEntries(work: (state: TestState, lines: string[]) => Promise<void>): Promise<void> {
  await withState(async (state) => {
    for (let index = 1; index <= COUNT; index++) {
      await state.audit.append({
        type: 'test',
        actor: 'broker',
        session: `s-${index}`,
        data: { index, text: 'é 🦊\u2028' },
      });
    }
    await work(state, readFileSync(state.auditFile, 'utf8').trimEnd().split('\n'));
  });
}

const place = (verdict: AuditVerdict) =>
  verdict.kind === 'broken' ? [verdict.where, verdict.seq, verdict.why] : [verdict.kind, verdict.entries];

/** The lines chained anew from `from` on, as somebody who can compute hashes would. */
function rechain(lines: readonly string[], from: number, change: (entry: AuditEntry) => AuditEntry): string[] {
  let last: AuditEntry | undefined;
  return lines.map((line, index) => {
    const entry = JSON.parse(line) as AuditEntry;
    const { type, actor, session, data, at } = index + 1 === from ? change(entry) : entry;
    last = index + 1 < from ? entry : seal({ type, actor, data, ...(session === null ? {} : { session }) }, at, last);
    return lineOf(last).trimEnd();
  });
}

const edit = (lines: string[], seq: number, from: string | RegExp, to: string) =>
  lines.map((line, index) => (index + 1 === seq ? line.replace(from, to) : line));

const nest = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

const WORK: readonly [string, (lines: string[]) => readonly string[], AuditFault, number][] = [
  ['a changed word', (lines) => edit(lines, 5, '"broker"', '"brokEr"'), 'altered', 5],
  ['a changed time', (lines) => edit(lines, 1, /"at":\d/, '"at":2'), 'altered', 1],
  ['a blank more in a line', (lines) => edit(lines, 5, ',', ', '), 'altered', 5],
  ['a second key of the same name', (lines) => edit(lines, 5, '{', '{"actor":"eve",'), 'altered', 5],
  ['a carriage return', (lines) => edit(lines, 12, /$/, '\r'), 'altered', 12],
  ['a line removed', (lines) => lines.toSpliced(4, 1), 'missing', 5],
  ['the first line removed', (lines) => lines.slice(1), 'missing', 1],
  ['the first half removed', (lines) => lines.slice(6), 'missing', 1],
  ['two lines exchanged', (lines) => lines.with(4, lines[8] ?? '').with(8, lines[4] ?? ''), 'reordered', 5],
  ['a line twice', (lines) => lines.toSpliced(5, 0, lines[4] ?? ''), 'reordered', 6],
  ['the whole log twice', (lines) => [...lines, ...lines], 'reordered', 13],
  ['an empty line', (lines) => lines.toSpliced(4, 0, ''), 'unreadable', 5],
  [
    'a line nested deeper than the stack goes',
    (lines) => edit(lines, 5, '"data":{', `"data":{"a":${nest(40_000)},`),
    'altered',
    5,
  ],
  ['half a character', (lines) => edit(lines, 5, '"broker"', '"\\ud800"'), 'altered', 5],
  ['a time that no date has', (lines) => edit(lines, 5, /"at":\d+/, '"at":9007199254740991'), 'altered', 5],
  ['a line longer than the log writes', (lines) => lines.with(4, '['.repeat(300_000)), 'unreadable', 5],
  ['a line of something else', (lines) => lines.with(4, '{"seq":5}'), 'unreadable', 5],
  ['a line of NULs, as after a power cut', (lines) => lines.with(11, '\0'.repeat(300)), 'unreadable', 12],
  [
    'a forged line added at the end',
    (lines) => [...lines, lineOf(seal({ type: 't', actor: 'eve', data: {} }, 1, undefined)).trimEnd()],
    'reordered',
    13,
  ],
];

for (const [what, work, why, seq] of WORK) {
  test(`${what} is found in the file alone, as "${why}" at entry ${seq}`, () =>
    withEntries(async ({ auditFile, store }, lines) => {
      writeFileSync(auditFile, `${work(lines).join('\n')}\n`);
      assert.equal(place(await verifyAuditFile(auditFile)), ['file', seq, why]);
      assert.equal(place(await verifyAuditLog({ file: auditFile, store })), ['file', seq, why]);
      assert.equal(place(await verifyAuditStore(store)), ['intact', COUNT]);
    }));
}

test('a line replaced together with its hash shows as the next one’s lost link, and with the store at its own place', () =>
  withEntries(async ({ auditFile, store }, lines) => {
    const replaced = rechain(lines, 5, (entry) => ({ ...entry, actor: 'eve' }))[4] ?? '';
    writeFileSync(auditFile, `${lines.with(4, replaced).join('\n')}\n`);
    assert.equal(place(await verifyAuditFile(auditFile)), ['file', 6, 'unlinked']);
    assert.equal(place(await verifyAuditLog({ file: auditFile, store })), ['file', 5, 'diverged']);
  }));

test('an untouched log is intact, in the file, in the store and in both', () =>
  withEntries(async ({ auditFile, store }, lines) => {
    const verdict = await verifyAuditLog({ file: auditFile, store });
    const last = JSON.parse(lines.at(-1) ?? '') as AuditEntry;
    assert.equal(verdict, { kind: 'intact', entries: COUNT, head: { seq: COUNT, hash: last.hash } });
    assert.equal(await verifyAuditFile(auditFile), verdict);
    assert.equal(await verifyAuditStore(store), verdict);
    assert.is((JSON.parse(lines[0] ?? '') as AuditEntry).previous, GENESIS);
  }));

test('a tail cut at a line’s end, or a file that is gone, is found by the store, which has more', () =>
  withEntries(async ({ auditFile, store }, lines) => {
    writeFileSync(auditFile, `${lines.slice(0, 9).join('\n')}\n`);
    // Nothing in the file itself can say so.
    assert.equal(place(await verifyAuditFile(auditFile)), ['intact', 9]);
    assert.equal(place(await verifyAuditLog({ file: auditFile, store })), ['file', 10, 'cut']);
    writeFileSync(auditFile, '');
    assert.equal(place(await verifyAuditLog({ file: auditFile, store })), ['file', 1, 'cut']);
    rmSync(auditFile);
    assert.equal(place(await verifyAuditLog({ file: auditFile, store })), ['file', 1, 'cut']);
    const error = await refusal(verifyAuditFile(auditFile));
    assert.equal([error.code, error.exit], ['audit-unreadable', 69]);
  }));

test('a tail cut inside a line is found in the file alone, wherever the cut is', () =>
  withEntries(async ({ auditFile, store }, lines) => {
    const whole = readFileSync(auditFile);
    const lastLine = Buffer.byteLength(lines.at(-1) ?? '') + 1;
    for (let cut = 1; cut < lastLine; cut += 7) {
      writeFileSync(auditFile, whole.subarray(0, whole.length - cut));
      assert.equal(place(await verifyAuditFile(auditFile)), ['file', COUNT, 'torn'], `${cut} bytes`);
    }
    assert.equal(place(await verifyAuditLog({ file: auditFile, store })), ['file', COUNT, 'torn']);
  }));

test('a chain rewritten from some entry on is found by the store, at that entry', () =>
  withEntries(async ({ auditFile, store }, lines) => {
    writeFileSync(auditFile, `${rechain(lines, 4, (entry) => ({ ...entry, actor: 'eve' })).join('\n')}\n`);
    assert.equal(place(await verifyAuditFile(auditFile)), ['intact', COUNT]);
    assert.equal(place(await verifyAuditLog({ file: auditFile, store })), ['file', 4, 'diverged']);
  }));

test('an entry in the file that the store does not have is found', () =>
  withEntries(async ({ auditFile, store }, lines) => {
    const last = JSON.parse(lines.at(-1) ?? '') as AuditEntry;
    const added = lineOf(seal({ type: 'test', actor: 'eve', data: {} }, 1, last));
    writeFileSync(auditFile, `${lines.join('\n')}\n${added}`);
    assert.equal(place(await verifyAuditLog({ file: auditFile, store })), ['file', COUNT + 1, 'diverged']);
  }));

test('a change to the store behind its triggers is found there, and where a cut is', () =>
  withEntries(async ({ auditFile, store, folder }) => {
    const meddle = (sql: string) => {
      const connection = openRaw(join(folder, 'sallyport.db'));
      connection.exec(`drop trigger if exists audit_no_update; drop trigger if exists audit_no_delete; ${sql}`);
      connection.close();
    };
    meddle('delete from audit where seq > 10');
    assert.equal(place(await verifyAuditLog({ file: auditFile, store })), ['file', 11, 'diverged']);
    meddle("update audit set actor = 'eve' where seq = 3");
    assert.equal(place(await verifyAuditStore(store)), ['store', 3, 'altered']);
    assert.equal(place(await verifyAuditLog({ file: auditFile, store })), ['store', 3, 'altered']);
  }));

test('no single changed byte goes unnoticed, and the place is that line or the next', () =>
  withEntries(async ({ auditFile }) => {
    const whole = readFileSync(auditFile);
    let line = 1;
    for (let at = 0; at < whole.length; at++) {
      const byte = whole[at] ?? 0;
      if (at % 5 === 0) {
        const changed = Buffer.from(whole);
        changed[at] = byte ^ (1 << (at % 8));
        writeFileSync(auditFile, changed);
        const verdict = await verifyAuditFile(auditFile);
        assert.is(verdict.kind, 'broken', `byte ${at}`);
        if (verdict.kind === 'broken')
          assert.ok(verdict.seq === line || verdict.seq === line + 1, `byte ${at}: ${verdict.seq}`);
      }
      if (byte === 0x0a) line++;
    }
  }));

test('a log of many pages is verified while it is written', () =>
  withState(async ({ audit, auditFile, store }) => {
    const event = { type: 'test', actor: 'broker', data: { text: 'x'.repeat(3000) } };
    const writing = Promise.all(Array.from({ length: 1500 }, () => audit.append(event)));
    const verdicts: AuditVerdict[] = [];
    let isWritten = false;
    void writing.then(() => {
      isWritten = true;
    });
    while (!isWritten) verdicts.push(await verifyAuditLog({ file: auditFile, store }));
    await writing;
    assert.ok(
      verdicts.every(({ kind }) => kind === 'intact'),
      JSON.stringify(verdicts.find(({ kind }) => kind !== 'intact')),
    );
    assert.equal(place(await verifyAuditLog({ file: auditFile, store })), ['intact', 1500]);
  }));

test.run();
