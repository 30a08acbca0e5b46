// Where a number may begin behind a letter or a sign: `"card:\n…"` in a JSON string, `+…` and `-…` in a diff. A rule whose
// `notBefore` lets such a character pass asks here what it is.

const APART = /(?:^|[^nrt+-]|\\[nrt]|(?:^|[^\w./)\]+-]|\\[nrt])[+-]{1,2})$/;

/**
 * True where the line before a number ends in nothing that it belongs to: `n`, `r` and `t` end an escaped white space, a sign
 * or two are a diff's or its own. All other characters are the business of the rule's `notBefore`.
 */
export const standsApart = (before: string, mayBeginLine = false): boolean => mayBeginLine || APART.test(before);
