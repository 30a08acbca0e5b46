// How a text is written inside other texts: escaped for a URL, for JSON, for a shell, for HTML and so on. Every function
// takes the plain text and returns one way of writing it; which of them may meet in one output is for known-values.ts.

import { type Escape, percent, percentEncoded, percents } from './known-percent.ts';

const utf8 = (character: string): readonly number[] => [...Buffer.from(character)];
const byteAsHex = (byte: number) => byte.toString(16).padStart(2, '0');

// --- JSON and the strings of programming languages

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/** UTF-16 units as `\u00e9`; astral characters as two. */
const unicodeEscape = (text: string, isUpper = false): string =>
  Array.from({ length: text.length }, (_, at) => {
    const hex = text.charCodeAt(at).toString(16).padStart(4, '0');
    return `\\u${isUpper ? hex.toUpperCase() : hex}`;
  }).join('');

/** A string literal's inside: a backslash before `quoted`, short escapes, and `\u…` for what `byNumber` matches. */
const literal =
  (quoted: string, byNumber?: RegExp, isUpper = false): Escape =>
  (text) =>
    text.replace(/[^A-Za-z0-9]/gu, (character) => {
      if (byNumber?.test(character)) return unicodeEscape(character, isUpper);
      if (quoted.includes(character)) return `\\${character}`;
      const short = SHORT_ESCAPES[character];
      if (short !== undefined) return short;
      return character < ' ' ? unicodeEscape(character) : character;
    });

