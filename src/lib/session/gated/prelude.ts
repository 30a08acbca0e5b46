// What the interpreter of a gated command reads before the judged text, and what it then says of itself: the folder and
// the exported variables, at its beginning and at its end. That is information, never a command: whoever runs there can
// leave it out or forge it, and everything in it is checked and judged again before it counts.

/** A state as an interpreter told it. */
export interface ToldState {
  readonly folder: string;
  readonly env: ReadonlyMap<string, string>;
}

/** How one command's states are found in its output: nothing else holds the nonce. */
export interface FrameMarks {
  readonly begin: string;
  readonly end: string;
}

/** `nonce` is random: hex, for one command. */
export function frameMarks(nonce: string): FrameMarks {
  return { begin: `<sallyport-${nonce}:`, end: `:sallyport-${nonce}>` };
}

/**
 * Bash source that goes before the judged text, on the same interpreter. It keeps a copy of the standard output, because
 * the text may redirect its own, and writes the state to it now and when the interpreter exits. Without a backslash, an
 * exclamation mark or a newline, so that it passes through every login shell (targets/ssh-forced-command.ts).
 */
export function preludeFor({ begin, end }: FrameMarks): string {
  const tell = `builtin printf %s '${begin}'; builtin declare -p PWD; builtin export -p; builtin printf %s '${end}'`;
  const quietly = `builtin set +evx; builtin cd -P .; { ${tell}; } >&${COPY}`;
  return `exec ${COPY}>&1; { ${tell}; } 2>/dev/null >&${COPY}; trap ${quote(`{ ${quietly}; } 2>/dev/null`)} EXIT; `;
}

/** Bash numbers its own from 10 on, and people theirs from 3 on, or 200. */
const COPY = 187;

function quote(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

/** The state in the text between two marks; undefined where it is none. Lines may end as on a terminal. */
export function readState(text: string): ToldState | undefined {
  const [first = '', ...lines] = text.split(/\r?\n/);
  const folder = /^declare -\S+ PWD=(.*)$/.exec(first)?.[1];
  const path = folder === undefined ? undefined : unquote(folder);
  if (path === undefined) return undefined;
  const env = new Map<string, string>();
  for (const line of lines) {
    const [, name, quoted] = /^(?:declare -[A-Za-z]*x[A-Za-z]*|export) ([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    const value = quoted === undefined ? undefined : unquote(quoted);
    if (name !== undefined && value !== undefined) env.set(name, value);
  }
  return { folder: path, env };
}

/** The value of a word as `declare -p` quotes it; undefined for another form, or for bytes that are not UTF-8. */
function unquote(word: string): string | undefined {
  const double = /^"((?:[^"\\$`]|\\["\\$`])*)"$/.exec(word)?.[1];
  if (double !== undefined) return double.replace(/\\(["\\$`])/g, '$1');
  const ansi = /^\$'((?:[^'\\]|\\.)*)'$/.exec(word)?.[1];
  return ansi === undefined ? undefined : unescapeAnsi(ansi);
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  E: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** bash(1), QUOTING, as `ansic_quote` writes it: letters, three octal digits for a byte, and the character itself. */
function unescapeAnsi(text: string): string | undefined {
  const parts = text.split(/(\\[0-7]{1,3}|\\x[0-9A-Fa-f]{1,2}|\\.)/s).map((part, index) => {
    if (index % 2 === 0) return Buffer.from(part);
    const [, octal, hex, letter = ''] = /^\\(?:([0-7]+)|x([0-9A-Fa-f]+)|(.))$/s.exec(part) ?? [];
    if (octal !== undefined) return Buffer.from([Number.parseInt(octal, 8) & 0xff]);
    if (hex !== undefined) return Buffer.from([Number.parseInt(hex, 16)]);
    return Buffer.from(ESCAPES[letter] ?? letter);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
  } catch {
    // Bytes in no charset that a command is judged in cannot be carried.
    return undefined;
  }
}
