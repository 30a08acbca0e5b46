// Whether an awk program may run a command, write a file or read the environment. Where awk itself would have to be
// asked what a slash begins, the answer is yes.

/** Commands, files, the environment, its own list of arguments; a string that holds the word counts too. */
const WORDS = /\b(system|getline|ENVIRON|ARGV|ARGC|SYMTAB|PROCINFO|extension|fflush)\b/;

/** True unless the program surely only prints to its output. */
export function awkRisk(text: string): boolean {
  if (WORDS.test(text)) return true;
  const code = withoutLiterals(text);
  if (code === undefined) return true;
  return /@/.test(code) || /(^|[^|])\|([^|]|$)/.test(code) || /\bprintf?\b[\s\S]*>/.test(code);
}

const TOKEN =
  /(?<string>"(?:[^"\\\n]|\\[^\n])*")|(?<comment>#[^\n]*)|(?<space>[ \t]+)|(?<word>\w+)|(?<step>\+\+|--)|(?<other>[^"\\])/y;

/** A slash follows these only as the beginning of an expression. */
const KEYWORD = /^(print|printf|return|in|else|do|delete|case|exit|if|while|for|BEGIN|END)$/;

// Its brackets are plain, so that every awk finds the same end: no quote, slash or bracket inside but `[:alpha:]`.
const REGEX =
  /\/(?:[^/\\\n[]|\\[^\n]|\[\^?(?:[^\][\\/"\n]|\\[a-z]|\[:[a-z]+:\])(?:[^\][\\/"\n]|\\[a-z]|\[:[a-z]+:\])*\])*\//y;

// Strings, comments and regular expressions taken out; nothing where the text can be read in two ways.
function withoutLiterals(text: string): string | undefined {
  let out = '';
  // What stands before a slash: the end of a value, or of something that a value follows.
  let before: 'value' | 'operator' | 'unclear' = 'operator';
  for (let at = 0; at < text.length; ) {
    if (text[at] === '/' && before === 'operator') {
      REGEX.lastIndex = at;
      const [regex] = REGEX.exec(text) ?? [];
      if (regex === undefined) return undefined;
      out += '""';
      before = 'value';
      at += regex.length;
      continue;
    }
    // With no other slash to end an expression, it divides.
    if (text[at] === '/' && before === 'unclear' && text.includes('/', at + 1)) return undefined;
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) return undefined;
    const { string, comment, space, word, step, other } = match.groups ?? {};
    out += string !== undefined ? '""' : comment !== undefined ? '' : match[0];
    if (string !== undefined) before = 'value';
    else if (word !== undefined) before = word === 'length' ? 'unclear' : KEYWORD.test(word) ? 'operator' : 'value';
    else if (step !== undefined || other === ')') before = 'unclear';
    else if (other !== undefined) before = /[\].]/.test(other) ? 'value' : 'operator';
    else if (space === undefined && comment === undefined) return undefined;
    at = TOKEN.lastIndex;
  }
  return out;
}
