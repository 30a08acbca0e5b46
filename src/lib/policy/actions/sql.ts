// SQL given to a client: statements that lose data, reach files or rights, and ways out to a shell.

import type { CommandFact } from './index.ts';
import { sqlArguments } from './sql-clients.ts';
import { emptiesDatabase } from './sql-frameworks.ts';
import { type Dialect, readSql } from './sql-lexer.ts';
import { statementActions } from './sql-statements.ts';

/** Every action this file names. */
export const SQL_ACTIONS: readonly string[] = [
  'sql.broad-change',
  'sql.change',
  'sql.drop',
  'sql.file',
  'sql.look',
  'sql.rights',
  'sql.shell',
  'sql.unbounded-change',
  'sql.unread',
];

/** What the SQL does, read in every way that the client may; `sql.unread` where some of it is only known when it runs. */
export function sqlActions(command: CommandFact): string[] {
  const { name, args, code, stdin } = command;
  const found = new Set<string>();
  if (emptiesDatabase(name, args)) found.add('sql.drop');
  const given = sqlArguments(name, args);
  if (given === undefined) return givesSql(name, args) ? ['sql.drop'] : [...found];
  const known = code.flatMap(({ text }) => (text === undefined ? [] : [text]));
  const texts = [...new Set([...given.texts, ...known, ...(stdin.kind === 'text' ? [stdin.text] : [])])];
  for (const text of texts) for (const action of textActions(text, given.dialects)) found.add(`sql.${action}`);
  for (const output of given.outputs) found.add(/^\s*\|/.test(output) ? 'sql.shell' : 'sql.file');
  if (given.programs.some((program) => !/^(|cat|less|more)$/.test(program))) found.add('sql.shell');
  if (given.unread || stdin.kind === 'pipe' || readsPipe(command) || readsRisky(command)) found.add('sql.unread');
  if (found.size > 1) found.delete('sql.look');
  return [...found];
}

/** Programs to which `-e` and `-c` mean something else. */
const NO_CLIENTS =
  /^(e|f|z|r)?grep$|^(rg|ag|ack|sed|gsed|git|hg|gh|glab|svn|echo|printf|awk|perl|ruby|node|php|lua|python|watch|script|expect|tmux|screen|jira|sh|bash|dash|zsh|ksh|su|sg|wall|fish)[\d.]*$/;
const STATEMENT =
  /^\s*(drop\s+(table|database|schema|keyspace|collection|index|view|user)\b|truncate\s+(table\s+)?[\w."`]+\s*;?\s*$|delete\s+from\s+[\w."`]+\s*;?\s*$)/i;

// A client that no table knows: SQL behind an option that gives it.
function givesSql(name: string, args: CommandFact['args']): boolean {
  if (NO_CLIENTS.test(name)) return false;
  return args.some(({ value }, index) => {
    const [, glued] = /^--?(?:command|execute|query|sql|statement)=([\s\S]*)$/.exec(value) ?? [];
    if (glued !== undefined) return STATEMENT.test(glued);
    return (
      /^(-[ceqQ]|--?(command|execute|query|sql|statement|exec))$/.test(args[index - 1]?.value ?? '') &&
      STATEMENT.test(value)
    );
  });
}

// `psql < <(…)`: a file that another command writes meanwhile.
function readsPipe({ stdin, reads }: CommandFact): boolean {
  return (
    stdin.kind === 'file' && reads.some(({ forms }) => forms.some((form) => /^\/(dev\/(fd|stdin)|proc\/)/.test(form)))
  );
}

// A file of statements where anybody may have put it, or one that says what it does.
function readsRisky({ reads }: CommandFact): boolean {
  return reads.some(({ forms }) =>
    forms.some((form) =>
      /^\/(tmp|var\/tmp|dev\/shm)\/|(drop|truncate|delete|wipe|destroy|nuke)[\w-]*\.sql$/i.test(form),
    ),
  );
}

/** Commands of clients, wherever they stand in a line. */
const SHELL_COMMAND =
  /^\\(!|[owgT]x?\s*\||gx?\s*\||copy\b[^\n]*\bprogram\b|P\b|e[fv]?\b|setenv\b|set\s[^\n]*`|sf?\b\s*\|)/i;
const FILE_COMMAND = /^\\(i|ir|include|include_relative|copy|o|w|s|lo_import|lo_export|out|g|gx|\.|T|tee|source)\s+\S/;
const DYNAMIC_COMMAND = /^\\(gexec|gset|if|elif|d(elimiter)?\s+\S*[^\w\s.*"'+])/;
/** Lines that are commands of sqlite3, mysql, sqlcmd or sqlplus. */
const SHELL_LINE =
  /^[^\S\n]*(\.(shell|system)\b|\.(output|once|import|read|excel|e)\b[^\n]*\|\s*\S|\.(load|edit|www|excel)\b|(system|pager|edit)\s+\S|:?!!|!|host\s|ho\s)/im;
const FILE_LINE =
  /^[^\S\n]*(\.(output|once|import|read|open|save|backup|restore|clone|log|archive|ar|dump\s+\S+\s*>|cd|recover)\b|(source|tee|spool|notee)\s+\S|:(r|out|error|perftrace|ed)\b|@+\S|start\s+\S+\.sql|delimiter\s)/im;

function textActions(text: string, dialects: readonly Dialect[]): Set<string> {
  const found = new Set<string>();
  if (SHELL_LINE.test(text)) found.add('shell');
  if (FILE_LINE.test(text)) found.add('file');
  let isRead = false;
  for (const dialect of dialects) {
    if (dialect.backslash === true && !text.includes('\\') && dialects.length > 1 && dialect.mysql !== true) continue;
    const script = readSql(text, dialect);
    if (script === undefined) continue;
    isRead = true;
    for (const command of script.commands) {
      if (SHELL_COMMAND.test(command)) found.add('shell');
      else if (FILE_COMMAND.test(command)) found.add('file');
      else if (DYNAMIC_COMMAND.test(command)) found.add('unread');
      else found.add('look');
    }
    for (const statement of script.statements) {
      if (statement[0]?.text === '.') found.add('look');
      else for (const action of statementActions(statement, dialect)) found.add(action);
    }
  }
  if (!isRead) found.add('unread');
  return found;
}
