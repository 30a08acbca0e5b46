// Judges what stands where a named value stands: a secret, or the place of one, code that fetches it, a word of prose, a path.
import { isPlaceholder, isSecretLabel, looksRandom } from '../checks/index.ts';
import { isCodeAround, isExpression, isPlain, isReference, isTemplate, isWordy } from './named-expressions.ts';
import { isDrawnShort, isPassphrase, isSeveralWords, isVariableName, isWeakToken } from './named-weak.ts';
import type { Telling } from './named-words.ts';

/**
 * How name and value were joined. `tight`: `NAME=value`, `--name=value`; `spaced`: `name = value`; `colon`: `name: value`; `joined`: `name:value`;
 * `flag`: `--name value`; `argument`: `set("name", "value")`;
 * `columns`: blanks between; `prose`: "the password is value"; the rest as it says.
 */
export type Shape =
  | 'tight'
  | 'spaced'
  | 'colon'
  | 'joined'
  | 'flag'
  | 'argument'
  | 'columns'
  | 'xml'
  | 'table'
  | 'block'
  | 'prose';

export interface Found {
  readonly telling: Exclude<Telling, 'none'>;
  readonly shape: Shape;
  readonly isQuoted: boolean;
  /** The whole name, as it is written. */
  readonly name: string;
  readonly value: string;
  /** The visible line before the name. */
  readonly before: string;
}

const SHORTEST_STRONG = 4;
const SHORTEST_MEDIUM = 5;
const SHORTEST_VAGUE = 10;
const SHORTEST_WEAK = 8;

/** Passwords of many machines that consist of letters only. */
const WELL_KNOWN = new Set(
  'letmein qwerty hunter dragon monkey iloveyou trustno abcdef qwertyuiop asdfgh asdfghjkl zxcvbn sunshine princess football baseball superman batman'.split(
    ' ',
  ),
);
/** Words that stand behind such names and are no value. */
const WORDS = new Set(
  `password passwd pwd passphrase pass secret token credential credentials key apikey value values required optional invalid incorrect wrong
  expired changed updated accepted rejected failed failure success ok prompt encrypted hashed plain plaintext basic bearer bytes char
  varchar text uuid file stdin env keychain vault here below above hidden visible auto generated random disabled enabled input hint label
  pass word login user username email name new old current confirm confirmation forgot reset number date json yaml function async await
  return const var let this self super null_value secretstr optional_str option
  admin_password db_password root_password user_password scram-sha-256 sha-256 sha256 sha512 bcrypt scrypt argon2i argon2id pbkdf2`.split(
    /\s+/,
  ),
);

