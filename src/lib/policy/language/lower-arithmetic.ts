// Decides which arithmetic is only arithmetic. Bash evaluates the *values* of names as expressions again, and an array
// subscript in such a value runs commands, so names are reported and everything with a subscript is refused.

/** Operators, numbers, names and plain `$name`; no brackets, quotes or substitutions. */
const PLAIN = /^[\w\s+\-*/%<>=!&|^~?:(),$#{}]*$/;

/** The text in one form of blanks, with the names whose values it reads or sets; undefined where it is not plain. */
export function lowerArithmetic(source: string): { text: string; names: string[] } | undefined {
  const text = source.replace(/\s+/g, ' ').trim();
  if (text === '' || !PLAIN.test(text) || source.includes('\\')) return undefined;
  // `$` only before a name, a number or `#`.
  const bare = text.replace(/\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*|\d|#)/g, (_, braced, simple) => braced ?? simple);
  if (/[${}]/.test(bare) || !balanced(bare)) return undefined;
  const names = (bare.replace(/\b0[xX][0-9a-fA-F]+\b/g, '0').match(/[A-Za-z_]\w*/g) ?? []).filter(
    (name, index, all) => all.indexOf(name) === index,
  );
  return { text, names };
}

/** A subscript that is a number, or a name or `$name` whose value bash takes for one; undefined for every other. */
export function lowerIndex(text: string): string | undefined {
  const [, name] = /^\$(?:([A-Za-z_]\w*)|\{[A-Za-z_]\w*\})$/.exec(text) ?? [];
  if (name !== undefined) return `\${${name}}`;
  return /^(-?\d{1,6}|[A-Za-z_]\w*|\$\{[A-Za-z_]\w*\})$/.test(text) ? text : undefined;
}

/** The variable in a subscript, if there is one. */
export function nameInIndex(index: string): readonly string[] {
  return index.match(/[A-Za-z_]\w*/g) ?? [];
}

function balanced(text: string): boolean {
  let depth = 0;
  for (const char of text) {
    if (char === '(') depth++;
    if (char === ')') depth--;
    if (depth < 0) return false;
  }
  return depth === 0;
}
