import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Dialect, readSql } from '../../src/lib/policy/actions/sql-lexer.ts';
import { statementActions } from '../../src/lib/policy/actions/sql-statements.ts';

const POSTGRES: Dialect = { postgres: true };
const MYSQL: Dialect = { mysql: true, backslash: true };
const SQLITE: Dialect = { brackets: true };

/** The statements as their client would read them, tokens joined by blanks; strings and names in their quotes. */
function read(text: string, dialect: Dialect): string[] | undefined {
  const quotes = { string: "'", name: '"', word: '', symbol: '' } as const;
  return readSql(text, dialect)?.statements.map((tokens) =>
    tokens.map(({ kind, text: value }) => quotes[kind] + value + quotes[kind]).join(' '),
  );
}

const READ: readonly (readonly [dialect: Dialect, text: string, statements: readonly string[] | undefined])[] = [
  [POSTGRES, 'SELECT 1; Drop Table x', ['select 1', 'drop table x']],
  [POSTGRES, "select ';' ; drop", ["select ';'", 'drop']],
  [POSTGRES, "select 'it''s; x'", ["select 'it''s; x'"]],
  [POSTGRES, "select 'a\\'; drop", ["select 'a\\'", 'drop']],
  [MYSQL, "select 'a\\'; drop'", ["select 'a\\'; drop'"]],
  [POSTGRES, "select E'a\\'; drop'", ["select e 'a\\'; drop'"]],
  [POSTGRES, 'select $$ ; drop $$', ["select ' ; drop '"]],
  [POSTGRES, 'select $a$ $$ ; $a$', ["select ' $$ ; '"]],
  [MYSQL, 'select $$ ; drop $$', ['select $ $', 'drop $ $']],
  [POSTGRES, 'select 1 -- ; x\n; drop', ['select 1', 'drop']],
  [POSTGRES, 'select 1 --x\n; drop', ['select 1', 'drop']],
  [MYSQL, 'select 1 --1; drop', ['select 1 - - 1', 'drop']],
  [MYSQL, 'select 1 # ; x\n; drop', ['select 1', 'drop']],
  [POSTGRES, 'select 1 # 2', ['select 1 # 2']],
  [POSTGRES, 'drop/* /* */ ; */table', ['drop table']],
  [MYSQL, 'drop/* /* */ ; table', ['drop', 'table']],
  [MYSQL, '/*!50000 drop */ table', ['drop table']],
  [POSTGRES, '/*!50000 drop */ table', ['table']],
  [SQLITE, 'select [a;b]', ['select "a;b"']],
  [POSTGRES, 'select a[1]', ['select a [ 1 ]']],
  [MYSQL, 'drop table `a;b`', ['drop table "a;b"']],
  [POSTGRES, 'select 1 \\g select 2', ['select 1', 'select 2']],
  [MYSQL, 'select 1 \\G drop', ['select 1', 'drop']],
  [POSTGRES, "select 'a", undefined],
  [POSTGRES, 'select /* a', undefined],
  [POSTGRES, 'select $$ a', undefined],
  [POSTGRES, '', []],
];

for (const [dialect, text, statements] of READ) {
  test(`reads ${JSON.stringify(text)} as ${Object.keys(dialect).join(' and ')} does`, () => {
    assert.equal(read(text, dialect), statements);
  });
}

test('takes what stands behind a backslash for a command of the client', () => {
  assert.equal(readSql('select 1 \\! id\n; \\o |sh', POSTGRES)?.commands, ['\\! id', '\\o |sh']);
});

/** What a statement is said to do. */
const DOES: readonly (readonly [text: string, ...actions: string[]])[] = [
  ['delete from t', 'unbounded-change'],
  ['delete from t where id = 1', 'change'],
  ['delete from t where a = now() and b = 2', 'change'],
  ['update t set a = now() where id = 1', 'change'],
  ['update t set a = 1', 'unbounded-change'],
  ['delete from t where 1 = 1', 'broad-change'],
  ['delete from t where id = 1 or true', 'broad-change'],
  ['delete from t where t.id = t.id', 'broad-change'],
  ['delete from t where id is not null', 'broad-change'],
  ["delete from t where a like '%'", 'broad-change'],
  ["delete from t where a like 'x%'", 'change'],
  ['delete from t where id = 1 or id = 2', 'change'],
  ['delete from t select 1 where x', 'unbounded-change'],
  ['with a as (delete from t) select 1 where x', 'unbounded-change'],
  ['delete from t where id in (select id from u where 1 = 1)', 'change'],
  ["do 'begin delete from t; end'", 'unbounded-change'],
  ["do 'begin perform 1; end'", 'change'],
  ["prepare s from 'drop table t'", 'drop', 'unread'],
  ['drop table t', 'drop'],
  ['alter table t drop column a', 'drop'],
  ['alter table t add column a int', 'change'],
  ['truncate t', 'drop'],
  ['select truncate(1, 2)', 'look'],
  ['select truncate from t', 'look'],
  ['select a from t for update', 'look'],
  ['create table a (b int references c on delete cascade on update cascade)', 'change'],
  ["copy t to program 'sh'", 'file', 'shell'],
  ["copy t to '/tmp/x'", 'file'],
  ['copy t to stdout', 'change'],
  ["select pg_read_file('/etc/passwd')", 'file'],
  ["exec xp_cmdshell 'dir'", 'shell'],
  ['grant all on t to x', 'rights'],
  ['alter user x superuser', 'rights'],
];

for (const [text, ...actions] of DOES) {
  test(`says ${actions.join(', ')} of ${text}`, () => {
    const [tokens = []] = readSql(text, POSTGRES)?.statements ?? [];
    assert.equal(statementActions(tokens, POSTGRES).sort(), [...actions].sort());
  });
}

test.run();
