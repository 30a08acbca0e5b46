// What stands around a telling name on its line: a pair's other half, a sentence, source code, another name's value.
import type { Shape } from './named-values.ts';

/** `{"name": "DB_PASSWORD",` … `"value": "`: of Kubernetes, ECS, CloudFormation, property files in XML. */
const PAIR_NAME =
  /(?:^|[\s{,<])["']?(?:name|key|Name|Key|ParameterKey|id)\\{0,3}["']?\s{0,3}[:=]\s{0,3}$|<(?:key|name)>$/;
export const PAIR_VALUE =
  /^(?:\/(?:key|name)>)?\s{0,40}(?:\\?["']?(?:value|Value|val|ParameterValue|text)\\{0,3}["']?\s{0,3}[:=]|<(?:string|value)>)$/;
/** "password for alice is", "token was set to", "password is generated for root@localhost:". */
export const PROSE =
  /^ ?(?:(?:is|was|has been|have been)(?: now)?(?: (?:set|reset|changed|generated)(?: to)?)?(?: for [\w@.'"`-]{1,40})?:?|(?:set|reset|changed|rotated|updated) to:?|for (?:(?:the |)(?:user|account|role|admin) )?[\w@.'"`-]{1,40}(?: is:?|:)|\([\w -]{1,24}\):?|:)$/;

/** The word after the name that such a sentence begins with. */
export const PROSE_WORD = /^(?:is|was|has|have|set|reset|changed|rotated|updated|for|\([\w -]*\)?)?:?$/;
export const PROSE_STARTS = 'iwhsrcuf(:';

export const isPairName = (before: string) => PAIR_NAME.test(before.replace(/\\*["']$/, ''));

/** A word of a command line begins here. */
export const isFlagBefore = (before: string) => /(?:^|[\s"'[,(])$/.test(before);

/** `ENV NAME value`, `config:set NAME value`; nothing at all before it is a table of `describe` or a file of variables. */
export const isCommandBefore = (before: string) => /(?:^|[\s#+-])(?:ENV|ARG|setenv|SetEnv)\s+$/.test(before);

/** `ALTER USER … WITH PASSWORD '…'`. */
export const isSqlBefore = (before: string) => /\b(?:WITH|USER|ROLE|LOGIN|ENCRYPTED|ALTER|CREATE|SET)\b/i.test(before);

/** `password=password=…`: the second name belongs to the first one's value. */
export const isInsideValue = (before: string) =>
  /(?:pass(?:word|wd|phrase)?|pwd|secret|token|[_-]key)["']?[=:]["']?[^\s"'&,;?]*$/i.test(before.slice(-80));

/** A declaration, a call's arguments or a member stands before it. */
export function isCodeBefore(before: string, shape: Shape): boolean {
  if (shape === 'flag' || shape === 'prose') return false;
  return /\b(?:const|let|var|val|final|private|public|static|def|func|fn|String|return|if|self|this)\b|[\w)\]](?:\.|->)$|\w\([^)]*$/.test(
    before,
  );
}

export const isBlank = (c: string) => c === ' ' || c === '\t';
export const isLineEnd = (c: string) => c === '\n' || c === '\r';
export const isQuote = (c: string) => c === '"' || c === "'" || c === '`';
export const isNamePart = (c: string) => NAME_PARTS[c.charCodeAt(0)] === 1;

const NAME_PARTS = Uint8Array.from({ length: 256 }, (_, code) => (/[\w.-]/.test(String.fromCharCode(code)) ? 1 : 0));

/** An odd number of quotes before the name: it stands in a longer text, whose quote ends the value, too. */
export const outerQuote = (before: string): string =>
  ['"', "'", '`'].find((quote) => before.split(quote).length % 2 === 0) ?? '';

/** In a query or a list of pairs, what stands before the name ends its value, too. */
export function separatorBefore(before: string): string {
  const previous = before.charAt(before.length - 1);
  if (previous === '?' || previous === '&') return before.includes('://') ? '&#' : '&';
  return previous === ';' || previous === ',' ? previous : '';
}
