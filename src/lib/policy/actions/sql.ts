// SQL given to a client: statements that lose data, and escapes to a shell. Words, not a parser: what is denied here is
// denied for its verb, and everything else that changes data is asked.
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const SQL_ACTIONS: readonly string[] = [
  'sql.change',
  'sql.drop',
  'sql.look',
  'sql.shell',
  'sql.unbounded-change',
  'sql.unread',
];

const CLIENTS = new Set(['psql', 'mysql', 'mariadb', 'sqlite3', 'sqlcmd', 'clickhouse-client', 'cockroach', 'duckdb']);

/** `sql.drop`, `sql.unbounded-change`, `sql.shell`, `sql.change`, `sql.unread`, `sql.look`. */
export function sqlActions({ name, code, args, stdin }: CommandFact): string[] {
  if (!CLIENTS.has(name)) return [];
  const known = [
    ...code.flatMap(({ text }) => (text === undefined ? [] : [text])),
    ...(stdin.kind === 'text' ? [stdin.text] : []),
  ];
  const unread = code.some(({ text }) => text === undefined) || stdin.kind === 'pipe' || stdin.kind === 'file';
  const found = new Set(known.flatMap((text) => statements(text).flatMap(actionsOfStatement)));
  if (
    known.some((text) =>
      /^\s*(\\!|\\o\s*\||\\copy\b|system\b|\\g\s*\||\.shell|\.system|\.output\s*\|)|\bprogram\s+'|xp_cmdshell|sys_exec|load_extension|into\s+(out|dump)file/im.test(
        text,
      ),
    )
  ) {
    found.add('sql.shell');
  }
  if (unread || args.some(({ exact }) => !exact)) found.add('sql.unread');
  if (found.size === 0 && known.length > 0) found.add('sql.look');
  return [...found];
}

function statements(text: string): string[] {
  return withoutStrings(text)
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/--[^\n]*/g, ' ')
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

// Where clients agree on what a string is: a backslash ends one in PostgreSQL and not in MySQL.
function withoutStrings(text: string): string {
  if (/[\\"`]|\$\$|\$\w+\$/.test(text) || text.split("'").length % 2 === 0) return text;
  return text.replace(/'[^']*'/g, "''");
}

const LOOKS =
  /^(select|show|explain(?!\s+analy[sz]e)|describe|desc|with|table|values|pragma|\\[dlcnz]|\.tables|\.schema)/i;

function actionsOfStatement(statement: string): string[] {
  if (/\b(drop|truncate)\b/i.test(statement)) return ['sql.drop'];
  const changes = /\b(delete\s+from|update)\b/i.test(statement);
  if (changes && !/\bwhere\b/i.test(statement)) return ['sql.unbounded-change'];
  if (changes && /\bwhere\s+(1\s*=\s*1|true|'1'\s*=\s*'1'|1)\s*$/i.test(statement)) return ['sql.unbounded-change'];
  const writes =
    /\b(insert|update|delete|alter|create|grant|revoke|call|do|copy|merge|replace|vacuum|set|lock|into|attach|import)\b/i;
  return LOOKS.test(statement) && !writes.test(statement) ? [] : ['sql.change'];
}
