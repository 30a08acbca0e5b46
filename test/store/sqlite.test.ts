// What is particular to the SQLite store: file, durability, migrations, failures of the machine.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type SqliteConnection from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256 } from '../../src/lib/core/digest.ts';
import { newSessionId } from '../../src/lib/core/ids.ts';
import { openSqliteStore } from '../../src/lib/store/sqlite.ts';
import { requestFor } from '../contract/store.ts';
import { liftFileLimit, runScript } from '../helpers/child-script.ts';
import { openRaw } from '../helpers/raw-sqlite.ts';
import { refusal } from '../helpers/refusal.ts';

const STORE_MODULE = JSON.stringify(fileURLToPath(new URL('../../src/lib/store/sqlite.ts', import.meta.url)));

let folder = '';
let file = '';
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-sqlite-'));
  file = join(folder, 'state.db');
});
test.after.each(() => rmSync(folder, { recursive: true, force: true }));

/** Opens the file past the store, as another program would. */
function meddle<T>(work: (connection: SqliteConnection.Database) => T): T {
  const connection = openRaw(file);
  try {
    return work(connection);
  } finally {
    connection.close();
  }
}

test('the state file and what lies beside it are for the owner only, whatever the umask', async () => {
  const umask = process.umask(0);
  try {
    const store = await openSqliteStore(file);
    await store.requests.insert(requestFor());
    for (const name of [file, `${file}-wal`, `${file}-shm`]) {
      assert.ok(existsSync(name), name);
      assert.is(statSync(name).mode & 0o777, 0o600, name);
    }
    await store.close();
  } finally {
    process.umask(umask);
  }
});

test('a file that others could read is closed to them on opening', async () => {
  await (await openSqliteStore(file)).close();
  chmodSync(file, 0o644);
  await (await openSqliteStore(file)).close();
  assert.is(statSync(file).mode & 0o777, 0o600);
});

test('the schema of a released migration never changes', async () => {
  await (await openSqliteStore(file)).close();
  const schema = meddle((connection) =>
    connection
      .prepare("select sql from sqlite_master where sql is not null and name not like 'kysely%' order by type, name")
      .pluck()
      .all(),
  );
  // If this fails, a migration was edited: put it back, and add a new one.
  assert.is(sha256(schema.join('\n')), 'sha256:418387f3186c6e77e6a36c2f11bc69938e75595a6968f8dcc57b1f22be531175');
});

test('sessions of an earlier version are kept, and say of which mode they were', async () => {
  await (await openSqliteStore(file)).close();
  meddle((connection) =>
    connection.exec(`
      alter table sessions drop column mode;
      delete from kysely_migration where name >= '0002';
      insert into sessions (id, target, kind, principal, command, started_at)
        values ('s-000000000001', 't', 'shell', 'p', 'uptime', 1), ('s-000000000002', 't', 'ssh', 'p', null, 2);
    `),
  );
  const store = await openSqliteStore(file);
  const rows = await store.sessions.list({ limit: 5 });
  assert.equal(
    rows.map(({ id, mode, command, state }) => [id, mode, command, state]),
    [
      ['s-000000000002', 'free', null, 'open'],
      ['s-000000000001', 'one-shot', 'uptime', 'open'],
    ],
  );
  await store.close();
});

test('a file of a newer version is refused and left alone', async () => {
  await (await openSqliteStore(file)).close();
  meddle((connection) => connection.exec("insert into kysely_migration values ('9999-future', '2030-01-01')"));
  const error = await refusal(openSqliteStore(file));
  assert.is(error.code, 'state-too-new');
  assert.is(error.exit, 78);
  assert.match(error.publicMessage, '9999-future');
});

test('a database of another program is refused and left alone', async () => {
  meddle((connection) => connection.exec('create table theirs (x)'));
  const error = await refusal(openSqliteStore(file));
  assert.is(error.code, 'state-unavailable');
  assert.equal(
    meddle((connection) => connection.prepare('select name from sqlite_master').pluck().all()),
    ['theirs'],
  );
});

test('a file that is no database is refused', async () => {
  writeFileSync(file, 'x'.repeat(5000));
  const error = await refusal(openSqliteStore(file));
  assert.is(error.code, 'state-unavailable');
  assert.is(error.exit, 69);
});