export const json: Escape = literal('\\"');
const NON_ASCII = /[^\0-\x7f]/u;
/** `\/` is PHP's, `\u003c` Go's and `\u0022` .NET's. */
export const jsonWithSlash: Escape = literal('\\"/');
const literals: readonly Escape[] = [
  json,
  jsonWithSlash,
  literal('\\"', NON_ASCII),
  literal('\\"/', NON_ASCII),
  literal('\\"', NON_ASCII, true),
  literal('\\"', /[<>&]/),
  literal('\\"', /[<>&='\u2028\u2029]/),
  literal('\\', /[<>&'"+`]|[^\0-\x7f]/u, true),
  literal('\\/', /[<>&'"]|[^\0-\x7f]/u, true),
  literal('\\', /[<>&'"+/=]|[^\0-\x7f]/u),
  // Python, Ruby, C, JavaScript; dollar and hash are expanded in some.
  literal('\\'),
  literal("\\'"),
  literal('\\"$'),
  literal('\\"#$'),
  literal('\\"`$'),
];

// --- shells

/** What stays bare where bash quotes with backslashes (`printf %q`); it writes tilde and hash so where they would mean something. */
const bareInBash = /[^A-Za-z0-9_@%+=:./~#-]/gu;
const backslashed =
  (special: RegExp): Escape =>
  (text) =>
    text.replace(special, (character) => (character > '\x7f' ? character : `\\${character}`));

/** `$'…'`: `bytes` writes non-ASCII as octal, as bash does where the locale cannot. */
const dollarQuoted =
  (quoted: string, bytes: (byte: number) => string): Escape =>
  (text) =>
    text.replace(/[^A-Za-z0-9]/gu, (character) => {
      if (quoted.includes(character)) return `\\${character}`;
      const short = SHORT_ESCAPES[character];
      if (short !== undefined) return short;
      return character < ' ' || character > '~' ? utf8(character).map(bytes).join('') : character;
    });

const octal = (byte: number) => `\\${byte.toString(8).padStart(3, '0')}`;
const singleQuoted: Escape = (text) => text.replaceAll("'", "'\\''");
const doubleQuoted: Escape = backslashed(/[\\"$`]/g);

const shells: readonly Escape[] = [
  singleQuoted,
  (text) => text.replaceAll("'", `'"'"'`),
  doubleQuoted,
  backslashed(/[\\"$`!]/g),
  backslashed(bareInBash),
  (text) => backslashed(bareInBash)(text).replace(/^[~#]|(?<=[:=])~/g, '\\$&'),
  backslashed(/[^A-Za-z0-9_.,:+/@\n-]/gu),
  backslashed(/[^A-Za-z0-9_\n]/gu),
  backslashed(/[^A-Za-z0-9_./-]/gu),
  dollarQuoted("\\'", octal),
  dollarQuoted('\\\'"?', octal),
  dollarQuoted("\\'", (byte) => `\\x${byteAsHex(byte)}`),
  dollarQuoted("\\'", (byte) => `\\x${byteAsHex(byte).toUpperCase()}`),
];

// --- markup and files

const ENTITIES: Readonly<Record<string, readonly string[]>> = {
  '&': ['&amp;', '&#38;', '&#x26;'],
  '<': ['&lt;', '&#60;', '&#x3C;'],
  '>': ['&gt;', '&#62;', '&#x3E;'],
  '"': ['&quot;', '&#34;', '&#x22;'],
  "'": ['&apos;', '&#39;', '&#x27;', '&#039;'],
  '/': ['&sol;', '&#47;', '&#x2F;'],
  '=': ['&equals;', '&#61;', '&#x3D;'],
  '+': ['&plus;', '&#43;', '&#x2B;'],
  '`': ['&grave;', '&#96;', '&#x60;'],
};

/** `which` are escaped, each by the entity of that number. */
const entities = (which: Readonly<Record<string, number>>): Escape => {
  return (text) =>
    text.replace(/[&<>"'/=+`]/g, (character) => {
      const number = which[character];
      return number === undefined ? character : (ENTITIES[character]?.[number] ?? character);
    });
};
const numbered =
  (write: (code: number) => string): Escape =>
  (text) =>
    entities({ '&': 0, '<': 0, '>': 0, '"': 0, "'": 1 })(text).replace(/[^\0-\x7f]/gu, (character) =>
      write(character.codePointAt(0) ?? 0),
    );

export const xml: Escape = entities({ '&': 0, '<': 0, '>': 0, '"': 0 });
const markups: readonly Escape[] = [
  xml,
  entities({ '&': 0, '<': 0, '>': 0 }),
  entities({ '&': 0, '<': 0 }),
  entities({ '&': 0, '<': 0, '>': 0, '"': 0, "'": 0 }),
  entities({ '&': 0, '<': 0, '>': 0, '"': 0, "'": 1 }),
  entities({ '&': 0, '<': 0, '>': 0, '"': 0, "'": 2 }),
  entities({ '&': 0, '<': 0, '>': 0, '"': 0, "'": 3 }),
  entities({ '&': 0, '<': 0, '>': 0, '"': 1, "'": 1 }),
  entities({ '&': 0, '<': 0, '>': 0, '"': 1, "'": 1, '+': 1 }),
  entities({ '&': 0, '<': 0, '>': 0, '"': 0, "'": 1, '/': 2, '=': 2, '`': 2 }),
  entities({ '&': 0, '<': 0, '>': 0, '"': 0, "'": 2, '/': 2, '=': 2, '`': 2 }),
  entities({ '&': 0, '<': 0, '>': 0, '"': 0, "'": 2, '/': 2 }),
  entities({ '&': 1, '<': 1, '>': 1, '"': 1, "'": 1 }),
  entities({ '&': 2, '<': 2, '>': 2, '"': 2, "'": 2 }),
  numbered((code) => `&#${code};`),
  numbered((code) => `&#x${code.toString(16)};`),
  numbered((code) => `&#x${code.toString(16).toUpperCase()};`),
];

const doubled =
  (character: string): Escape =>
  (text) =>
    text.replaceAll(character, character + character);

const files: readonly Escape[] = [
  // YAML and SQL; CSV; make and compose files; formats of printf and of dates.
  doubled("'"),
  doubled('"'),
  doubled('$'),
  doubled('%'),
  backslashed(/[\\:]/g),
  backslashed(/[\\:=#! ]/g),
  backslashed(/[\\:=]/g),
  // Quoted-printable.
  (text) =>
    text.replace(/[=]|[^\0-\x7f]/gu, (character) =>
      utf8(character)
        .map((byte) => `=${byteAsHex(byte).toUpperCase()}`)
        .join(''),
    ),
];

const once: readonly Escape[] = [...percents, ...literals, ...shells, ...markups, ...files];

/** Written inside something that is written inside something. */
const NESTED: readonly (readonly [inner: Escape, ...outer: Escape[]])[] = [
  ...[json, jsonWithSlash, singleQuoted, doubleQuoted, xml].map((outer) => [json, outer] as const),
  ...[json, jsonWithSlash, singleQuoted, doubleQuoted, xml, percentEncoded].map(
    (outer) => [percentEncoded, outer] as const,
  ),
  ...[json, jsonWithSlash, percentEncoded].map((outer) => [singleQuoted, outer] as const),
  ...[json, jsonWithSlash, percentEncoded].map((outer) => [doubleQuoted, outer] as const),
  [xml, json],
  [xml, xml],
  [json, percentEncoded],
  [json, json, json],
  [json, singleQuoted, json],
  ...percents.flatMap((inner) => [[inner, inner] as const, [inner, percentEncoded] as const]),
  [doubled("'"), json],
  [doubled('$'), json],
];

const all: readonly Escape[] = [
  ...once,
  ...NESTED.map((chain) => (text: string) => chain.reduce((written, write) => write(written), text)),
];

/**
 * Which of them differ, by the characters that are no letters or digits: of two that write those alike, one is enough.
 * Most secrets are of few such sets, and trying all ways on each of many lines would take longer than a connection.
 */
const differing = new Map<string, readonly Escape[]>();
const MAX_REMEMBERED = 256;

function waysFor(text: string): readonly Escape[] {
  const special = [...new Set(text.match(/[^A-Za-z0-9]/gu))].sort().join('');
  const known = differing.get(special);
  if (known !== undefined) return known;
  // At the beginning, in the midst, and where a shell would expand a tilde: that is where the ways tell places apart.
  const probe = [...special].flatMap((character) => [character, `a${character}a`, `:${character}`]);
  const byResult = new Map(all.map((write) => [JSON.stringify(probe.map(write)), write]));
  byResult.delete(JSON.stringify(probe));
  const ways = [...byResult.values()];
  if (differing.size >= MAX_REMEMBERED) differing.clear();
  differing.set(special, ways);
  return ways;
}

/** Every way of writing the text that this file knows, each once; the text itself is not among them. */
export function escapesOf(text: string): readonly string[] {
  const found = new Set(waysFor(text).map((write) => write(text)));
  found.delete(text);
  return [...found];
}

/** The few that matter where room is short. */
export function commonEscapesOf(text: string): readonly string[] {
  const found = new Set(
    [json, jsonWithSlash, percentEncoded, percent('-_.~', false, '%20'), singleQuoted].map((write) => write(text)),
  );
  found.delete(text);
  return [...found];
}
