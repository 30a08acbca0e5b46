// The command-line clients of databases: where their arguments hold SQL, a file of it, or a place for the output.
import type { Field } from '../facts/facts.ts';
import { isLongOption, type OptionSpec, parseOptions } from '../facts/options.ts';
import type { Dialect } from './sql-lexer.ts';

interface Client {
  readonly spec: OptionSpec;
  /** Options with SQL. */
  readonly sql: readonly string[];
  /** Options that name a file that is written; a program where it begins with a bar. */
  readonly outputs: readonly string[];
  /** Options that name a program or a library. */
  readonly programs?: readonly string[];
  /** Operands before those that are SQL; absent: none is. */
  readonly operandsBefore?: number;
  readonly dialects: readonly Dialect[];
}

const POSTGRES: readonly Dialect[] = [{ postgres: true }, { postgres: true, backslash: true }];
const MYSQL: readonly Dialect[] = [{ mysql: true, backslash: true }, { mysql: true }];
const LITE: readonly Dialect[] = [{ brackets: true }];
const ALL: readonly Dialect[] = [...POSTGRES, ...MYSQL, ...LITE, { backslash: true }];

const psql: Client = {
  spec: {
    short: 'cdfhLopPRFTUv',
    long: 'command dbname file log-file output host port username set variable pset field-separator record-separator table-attr'.split(
      ' ',
    ),
  },
  sql: ['-c', '--command'],
  outputs: ['-o', '--output', '-L', '--log-file'],
  dialects: POSTGRES,
};
const mysql: Client = {
  spec: {
    short: 'eDhPSu',
    long: 'execute database host port socket user pager tee init-command defaults-file defaults-extra-file delimiter prompt plugin-dir default-auth ssl-ca'.split(
      ' ',
    ),
  },
  sql: ['-e', '--execute', '--init-command'],
  outputs: ['--tee'],
  programs: ['--pager', '--plugin-dir'],
  dialects: MYSQL,
};
const sqlite: Client = {
  spec: {},
  sql: ['-cmd', '--cmd', '-c', '-s'],
  outputs: [],
  operandsBefore: 1,
  dialects: LITE,
};
// `-c`, `-e`, `-q` with everything that a dialect may mean.
const other: Client = {
  spec: {
    short: 'abcdeEfhiHkoPpqQrsSuUwdD',
    long: 'command execute query cmd host port user password database db file output url server statement sql execute-statement username'.split(
      ' ',
    ),
  },
  sql: ['-c', '-e', '-q', '-Q', '-s', '--command', '--execute', '-execute', '--query', '--statement', '--sql'],
  outputs: ['-o', '--output'],
  dialects: ALL,
};
const words: Client = { ...other, operandsBefore: 0 };

const TABLE: Readonly<Record<string, Client>> = {
  psql,
  pgcli: psql,
  vsql: psql,
  ysqlsh: psql,
  gsql: psql,
  edb: psql,
  mysql,
  mariadb: mysql,
  mycli: mysql,
  mysqlsh: { ...mysql, sql: [...mysql.sql, '--sql'] },
  tidb: mysql,
  sqlite3: sqlite,
  sqlite: sqlite,
  duckdb: { ...sqlite, dialects: ALL },
  litecli: sqlite,
  sqlcipher: sqlite,
  'clickhouse-client': other,
  'clickhouse-local': other,
  clickhouse: other,
  cockroach: other,
  sqlcmd: { ...other, dialects: [{ brackets: true }] },
  'mssql-cli': other,
  osql: other,
  isql: other,
  tsql: other,
  usql: other,
  cqlsh: other,
  trino: other,
  presto: other,
  beeline: other,
  hive: other,
  'impala-shell': other,
  'spark-sql': other,
  snowsql: other,
  snow: other,
  influx: words,
  mclient: other,
  crash: other,
  dolt: other,
  bq: words,
  'cypher-shell': words,
  surreal: words,
  sqlplus: other,
  db2: words,
  rqlite: other,
  questdb: other,
  turso: words,
  libsql: words,
  dbshell: other,
};

/** Text and loose ends of the arguments of a client. */
export interface SqlArguments {
  readonly texts: readonly string[];
  /** Some SQL is only known when it runs. */
  readonly unread: boolean;
  readonly outputs: readonly string[];
  readonly programs: readonly string[];
  readonly dialects: readonly Dialect[];
}

/** What the arguments of that client hold; undefined where the name is no client. */
export function sqlArguments(name: string, args: readonly Field[]): SqlArguments | undefined {
  const client = Object.hasOwn(TABLE, name) ? TABLE[name] : undefined;
  if (client === undefined) return undefined;
  const given = client.spec.short === undefined ? singleDash(args) : args;
  const { options, operands } = parseOptions(given, client.spec);
  const values = (names: readonly string[]) =>
    options.flatMap(({ name: option, value }) =>
      value !== undefined && names.some((each) => each === option || (option.length > 4 && isLongOption(option, each)))
        ? [value]
        : [],
    );
  const trailing = client.operandsBefore === undefined ? [] : operands.slice(client.operandsBefore);
  const sql = [...values(client.sql), ...singleDashValues(client, args), ...trailing];
  return {
    texts: sql.filter(({ exact }) => exact).map(({ value }) => value),
    // What may become several words may become such an option.
    unread: sql.some(({ exact }) => !exact) || args.some(({ many }) => many),
    outputs: values(client.outputs).map(({ value }) => value),
    programs: values(client.programs ?? []).map(({ value }) => value),
    dialects: client.dialects,
  };
}

// sqlite3 writes its options as words after one dash; `-cmd SQL` and its like take a value.
const TAKES_VALUE = /^--?(cmd|init|separator|newline|nullvalue|mmap|lookaside|maxsize|pagecache|vfs|zip|A|c|s|f)$/;

function singleDash(args: readonly Field[]): Field[] {
  return args.filter(({ value }, index) => !/^-/.test(value) && !TAKES_VALUE.test(args[index - 1]?.value ?? ''));
}

function singleDashValues(client: Client, args: readonly Field[]): Field[] {
  return args.filter((_, index) => {
    const before = args[index - 1]?.value ?? '';
    return client.spec.short === undefined
      ? client.sql.includes(before)
      : before === '-execute' || before === '--execute';
  });
}
