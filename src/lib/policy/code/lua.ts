// Proves that Lua only computes and prints: its globals are few, and those that load code or reach the machine are known.
import { PLAIN, type Plain, unproven } from './plain.ts';
import { textAt, tokensOf, words } from './tokens.ts';

const DOORS = words(`
  load loadstring dofile loadfile require io os package debug _G _ENV getmetatable setmetatable getfenv setfenv module
  collectgarbage newproxy jit ffi bit dump vim ngx redis goto`);

const TOKENS =
  /(?<skip>[ \t\n]+|--(?!\[)[ -~]*)|(?<string>'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")|(?<number>(?:0[xX][\da-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w]))|(?<name>[A-Za-z_]\w*)|(?<mark>\.\.\.?|[-+*/%^#=<>~&|(){}\],;:.]|\[(?![[=]))/y;

/** Proves the code, or throws `Unproven`. */
export function proveLua(text: string): Plain {
  const tokens = tokensOf(text, TOKENS);
  tokens.forEach((token, index) => {
    if (token.kind !== 'name' || !DOORS.has(token.text)) return;
    const member = textAt(tokens, index + 1) === '.' ? textAt(tokens, index + 2) : '';
    const isKnown =
      (token.text === 'os' && /^(time|date|clock|difftime)$/.test(member)) ||
      (token.text === 'io' && member === 'write');
    if (!isKnown) unproven();
  });
  return PLAIN;
}
