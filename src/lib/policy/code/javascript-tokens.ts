// Cuts JavaScript into tokens. What a slash begins is known from what stands before it; where that is not enough, the
// proof ends. Template literals become their text and, in brackets, the code inside.
import { unproven } from './plain.ts';
import { type Token, tokensOf } from './tokens.ts';

// ASCII alone outside of strings, and no backslash: both can write a name another way.
const TOKENS =
  /(?<skip>[ \t\n]+|\/\/[ -~]*|\/\*[\t\n -~]*?\*\/)|(?<string>'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")|(?<number>(?:0[xXoObB][\da-fA-F_]+n?|\d[\d_]*(?:\.\d[\d_]*|\.(?![.\w]))?(?:[eE][+-]?\d+)?n?|\.\d+)(?![\w.$]))|(?<name>[A-Za-z_$][\w$]*)|(?<mark>=>|\?\.|\.\.\.|[-+*%=<>!&|^~()[\]{},:;.?])/y;
const SKIP = /[ \t\n]+|\/\/[ -~]*|\/\*[\t\n -~]*?\*\//y;
const REGEX = /\/(?:[^/\\\n[]|\\[ -~]|\[(?:[^\]\\\n]|\\[ -~])*\])+\/[a-z]*/y;

/** The tokens; the code inside template literals stands among them, in round brackets. */
export function javascriptTokens(text: string): Token[] {
  // Both begin comments in old scripts.
  if (/<!--|-->/.test(text)) return unproven();
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    SKIP.lastIndex = at;
    if (SKIP.test(text)) {
      at = SKIP.lastIndex;
      continue;
    }
    if (text[at] === '`') {
      at = takeTemplate(text, at, tokens);
      continue;
    }
    if (text[at] === '/') {
      at = takeSlash(text, at, tokens);
      continue;
    }
    TOKENS.lastIndex = at;
    const [one] = TOKENS.exec(text) ?? unproven();
    tokens.push(...tokensOf(one, TOKENS));
    at += one.length;
  }
  return tokens;
}

const BEFORE_EXPRESSION = /^(return|typeof|case|in|of|delete|void|throw|new|else|do|instanceof)$/;

function takeSlash(text: string, at: number, tokens: Token[]): number {
  const before = tokens.at(-1);
  const isValue = before !== undefined && before.kind !== 'mark' && !BEFORE_EXPRESSION.test(before.text);
  // `)` may close the head of an `if`, `}` a block: then a regular expression follows.
  if (before?.text === '}' || (before?.text === ')' && /\b(if|while|for)\b/.test(text))) return unproven();
  if (isValue || before?.text === ')' || before?.text === ']') {
    tokens.push({ kind: 'mark', text: '/' });
    return at + 1;
  }
  REGEX.lastIndex = at;
  const [regex] = REGEX.exec(text) ?? unproven();
  tokens.push({ kind: 'string', text: regex });
  return REGEX.lastIndex;
}

function takeTemplate(text: string, start: number, tokens: Token[]): number {
  tokens.push({ kind: 'string', text: '``' });
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '`') return at + 1;
    else if (text[at] === '$' && text[at + 1] === '{') {
      const end = text.indexOf('}', at);
      const inside = end === -1 ? unproven() : text.slice(at + 2, end);
      // Code that holds braces or quotes of its own may end elsewhere.
      if (/[{}`'"/\\]/.test(inside)) return unproven();
      tokens.push({ kind: 'mark', text: '+' }, { kind: 'mark', text: '(' });
      tokens.push(...tokensOf(inside, TOKENS), { kind: 'mark', text: ')' });
      at = end;
    }
  }
  return unproven();
}
