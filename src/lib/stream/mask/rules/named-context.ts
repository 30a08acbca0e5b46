// What stands around a telling name on its line: a pair's other half, a sentence, source code, another name's value.
import { compilePattern } from '../pattern/index.ts';
import type { Shape } from './named-values.ts';

/** `{"name": "DB_PASSWORD",` … `"value": "`: of Kubernetes, ECS, CloudFormation, property files in XML. */
const PAIR_NAME =
  /(?:^|[\s{,<])\\{0,7}["']?(?:name|key|Name|Key|ParameterKey|id)\\{0,7}["']?\s{0,3}[:=]\s{0,3}$|<(?:key|name)>$/;
/** What else such a list says of a setting, between its name and its value. */
const OF_A_SETTING =
  '(?:[\\s\\xa0]{0,99}\\\\?["\'](?:slot_?[Ss]etting|[Tt]ype|variable_type|sensitive|[Ss]ecret|secure|masked|hidden|protected|raw|encrypted)\\\\?["\'][\\s\\xa0]{0,3}:[\\s\\xa0]{0,3}\\\\?["\']?\\w{1,24}\\\\?["\']?[\\s\\xa0]{0,3},){0,3}';
export const PAIR_VALUE = compilePattern(
  `${OF_A_SETTING}` +
    '(?:/(?:key|name)>)?[\\s\\xa0]{0,3}[+-]?[\\s\\xa0]{0,40}(?:\\\\{0,7}["\']?(?:value|Value|val|ParameterValue|text)\\\\{0,7}["\']?[\\s\\xa0]{0,3}[:=]|<(?:string|value)>)',
);
/** "password for alice is", "token was set to", "password is generated for root@localhost:". */
export const PROSE = compilePattern(
  [
    '(?:is|was|has been|have been)(?: now)?(?: (?:set|reset|changed|generated)(?: to)?)?(?: for [\\w@.\'"`-]{1,40})?:?',
    '(?:set|reset|changed|rotated|updated) to:?',
    'for (?:(?:the )?(?:user|account|role|admin) )?[\\w@.\'"`-]{1,40}(?: is:?|:)',
    '\\([\\w -]{1,24}\\):?',
    ':',
  ].join('|'),
);

/** What may follow the name in a pair, and what may stand between it and the value. */
export const FOLLOWS_PAIR_NAME = tableOf(/[,<\n/]/);
export const IN_PAIR = tableOf(/[\s"'\\:=<>/\w,.+\x80-\xff-]/);

/** `<password>`, `<ns:password>`, `<entry key="password">`. */
export const isElementName = (before: string, isQuoted: boolean) =>
  /<(?:[\w.-]+:)?$/.test(before) || (isQuoted && /<[\w:.-]+\s[^<>]*$/.test(before));

export function isPairName(before: string): boolean {
  // Expressions that end in "$" are tried at each place of the line: what is seldom there is looked for first.
  const end = lastOf(before, IN_PAIR_END);
  return (end === ':' || end === '=' || end === '>') && PAIR_NAME.test(before.replace(/\\*["']$/, ''));
}

/** The last character that is none of these; '' where there is none. */
function lastOf(text: string, skipped: Uint8Array): string {
  let at = text.length - 1;
  while (at >= 0 && skipped[text.charCodeAt(at)] === 1) at -= 1;
  return text.charAt(at);
}

/** A word of a command line begins here. */
export const isFlagBefore = (before: string) => before === '' || /[\s"'[,(]/.test(before.charAt(before.length - 1));

/** `ENV NAME value`, `config:set NAME value`; nothing at all before it is a table of `describe` or a file of variables. */
export const isCommandBefore = (before: string) =>
  WHITE_SPACE[before.charCodeAt(before.length - 1)] === 1 && COMMAND_BEFORE.test(before.slice(-LONGEST_COMMAND));

const LONGEST_COMMAND = 40;
const COMMAND_BEFORE =
  /(?:^|[\s#+"'$:>-])(?:ENV|ARG|setenv|SetEnv|setx|set(?: -[A-Za-z]{1,3}| --[a-z]{4,9}){1,3}|proxy_set_header|set_header|add_header)\s+$/;

/** `ALTER USER … WITH PASSWORD '…'`. */
export const isSqlBefore = (before: string) => /\b(?:WITH|USER|ROLE|LOGIN|ENCRYPTED|ALTER|CREATE|SET)\b/i.test(before);

/** `password=password=…`: the second name belongs to the first one's value. */
export function isInsideValue(before: string): boolean {
  const from = Math.max(0, before.length - 80);
  let at = before.length - 1;
  while (at >= from && VALUE_ENDS[before.charCodeAt(at)] === 0) at -= 1;
  // Nearly always a blank, or a quote behind no sign: then there is no value that goes on to here.
  const open = before.slice(Math.max(from, at - 1));
  return /[=:]/.test(open) && INSIDE_VALUE.test(before.slice(-80));
}

const INSIDE_VALUE = /(?:pass(?:word|wd|phrase)?|pwd|secret|token|[_-]key)["']?[=:]["']?[^\s"'&,;?]*$/i;

/** A declaration, a call's arguments or a member stands before it. */
export function isCodeBefore(before: string, shape: Shape): boolean {
  if (shape === 'flag' || shape === 'prose') return false;
  return (
    /\b(?:const|let|var|val|final|private|public|static|def|func|fn|String|return|if|self|this)\b|[\w)\]](?:\.|->)$/.test(
      before,
    ) || /\w\(/.test(before.slice(before.lastIndexOf(')') + 1))
  );
}

export const isBlank = (c: string) => c === ' ' || c === '\t';
export const isLineEnd = (c: string) => c === '\n' || c === '\r';
export const isQuote = (c: string) => c === '"' || c === "'" || c === '`';

/** By character: 1 where the expression matches it. */
export function tableOf(members: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (members.test(String.fromCharCode(code)) ? 1 : 0));
}

export const NAME_PARTS = tableOf(/[\w.-]/);
const VALUE_ENDS = tableOf(/[\s"'&,;?]/);
const IN_PAIR_END = tableOf(/[\s\\"']/);
const WHITE_SPACE = tableOf(/\s/);

/** An odd number of quotes before the name: it stands in a longer text, whose quote ends the value, too. */
export function outerQuote(before: string): string {
  let [isInDouble, isInSingle, isInBack] = [false, false, false];
  for (let at = 0; at < before.length; at++) {
    const code = before.charCodeAt(at);
    if (code === 0x22) isInDouble = !isInDouble;
    else if (code === 0x27) isInSingle = !isInSingle;
    else if (code === 0x60) isInBack = !isInBack;
  }
  return isInDouble ? '"' : isInSingle ? "'" : isInBack ? '`' : '';
}

/** In a query or a list of pairs, what stands before the name ends its value, too. */
export function separatorBefore(before: string): string {
  const previous = before.charAt(before.length - 1);
  if (previous === '?' || previous === '&') return before.includes('://') ? '&#' : '&';
  return previous === ';' || previous === ',' ? previous : '';
}