/** Where in the value the secret is; undefined where there is none. Bounded by the value's length, without memory. */
export function secretOf(found: Found): { readonly from: number; readonly to: number } | undefined {
  if (/^[0-9a-f]{4}\]|^ENC\[/.test(found.value)) return undefined; // a mask (`[password:3f2a]`), what SOPS encrypted
  if (/^[0-9a-f]{4}$/.test(found.value) && isInSecretLabel(found)) return undefined;
  if (found.isQuoted && /^(?:\$[({]|`)/.test(found.value) && !/[)}`]./.test(found.value)) return undefined;
  if (found.value.length < (found.telling === 'strong' ? SHORTEST_STRONG : SHORTEST_MEDIUM)) return undefined;
  const part = found.isQuoted ? trimmed(found.value) : bareValue(found);
  return isSecret(found, found.value.slice(part.from, part.to)) ? part : undefined;
}

/** `[kubernetes-secret:3f2a 12 bytes]` */
const isInSecretLabel = ({ before, name }: Found): boolean =>
  `${before.slice(-20)}${name}`.endsWith('[kubernetes-secret');

function trimmed(value: string): { from: number; to: number } {
  return { from: value.length - value.trimStart().length, to: value.trimEnd().length };
}

const OPENERS: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);

/** Without the punctuation of what it is part of: `abc,` of a list, `abc)` of a call, `abc,user=bob` of pairs. */
function bareValue(found: Found): { from: number; to: number } {
  let value = found.value.replace(/\xc2\xa0.*$/s, ''); // a no-break space
  if (/\\["']$/.test(found.before.slice(-2))) value = value.replace(/\\+["'].*$/s, ''); // the text that the name begins ends here
  if (found.shape === 'tight' && value.includes(' ') && !isSeveralWords(value))
    value = value.slice(0, value.indexOf(' '));
  if (isPlain(value) && found.shape !== 'prose') return { from: 0, to: value.length };
  const isVariable = found.shape === 'tight' && /^[A-Z0-9_]+$/.test(found.name);
  const next = (isVariable ? /,[A-Z][A-Z0-9_]*=|(?<=.{8})&[a-z_]{3,}=/ : /[,;&|][A-Za-z_][\w.-]*[=:]/).exec(value);
  if (next !== null && next.index > 0) value = value.slice(0, next.index);
  value = value.replace(/<\/[a-z].*$/i, '');
  for (;;) {
    const end = value.charAt(value.length - 1);
    const opener = OPENERS.get(end);
    const isExtra = opener !== undefined ? !value.slice(0, -1).includes(opener) : ',;"\'`'.includes(end) && end !== '';
    if (isExtra || (end === '.' && found.shape === 'prose')) value = value.slice(0, -1);
    else if (end === ':' && /[)\]];?:$/.test(value.slice(-3))) value = value.slice(0, -1);
    else if (found.shape !== 'block' && /\\[nrt]?$/.test(value.slice(-2)))
      value = value.slice(0, end === '\\' ? -1 : -2);
    else break;
  }
  return { from: 0, to: value.length };
}

function isSecret(found: Found, value: string): boolean {
  const { telling, shape, isQuoted } = found;
  const shortest = telling === 'vague' ? SHORTEST_WEAK : telling === 'strong' ? SHORTEST_STRONG : SHORTEST_MEDIUM;
  if (value.length < shortest || isSecretLabel(value)) return false;
  if (
    telling === 'strong' &&
    PLAIN_SHAPES.has(shape) &&
    (isQuoted || shape === 'tight' || shape === 'colon') &&
    isPlainlyDrawn(value)
  )
    return true;
  if (isPlaceholder(value) || WORDS.has(value.toLowerCase())) return false;
  if (
    ((shape === 'flag' || shape === 'table') && /^--?[a-z][a-z-]*(?:\d\d?[a-z]*)?=?$/.test(value)) ||
    isTemplate(value)
  )
    return false;
  if (isReference(value) || (!isQuoted && isExpression(found, value))) return false;
  if (hasLettersOf(value, found.name)) return false;
  if (shape === 'columns' && telling === 'strong' && /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z!#@$%^*])\S{8,}$/.test(value))
    return !isOrdinary(value);
  if (telling === 'vague' && VALUE_SHAPES.has(shape) && isWeak(found, value)) return true;
  if (telling === 'vague' || shape === 'columns') return value.length >= SHORTEST_VAGUE && isDrawn(value);
  if (/\s/.test(value)) return isPassphrase(value, telling);
  if (shape === 'joined' && (!isMixed(value) || value.includes(':'))) return false;
  if (shape === 'prose') return value.length >= 6 && (isMixed(value) || looksRandom(value)) && !isOrdinary(value);
  if (/^\d+$/.test(value)) return value.length >= (shape === 'tight' || isQuoted ? 4 : 6) && telling === 'strong';
  if (/^[\d.,:/%+-]+$/.test(value)) return false;
  if (!isWordy(value)) return telling === 'strong' || isMixed(value);
  if (looksRandom(value) || hasOddHumps(value) || WELL_KNOWN.has(value.toLowerCase())) return true;
  if (telling === 'medium') return false;
  return isWordAllowed(found, value);
}

/** A value of letters only is a secret where nothing but a value can stand. */
function isWordAllowed(found: Found, value: string): boolean {
  const { shape, isQuoted, name } = found;
  const isCode = isCodeAround(found);
  const isSecretName = /secret/i.test(name) && !/pass|pwd/i.test(name);
  if (isVariableName(name) && isWeakToken(value)) return true;
  if ((isSecretName && /[-_.]/.test(value)) || shape === 'argument') return false;
  if (isQuoted || shape === 'xml')
    return /^[a-z][a-z-]*$/.test(value) || /[a-z][A-Z]/.test(value)
      ? !isCode || !/[A-Z]/.test(value)
      : /-.*-/.test(value);
  if (shape === 'tight') return !isCode && (/^[A-Z0-9_]+$/.test(name) || /^[a-z][a-z-]*$/.test(value));
  return /^[A-Za-z]+(?:-[A-Za-z]+){3,}$/.test(value);
}

/** `password = PASS_WORD`. */
function hasLettersOf(value: string, name: string): boolean {
  let at = 0;
  for (let index = 0; index < value.length; index++) {
    const letter = value.charCodeAt(index) | 0x20;
    if (!isLetter(letter)) continue;
    while (at < name.length && !isLetter(name.charCodeAt(at) | 0x20)) at += 1;
    if (at === name.length || (name.charCodeAt(at) | 0x20) !== letter) return false;
    at += 1;
  }
  while (at < name.length && !isLetter(name.charCodeAt(at) | 0x20)) at += 1;
  return at === name.length;
}

/** Of a code with the bit of lower case set. */
const isLetter = (code: number) => code >= 0x61 && code <= 0x7a;

const VALUE_SHAPES: ReadonlySet<Shape> = new Set(['tight', 'spaced', 'flag', 'colon', 'xml', 'argument']);

/** What people think up counts in a variable, what is drawn counts however short it is. */
function isWeak({ name, isQuoted }: Found, value: string): boolean {
  if (!isVariableName(name)) return isDrawnShort(value);
  return isWeakToken(value) || (isQuoted && value.includes(' ') && isPassphrase(value, 'strong'));
}

const PLAIN_SHAPES: ReadonlySet<Shape> = new Set(['tight', 'colon', 'spaced', 'xml', 'table']);

/** Most values end here: letters and digits in so quick a change that no placeholder, code or word is like it. */
function isPlainlyDrawn(value: string): boolean {
  let changes = 0;
  let last = 0;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    const kind = code >= 0x30 && code <= 0x39 ? 1 : (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a ? 2 : 0;
    if (kind === 0) return false;
    if (last !== 0 && kind !== last) changes += 1;
    last = kind;
  }
  return changes >= 4 && value.length < 64;
}

/** `VaAaTloRff`: names have longer words between their capital letters. */
function hasOddHumps(value: string): boolean {
  const humps = (value.match(/[a-z][A-Z]/g) ?? []).length + 1;
  return value.length >= 8 && ((humps > 3 && value.length < humps * 4.2) || (humps === 3 && value.length < 10));
}

/** A digit or a sign beside letters. */
const isMixed = (value: string) => /[A-Za-z]/.test(value) && /[^A-Za-z]/.test(value);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** For names that many things have: drawn at random, and no digest, date, version or path. */
function isDrawn(value: string): boolean {
  if (/\s/.test(value) || /^[\d.,:/%+-]+$/.test(value)) return false;
  if (/^[a-z0-9]{6}\.[a-z0-9]{16}$/.test(value)) return true; // a bootstrap token of kubeadm
  if (/^(?:sha(?:1|224|256|384|512)|md5)[:-]/.test(value) || /^arn:|^projects\//.test(value)) return false;
  if (
    /^(?=.*\d.*\d)(?=.*[a-z])(?=.*[A-Z])(?:[A-Za-z0-9]{20,}|(?=.*\d.*\d.*\d)(?!.*\d{4}-\d)[\w*!@#$%^&+=~-]{16,})$/.test(
      value,
    )
  )
    return true;
  return UUID.test(value) || looksRandom(value) || looksDrawnInHex(value);
}

function looksDrawnInHex(value: string): boolean {
  return value.length >= 20 && /^(?:[0-9a-f]*|[0-9A-F]*)$/.test(value) && new Set(value).size > 7;
}

/** An address, a host, a name with a number: what else stands behind a colon in prose. */
function isOrdinary(value: string): boolean {
  return /@[\w-]+\.|^\d+(?:\.\d+){3}|^[a-z0-9-]+(?:\.[a-z0-9-]+)+$|^v?\d[\d.:,/-]*[a-z%]{0,3}$|^[A-Za-z]+[-_]?\d{1,2}$|^[A-Za-z]+(?:['’/-][A-Za-z]+)+$|^SHA256:|[:=]$|^[\w-]+[=]/.test(
    value,
  );
}
