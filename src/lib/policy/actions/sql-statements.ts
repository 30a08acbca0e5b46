// What one statement of SQL does to the data, and what it reaches beside the database.
import type { Dialect, Token } from './sql-lexer.ts';
import { readSql } from './sql-lexer.ts';

const OBJECTS =
  /^(table|tables|database|schema|view|materialized|index|sequence|function|procedure|trigger|user|role|type|domain|extension|tablespace|server|policy|owned|column|constraint|partition|keyspace|collection|event|foreign|aggregate|operator|language|publication|subscription|rule|temporary|if|primary|key|login|certificate|assembly|dictionary|measurement|series|catalog|group|cascade|node)$/;
/** Words that begin a statement, where one without a semicolon before it may. */
const BEGINS =
  /^(select|insert|update|delete|drop|truncate|merge|exec|execute|declare|print|go|if|begin|end|commit|rollback|create|alter|grant|revoke)$/;
const SHELL =
  /^(xp_cmdshell|sys_exec|sys_eval|load_extension|sp_oacreate|sp_oamethod|pg_execute_server_program|dbms_scheduler|dbms_java|dbms_xslprocessor|executable)$/;
const FILES =
  /^(pg_read_(binary_)?file|pg_ls_(dir|logdir|waldir|tmpdir)|pg_stat_file|lo_import|lo_export|lo_from_bytea|dblink\w*|load_file|outfile|dumpfile|infile|openrowset|opendatasource|xp_\w+|utl_(file|http|smtp|inaddr)|writefile|readfile|fileio_\w+|fts3_tokenizer|read_text|read_blob|sp_configure)$/;
const RIGHTS = /^(user|role|login|extension|language|system|server|operator|certificate|credential)$/;
const LOOKS =
  /^(select|show|explain|describe|desc|with|table|values|pragma|use|help|set|begin|start|commit|rollback|end|analyze|declare|fetch|close|list|describe|info)$/;

/** What was found: the names of actions, without `sql.`. */
export function statementActions(tokens: readonly Token[], dialect: Dialect, nested = 0): string[] {
  const found = new Set<string>();
  const head = tokens[0]?.text ?? '';
  const lastSet = tokens.findLastIndex(({ kind, text }) => kind === 'word' && text === 'set');
  const copies = tokens.some(({ text }) => text === 'copy');
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'name' && (SHELL.test(token.text.toLowerCase()) || FILES.test(token.text.toLowerCase())))
      found.add('file');
    if (token.kind !== 'word') continue;
    const next = tokens[index + 1];
    if (SHELL.test(token.text)) found.add('shell');
    else if (FILES.test(token.text)) found.add('file');
    else if (token.text === 'drop' && (index === 0 || isObject(next))) found.add('drop');
    else if (token.text === 'truncate' && (next?.text === 'table' || (next?.text !== '(' && startsHere(tokens, index))))
      found.add('drop');
    else if (token.text === 'delete' && deletes(tokens, index)) found.add(boundOf(tokens, index));
    else if (token.text === 'update' && index < lastSet && updates(tokens, index)) found.add(boundOf(tokens, index));
    else if (token.text === 'program' && copies) found.add('shell');
    else if (token.text === 'detach' && next?.text === 'delete') found.add(boundOf(tokens, index));
  }
  if (head === 'copy' && !tokens.some(({ text }) => text === 'stdout' || text === 'stdin')) found.add('file');
  if (/^(attach|load|install|backup|restore|bulk|import|export|spool|host|dump)$/.test(head)) found.add('file');
  if (/^(grant|revoke|deny|reassign|kill|shutdown|reset|flush|purge|reload|change|stop|handler)$/.test(head))
    found.add('rights');
  if (
    /^(create|alter)$/.test(head) &&
    tokens.slice(1, 5).some(({ kind, text }) => kind === 'word' && RIGHTS.test(text))
  )
    found.add('rights');
  if (head === 'set' && /^(global|password|persist|session_authorization|role)$/.test(tokens[1]?.text ?? ''))
    found.add('rights');
  if (head === 'pragma' && tokens.some(({ text }) => text === 'writable_schema')) found.add('rights');
  for (const action of dynamicActions(tokens, dialect, nested)) found.add(action);
  if (found.size === 0) found.add(isLook(tokens, head) ? 'look' : 'change');
  return [...found];
}

function isObject(token: Token | undefined): boolean {
  return token?.kind === 'word' && OBJECTS.test(token.text);
}

// Not `on delete cascade`, `for delete` of a trigger, a right that is granted, or a column of that name.
function deletes(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1];
  const next = tokens[index + 1];
  if (before?.kind === 'word' && /^(on|for|after|before|or|of|then|detach|grant|revoke)$/.test(before.text))
    return before.text === 'then' && next?.text === 'from';
  if (before?.text === ',' || before?.text === '.') return false;
  // `ALTER TABLE t DELETE WHERE …` of ClickHouse.
  if (tokens[0]?.text === 'alter' && next?.text === 'where') return true;
  return next?.text === 'from' || (next !== undefined && next.kind !== 'symbol' && startsHere(tokens, index));
}

