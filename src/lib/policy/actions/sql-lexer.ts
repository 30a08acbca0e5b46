// SQL text → statements of tokens, and the commands of the client between them. Clients disagree on what ends a string
// or a comment, so a text is read in every way that its client may read it.

export interface Token {
  /** `word` in small letters; `name` was quoted; `string` holds what stood between its quotes. */
  readonly kind: 'word' | 'name' | 'string' | 'symbol';
  readonly text: string;
  /** Brackets around it. */
  readonly depth: number;
}

export interface Script {
  readonly statements: readonly (readonly Token[])[];
  /** `\! id`, up to the end of its line. */
  readonly commands: readonly string[];
}

/** How a client reads what the standard leaves open. */
export interface Dialect {
  /** A backslash takes the next character of a string. */
  readonly backslash?: boolean;
  /** `$tag$ … $tag$` is a string, comments nest, `E'…'` has backslashes. */
  readonly postgres?: boolean;
  /** `#` begins a comment, `--` does only before a blank, and `/*! … …` is code. */
  readonly mysql?: boolean;
  /** `[name]`. */
  readonly brackets?: boolean;
}

/** The script as that client would read it; undefined where a string or comment does not end. */
export function readSql(text: string, dialect: Dialect): Script | undefined {
  const statements: Token[][] = [];
  const commands: string[] = [];
  let tokens: Token[] = [];
  let depth = 0;
  const end = () => {
    if (tokens.length > 0) statements.push(tokens);
    tokens = [];
    depth = 0;
  };
  for (let at = 0; at < text.length; ) {
    const char = text[at] ?? '';
    const next = text[at + 1] ?? '';
    if (/\s/.test(char)) at++;
    else if (isLineComment(text, at, dialect)) at = endOfLine(text, at);
    else if (char === '/' && next === '*') {
      const after = /^\/\*M?!\d*/.exec(text.slice(at, at + 12))?.[0];
      if (dialect.mysql === true && after !== undefined) at += after.length;
      else {
        const close = endOfComment(text, at, dialect.postgres === true);
        if (close === undefined) return undefined;
        at = close;
      }
    } else if (char === '*' && next === '/') at += 2;
    else if (char === ';') {
      end();
      at++;
    } else if (char === '\\') {
      end();
      const close = endOfLine(text, at);
      commands.push(text.slice(at, close));
      // `\g` stands behind a statement, and more may stand behind it; the commands of mysql are letters.
      const isShort = dialect.mysql === true ? /^\\[^!PT.ued]/ : /^\\[;gGpx]/;
      at += isShort.test(text.slice(at, at + 2)) ? 2 : close - at;
    } else if (/['"`]/.test(char) || (char === '[' && dialect.brackets === true)) {
      const escapes =
        char !== '`' && (dialect.backslash === true || (dialect.postgres === true && escapedBefore(text, at)));
      const close = endOfQuoted(text, at, char === '[' ? ']' : char, escapes);
      if (close === undefined) return undefined;
      tokens.push({ kind: char === "'" ? 'string' : 'name', text: text.slice(at + 1, close - 1), depth });
      at = close;
    } else if (char === '$' && dialect.postgres === true && /^\$\w*\$/.test(text.slice(at, at + 66))) {
      const tag = /^\$\w*\$/.exec(text.slice(at, at + 66))?.[0] ?? '$$';
      const close = text.indexOf(tag, at + tag.length);
      if (close === -1) return undefined;
      tokens.push({ kind: 'string', text: text.slice(at + tag.length, close), depth });
      at = close + tag.length;
    } else if (/[\p{L}_\d@]/u.test(char)) {
      const word = /^[\p{L}\p{N}_$@#]+/u.exec(text.slice(at, at + 128))?.[0] ?? char;
      tokens.push({ kind: 'word', text: word.toLowerCase(), depth });
      at += word.length;
    } else {
      if (char === ')') depth = Math.max(0, depth - 1);
      tokens.push({ kind: 'symbol', text: char, depth });
      if (char === '(') depth++;
      at++;
    }
  }
  end();
  return { statements, commands };
}

function isLineComment(text: string, at: number, { mysql }: Dialect): boolean {
  if (text[at] === '#') return mysql === true;
  if (text[at] !== '-' || text[at + 1] !== '-') return false;
  return mysql !== true || /[\s]|^$/.test(text[at + 2] ?? '');
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

function endOfComment(text: string, at: number, nests: boolean): number | undefined {
  let depth = 0;
  for (let here = at; here < text.length; here++) {
    const pair = text.slice(here, here + 2);
    if (pair === '/*' && (nests || depth === 0)) depth++;
    else if (pair === '*/') depth--;
    else continue;
    here++;
    if (depth === 0) return here + 1;
  }
  return undefined;
}

function escapedBefore(text: string, at: number): boolean {
  return /[eE]/.test(text[at - 1] ?? '') && !/[\p{L}\p{N}_]/u.test(text[at - 2] ?? '');
}

// A doubled quote stands for itself.
function endOfQuoted(text: string, at: number, quote: string, escapes: boolean): number | undefined {
  for (let here = at + 1; here < text.length; here++) {
    if (text[here] === '\\' && escapes) here++;
    else if (text[here] === quote) {
      if (text[here + 1] !== quote) return here + 1;
      here++;
    }
  }
  return undefined;
}
