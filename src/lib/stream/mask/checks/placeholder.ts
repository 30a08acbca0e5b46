// Values that stand where a secret will be, or was: variables, templates, blanks to fill in, masks.

import { looksRandom } from './randomness.ts';
import { isSecretLabel } from './secret-label.ts';

const WHOLE_WORDS = new Set(
  [
    'null nil none undefined void true false yes no on off nan n/a na empty unset default unknown optional required',
    'redacted masked hidden removed filtered censored sanitized scrubbed omitted elided secret_redacted',
    'todo tbd fixme changeme change_me change-me replaceme replace_me replace-me placeholder example sample dummy',
    'string str int integer number boolean bool bytes object any',
  ]
    .join(' ')
    .split(' '),
);

const LONGEST_WORD = 'secret_redacted'.length;

/** What a template, a shell or a documentation writes around the name of a value, by the first character. */
const WRAPPED: ReadonlyMap<string, RegExp> = new Map([
  ['<', /^<[^<>]{0,200}>$/s], // <your-token>
  // ${TOKEN}, ${TOKEN:-none}, $(cat token), $env:TOKEN
  ['$', /^\$(?:\{.*\}|\(.*\)|\$[A-Za-z_{(].*|[Ee][Nn][Vv]:[A-Za-z_]\w*)$/s],
  // %TOKEN%, %(token)s, %s
  ['%', /^%(?:[A-Za-z_][A-Za-z0-9_]*%|\([A-Za-z_][A-Za-z0-9_]*\)s|[sdv])$/],
  ['{', /^\{+[- A-Za-z_$.][^{}]*\}+$/s], // {{ .Values.token }}, {token}
  ['#', /^#\{[^}]*\}$/s], // #{token}
  ['@', /^@[A-Za-z_][\w.]*@$/], // @token@
  ['_', /^__[A-Za-z0-9_]+__$/], // __TOKEN__
  // [masked], [github-token:3f2a], [kubernetes-secret:3f2a 12 bytes], [kubernetes-secret:3f2a]****
  ['[', /^\[[A-Za-z][A-Za-z0-9 _-]{0,40}(?::[0-9a-f]{4,8}(?: \d{1,10} bytes)?)?\]\**$/],
  [
    '(',
    /^\((?:[a-z]+ )?(?:redacted|hidden|masked|sensitive|none|empty|unset|null|not set|known after apply|sensitive value)[a-z ]*\)$/i,
  ],
]);

/** `vault://…`, `ENC[…]`, `env(…)`. */
const REFERENCE =
  /^(?:ENC|vault|secret|env|file|ref|op|ssm|arn|gcp|awssm|secretsmanager|keyvault)(?:\[.*\]|\(.*\)|:\/\/.*)$/is;

/** "your-api-key-here", "my_token", "insert password": an instruction in words. */
const INSTRUCTION =
  /^(?:your|enter|insert|put|paste|add|set|replace|change|fill|type|use|the|some)[-_ ]?[A-Za-z]+(?:[-_ ][A-Za-z]+){0,5}$/i;

/**
 * True where the value is no secret itself but the place of one: empty, a variable, a template, an instruction, one
 * character over and over (`xxxx`, `****`), a mask such as `[github-token:3f2a]`. Quotes around it are ignored.
 */
export function isPlaceholder(value: string): boolean {
  const bare = withoutQuotes(value.trim());
  if ((bare.length <= LONGEST_WORD && WHOLE_WORDS.has(bare.toLowerCase())) || isTemplate(bare)) return true;
  return INSTRUCTION.test(bare) && /(?:[-_ ]|key|token|secret|pass|value|here)/i.test(bare) && !/\d/.test(bare);
}

/**
 * True for a placeholder that shows by its form that it is one: empty, a variable, a template, `****`, a mask. Where a
 * value is secret by its place, any word may be the secret.
 */
export function isTemplate(value: string): boolean {
  const bare = withoutQuotes(value.trim());
  if (bare === '' || isOneCharacter(bare) || isVariable(bare)) return true;
  return WRAPPED.get(bare.charAt(0))?.test(bare) || REFERENCE.test(bare) || isSecretLabel(bare);
}

/** `$TOKEN`; but a password may begin with a dollar sign. */
function isVariable(value: string): boolean {
  return value.startsWith('$') && /^\$[A-Za-z_][A-Za-z0-9_]*$/.test(value) && !looksRandom(value.slice(1));
}

function withoutQuotes(value: string): string {
  const first = value.charAt(0);
  const isQuoted = value.length >= 2 && (first === '"' || first === "'" || first === '`') && value.endsWith(first);
  return isQuoted ? value.slice(1, -1).trim() : value;
}

/** `xxxx-xxxx`, `****`, `........`, `0000`, "•••" as UTF-8: one character, or one and separators; also `sk-xxxx` and `abcXXXXXX`. */
function isOneCharacter(value: string): boolean {
  if (/^[-_.][-_. ]*$|^([xX*#?0•…])(?:\1|[-_. ])*$/.test(value)) return true;
  if (value.startsWith('\xe2') && /^(?:\xe2\x80\xa2|\xe2\x97\x8f|\xe2\x80\xa6)+$/.test(value)) return true;
  return (isCutOff(value) || value.includes('***')) && /^[\w.*-]*$/.test(value);
}

/** Ends in `...`, or in six of what stands for a character. */
function isCutOff(value: string): boolean {
  const last = value.charAt(value.length - 1);
  return last === '.' ? value.endsWith('...') : 'xX*'.includes(last) && /^[xX*]{6}$/.test(value.slice(-6));
}