// Not `for update`, `on update cascade`, `on duplicate key update`, `do update`.
function updates(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]?.text ?? '';
  return !/^(for|on|key|do|no|or|after|before|of|then|,|\.|grant|revoke)$/.test(before);
}

function startsHere(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1];
  if (before === undefined) return true;
  if (before.kind === 'symbol') return /[()]/.test(before.text);
  return before.kind === 'word' && /^(begin|then|else|loop|do|go|end|commit|as|return|atomic)$/.test(before.text);
}

/** `unbounded-change` for every row, `broad-change` where the condition may hold for all of them. */
function boundOf(tokens: readonly Token[], index: number): string {
  const start = tokens[index];
  if (start === undefined) return 'change';
  const rest: Token[] = [];
  for (const token of tokens.slice(index + 1)) {
    if (token.depth < start.depth) break;
    if (token.depth === start.depth && token.kind === 'word' && BEGINS.test(token.text)) break;
    rest.push(token);
  }
  const at = rest.findIndex(({ kind, text, depth }) => kind === 'word' && text === 'where' && depth === start.depth);
  if (at === -1) return 'unbounded-change';
  return isBroad(rest.slice(at + 1), start.depth) ? 'broad-change' : 'change';
}

// Constants, or one side of an `or` that is one; a column compared with itself; all that are not null.
function isBroad(condition: readonly Token[], depth: number): boolean {
  const end = condition.findIndex(
    ({ kind, text, depth: own }) => own === depth && kind === 'word' && /^(returning|order|limit|option)$/.test(text),
  );
  const parts: Token[][] = [[]];
  for (const token of end === -1 ? condition : condition.slice(0, end)) {
    if (token.kind === 'word' && /^(or|xor)$/.test(token.text)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.some(isTrivial);
}

function isTrivial(all: readonly Token[]): boolean {
  // `E'…'` and its like are strings.
  const part = all.filter(
    ({ kind, text }, index) =>
      !(kind === 'symbol' && /[()]/.test(text)) && !(/^[enxb]$/.test(text) && all[index + 1]?.kind === 'string'),
  );
  const columns = part.filter(
    ({ kind, text }) =>
      kind === 'name' ||
      (kind === 'word' && !/^([\d.]+|true|false|not|and|null|is|between|in|like|exists|select)$/.test(text)),
  );
  if (columns.length === 0) return true;
  const text = part.map((token) => (token.kind === 'string' ? `'${token.text}'` : token.text)).join(' ');
  return (
    /^(\w+(?: \. \w+)?) (=|> =|< =|< = >|like|is not distinct from) \1$/.test(text) ||
    /^\w+(?: \. \w+)? (is not null|like '%+'|(<|!) [=>] ''|(<|!) [=>] -? ?\d+|> =? ?-? ?[01]|> -\d+|not in '')$/.test(
      text,
    )
  );
}

/** Blocks inside blocks. */
const MAX_NESTED = 3;

// Code in strings: blocks, and text that the server runs as a statement.
function dynamicActions(tokens: readonly Token[], dialect: Dialect, nested: number): string[] {
  const words = tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text);
  const head = words[0] ?? '';
  const runsText =
    !/^(grant|revoke)$/.test(head) &&
    tokens.some(
      ({ kind, text }, index) =>
        kind === 'word' &&
        /^(execute|exec|prepare|sp_executesql|query_to_xml|database_to_xml|exec_sql)$/.test(text) &&
        !/^(function|procedure)$/.test(tokens[index + 1]?.text ?? ''),
    );
  if (head !== 'do' && !runsText && !/^(create|alter)$/.test(head)) return [];
  const inner =
    nested >= MAX_NESTED
      ? []
      : tokens.filter(({ kind }) => kind === 'string').flatMap(({ text }) => readSql(text, dialect)?.statements ?? []);
  const found = inner
    .flatMap((each) => statementActions(each, dialect, nested + 1))
    .filter((action) => !/^(look|change|rights)$/.test(action));
  return [
    ...found,
    ...(runsText && tokens.length > 2 && !/^(exec|execute)$/.test(head) ? ['unread'] : []),
    ...(/^(exec|execute)$/.test(head) && tokens.some(({ text }) => /^[(+|]$/.test(text)) ? ['unread'] : []),
  ];
}

const WRITES =
  /^(insert|update|delete|alter|create|grant|revoke|call|do|copy|merge|replace|vacuum|lock|into|attach|import)$/;

function isLook(tokens: readonly Token[], head: string): boolean {
  if (!LOOKS.test(head) || head === 'set') return false;
  return !tokens.some(
    ({ kind, text }, index) =>
      kind === 'word' &&
      WRITES.test(text) &&
      !(text === 'update' && tokens[index - 1]?.text === 'for') &&
      !(text === 'replace' && tokens[index + 1]?.text === '('),
  );
}