test('a corrupt database is refused or says so when read, as state-unavailable', async () => {
  const store = await openSqliteStore(file);
  for (let index = 0; index < 200; index++) {
    await store.requests.insert(requestFor({ digest: `sha256:${index}`, reason: 'x'.repeat(500) }));
  }
  await store.close();
  const { size } = statSync(file);
  writeFileSync(file, Buffer.alloc(size - 8192, 0xff), { flag: 'r+' });
  const error = await refusal(openSqliteStore(file));
  assert.is(error.code, 'state-unavailable');
});

test('a folder that is missing, a folder in its place and a symbolic link are refused', async () => {
  assert.is((await refusal(openSqliteStore(join(folder, 'no', 'state.db')))).code, 'state-unavailable');
  mkdirSync(file);
  assert.is((await refusal(openSqliteStore(file))).code, 'state-unavailable');
  symlinkSync('/dev/null', join(folder, 'link.db'));
  assert.is((await refusal(openSqliteStore(join(folder, 'link.db')))).code, 'state-unavailable');
});

test('a lock held by another process is an error with a next step, not a hang', async () => {
  const store = await openSqliteStore(file);
  const other = openRaw(file);
  other.exec('begin immediate');
  try {
    const error = await refusal(store.requests.insert(requestFor()));
    assert.is(error.code, 'state-unavailable');
    assert.match(error.hint, 'another process');
  } finally {
    other.close();
    await store.close();
  }
});

test('a disk that takes no more is an error with exit 74, what was written before stays, and space makes it go on', async () => {
  // A limit on the size of files stands in for the disk's end: node ignores SIGXFSZ, so write(2) fails.
  const script = runScript(new URL('./fill-up.ts', import.meta.url), [file], { maxFileBytes: 1024 * 1024 });
  const { code, exit, written } = JSON.parse(await script.nextLine()) as {
    code: string;
    exit: number;
    written: number;
  };
  assert.equal([code, exit], ['state-unavailable', 74]);
  assert.ok(written > 10, `${written}`);
  liftFileLimit(script);
  script.child.stdin?.end();
  assert.is((await script.ended).code, 0);
  const store = await openSqliteStore(file);
  assert.is((await store.requests.list({ limit: 5000 })).length, written + 1);
  await store.close();
});

test('eight processes that open a new file at once all get the schema', async () => {
  const script = `
    import { openSqliteStore } from ${STORE_MODULE};
    const store = await openSqliteStore(process.argv[1]);
    await store.requests.list({ limit: 1 });
    await store.close();`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script, file];
  const codes = await Promise.all(Array.from({ length: 8 }, () => exitOf(process.execPath, args)));
  assert.equal(codes, Array(8).fill(0));
});

test('what was committed before kill -9 is there afterwards', async () => {
  const script = `
    import { openSqliteStore } from ${STORE_MODULE};
    const store = await openSqliteStore(process.argv[1]);
    for (let index = 0; ; index++) {
      const id = 's-' + String(index).padStart(12, '0');
      await store.sessions.insert({ id, target: 't', kind: 'shell', principal: 'p', task: null, command: null, startedAt: index });
      process.stdout.write(index + '\\n');
    }`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.split('\n').length > 50) child.kill('SIGKILL');
    });
    child.on('close', () => resolve());
  });
  const acknowledged = said.split('\n').length - 1;
  assert.ok(acknowledged >= 50);
  const store = await openSqliteStore(file);
  const rows = await store.sessions.list({ limit: 100_000 });
  await store.close();
  assert.ok(rows.length >= acknowledged, `${rows.length} of ${acknowledged}`);
});

test('the database itself refuses states that do not exist, and changes to the audit log', async () => {
  const store = await openSqliteStore(file);
  const id = newSessionId();
  await store.sessions.insert({
    id,
    mode: 'free',
    target: 't',
    kind: 'shell',
    principal: 'p',
    task: null,
    command: null,
    startedAt: 1,
  });
  await store.audit.append({
    seq: 1,
    at: 1,
    type: 't',
    actor: 'a',
    session: null,
    data: {},
    previous: 'p',
    hash: 'h',
  });
  await store.close();
  const attempt = (sql: string) => () => meddle((connection) => connection.exec(sql));
  assert.throws(attempt("update sessions set state = 'fine', ended_at = 1"), /sessions_state/);
  assert.throws(attempt("update sessions set state = 'child'"), /sessions_end/);
  assert.throws(attempt("update audit set type = 'other'"), /never change/);
  assert.throws(attempt('delete from audit'), /never deleted/);
});

function exitOf(command: string, args: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => {
    spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).on('close', resolve);
  });
}

test.run();
