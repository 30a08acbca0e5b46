// Cuts code into tokens by a table of patterns. What the table does not know ends the proof: nothing is skipped.
import { unproven } from './plain.ts';

export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'mark';
  readonly text: string;
}

/**
 * The tokens of the text. `table` is sticky and has the groups `name`, `number`, `string`, `mark`, and `skip` for blanks
 * and comments.
 */
export function tokensOf(text: string, table: RegExp): Token[] {
  const found: Token[] = [];
  for (let at = 0; at < text.length; at = table.lastIndex) {
    table.lastIndex = at;
    const groups = table.exec(text)?.groups;
    if (groups === undefined || table.lastIndex === at) return unproven();
    for (const kind of ['name', 'number', 'string', 'mark'] as const) {
      const part = groups[kind];
      if (part !== undefined) found.push({ kind, text: part });
    }
  }
  return found;
}

/** The words of a list written in one string. */
export function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/).filter((word) => word !== ''));
}

/** The text of the token so many places on; empty past the ends. */
export function textAt(tokens: readonly Token[], index: number): string {
  return tokens[index]?.text ?? '';
}

/** The value of a quoted string without escapes or prefix; undefined where there is more to it. */
export function literalOf(token: Token | undefined): string | undefined {
  if (token?.kind !== 'string') return undefined;
  return /^(?:'([^'\\\n$#{}]*)'|"([^"\\\n$#{}]*)")$/
    .exec(token.text)
    ?.slice(1)
    .find((value) => value !== undefined);
}
