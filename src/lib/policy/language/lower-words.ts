// Lowers the parser's words: quoting is resolved to text, braces are expanded, backticks become `$( )`. What it does
// not know it notes as opaque; it never guesses what bash would make of it.
import type { DoubleQuotedChild, ParsedScript, Word as ParsedWord, WordPart } from 'unbash';
import { expandBraces, MAX_BRACE_WORDS } from './lower-braces.ts';
import { lowerExpansion, unknown } from './lower-expansions.ts';
import type { OpaqueFact, Piece, Script, Word } from './syntax.ts';

/** What the lowering of one text carries along. */
export interface Lowering {
  /** Notes a part that cannot be judged. */
  readonly opaque: (reason: string, span: string) => void;
  readonly script: (script: ParsedScript, span: string) => Script;
  /** The text that positions are of; undefined inside substitutions. */
  readonly source: () => string | undefined;
  /** Counts a command; refuses a text of too many. */
  readonly count: () => void;
}

/** Collects opaque facts; spans are cut so that a report stays readable. */
export function noteOpaque(facts: OpaqueFact[], reason: string, span: string): void {
  facts.push({ reason, span: span.length > 120 ? `${span.slice(0, 117)}…` : span });
}

/** A word in a place where bash expands braces: possibly several words. */
export function lowerWords(lowering: Lowering, word: ParsedWord): Word[] {
  const parts = word.parts;
  const brace = parts?.find((part) => part.type === 'BraceExpansion');
  if (parts === undefined || brace === undefined) return [lowerWord(lowering, word)];
  // Braces come first in bash: `$x{a,b}` is `$xa $xb`, `~{a,b}` is `~a ~b`.
  const joins = parts.some(
    (part, index) =>
      (parts[index + 1]?.type === 'BraceExpansion' && part.type === 'SimpleExpansion') ||
      (part.type === 'Literal' && part.text.includes('~')),
  );
  if (joins) lowering.opaque('a brace expansion that becomes part of a name', word.text);
  checkDollar(lowering, word);
  let words: string[][] = [[]];
  const pieces: Piece[][] = [];
  for (const part of parts) {
    if (part.type === 'BraceExpansion') {
      const alternatives = expandBraces(part.text);
      if (alternatives === undefined || alternatives.length * words.length > MAX_BRACE_WORDS) {
        lowering.opaque('a brace expansion that is not plain text, or too large', word.text);
        return [{ pieces: [{ kind: 'text', text: word.value }] }];
      }
      words = words.flatMap((made) => alternatives.map((text) => [...made, text]));
      pieces.push([]);
    } else {
      const lowered = lowerPart(lowering, part, pieces.length === 0);
      pieces.push(lowered);
      words = words.map((made) => [...made, '']);
    }
  }
  const made = words.map((chosen) =>
    merge(
      chosen.flatMap((text, index): readonly Piece[] => {
        const fixed = pieces[index] ?? [];
        return fixed.length > 0 || text === '' ? fixed : [{ kind: 'text', text }];
      }),
    ),
  );
  // `{a,}` is one word: what is empty without any quotes is none.
  return parts.some(isQuotation) ? made : made.filter((each) => each.pieces.length > 0);
}

// Beside quotes and a `$` that begins nothing, bash does not split expansions: `$x""$`.
function checkDollar(lowering: Lowering, word: ParsedWord): void {
  const lone = word.parts?.some((part) => part.type === 'Literal' && /(^|[^\\])\$/.test(part.text)) === true;
  if (lone && word.parts?.some(({ type }) => /Expansion$/.test(type)) === true) {
    lowering.opaque('a lone dollar beside an expansion', word.text);
  }
}

function isQuotation({ type }: WordPart): boolean {
  return type === 'SingleQuoted' || type === 'DoubleQuoted' || type === 'AnsiCQuoted' || type === 'LocaleString';
}

/** A word in a place without brace expansion: an assignment's value, a redirection, a pattern. */
export function lowerWord(lowering: Lowering, word: ParsedWord, place: 'word' | 'value' = 'word'): Word {
  if (word.text.includes('\\\n') && !/^'[^']*'$/.test(word.text)) {
    lowering.opaque('a line continuation inside a word', word.text);
  }
  const parts = word.parts;
  // In a word like `a=…` bash expands every `:~`.
  checkDollar(lowering, word);
  const isLikeAssignment = parts === undefined ? /^\w+\+=.*~/ : /^\w+(\[[^\]]*\])?\+?=.*[:=]~/;
  if (place === 'word' && isLikeAssignment.test(word.text)) {
    lowering.opaque('a tilde in the middle of a word', word.text);
  }
  if (parts === undefined) return merge(unquoted(lowering, word.text, word.value, true, true, place));
  return merge(
    parts.flatMap((part, index) => {
      if (part.type === 'Literal') {
        return unquoted(lowering, part.text, part.value, index === 0, index === parts.length - 1, place);
      }
      // Bash expands no braces here, but what stands in them.
      if (part.type === 'BraceExpansion' && place === 'value' && /^[\w.,{}/:+%@=-]*$/.test(part.text)) {
        return [{ kind: 'text', text: part.text } as const];
      }
      return lowerPart(lowering, part, index === 0);
    }),
  );
}

// Unquoted text: a tilde at the start (and after `:` and `=` in a value) is an expansion, the rest is itself.
function unquoted(
  lowering: Lowering,
  raw: string,
  value: string,
  first: boolean,
  last: boolean,
  place: 'word' | 'value',
): Piece[] {
  if (!raw.includes('~')) return [{ kind: 'text', text: value }];
  const start = first ? /^~[\w.+-]*/.exec(raw)?.[0] : undefined;
  if (start !== undefined) {
    const rest = raw.slice(start.length);
    const ends = rest === '' ? last : rest.startsWith('/') || (place === 'value' && rest.startsWith(':'));
    if (ends)
      return [{ kind: 'tilde', text: start }, ...later(lowering, rest, value.slice(start.length), place, false)];
  }
  return later(lowering, raw, value, place, first);
}

function later(lowering: Lowering, raw: string, value: string, place: 'word' | 'value', first: boolean): Piece[] {
  const inside = place === 'value' ? /:~/ : /^[A-Za-z_]\w*=~|^[A-Za-z_]\w*=.*:~/;
  if (!first && place === 'word') return value === '' ? [] : [{ kind: 'text', text: value }];
  if (!inside.test(raw)) return value === '' ? [] : [{ kind: 'text', text: value }];
  const at = raw.search(/[:=]~/) + 1;
  const tilde = /^~[\w.+-]*/.exec(raw.slice(at))?.[0] ?? '~';
  const rest = raw.slice(at + tilde.length);
  // Escapes before or after it, or a second one: rare enough to be left to a person.
  if (raw !== value || !/^(\/[^~]*)?$/.test(rest)) {
    lowering.opaque('a tilde in the middle of a word', raw);
    return [{ kind: 'text', text: value }];
  }
  return [
    { kind: 'text', text: raw.slice(0, at) },
    { kind: 'tilde', text: tilde },
    ...(rest === '' ? [] : [{ kind: 'text', text: rest } as const]),
  ];
}

function merge(pieces: readonly Piece[]): Word {
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (piece.kind === 'text' && last?.kind === 'text') {
      merged[merged.length - 1] = { kind: 'text', text: last.text + piece.text };
    } else merged.push(piece);
  }
  if (merged.length === 1 && merged[0]?.kind === 'text' && merged[0].text === '') return { pieces: [] };
  return { pieces: merged };
}

function lowerPart(lowering: Lowering, part: WordPart, first: boolean): Piece[] {
  switch (part.type) {
    case 'Literal':
      return unquoted(lowering, part.text, part.value, first, false, 'word');
    case 'SingleQuoted':
      return [{ kind: 'text', text: part.value }];
    case 'AnsiCQuoted':
      // `\x{41}` is read by bash and not by the parser; the others are no text, or ours.
      if (/\\\n|\\x\{/.test(part.text) || /[\0\ufffd\ue000-\ue00f]|\p{Surrogate}/u.test(part.value)) {
        lowering.opaque("a $'…' string that is not plain text", part.text);
      }
      return [{ kind: 'text', text: part.value }];
    case 'DoubleQuoted':
      // An empty text keeps `""` a word of its own beside expansions.
      if (part.parts.length === 0) return [{ kind: 'text', text: '' }];
      checkList(lowering, part);
      return part.parts.flatMap((child) => lowerQuoted(lowering, child));
    case 'LocaleString':
      // Bash looks the string up in a message catalogue that the environment names.
      lowering.opaque('a translated string', part.text);
      return part.parts.flatMap((child) => lowerQuoted(lowering, child));
    case 'Glob':
      if (part.kind === 'bracket' && !/^\[[!^]?\]?(\[:[a-z]+:\]|[\w.,@%+-])+\]$/.test(part.text)) {
        lowering.opaque('a bracket expression with quotes or expansions', part.text);
      }
      return [{ kind: 'glob', text: part.text }];
    case 'ExtendedGlob':
      lowering.opaque('an extended pattern', part.text);
      return [{ kind: 'text', text: part.text }];
    case 'BraceExpansion':
      lowering.opaque('a brace expansion where bash may not expand it', part.text);
      return [{ kind: 'text', text: part.text }];
    case 'ProcessSubstitution':
      if (part.script === undefined) return unknown(lowering, part.text);
      return [{ kind: 'process', direction: part.operator, script: lowering.script(part.script, part.text) }];
    default:
      return lowerExpansion(lowering, part, false);
  }
}

function lowerQuoted(lowering: Lowering, child: DoubleQuotedChild): Piece[] {
  return child.type === 'Literal' ? [{ kind: 'text', text: child.value }] : lowerExpansion(lowering, child, true);
}

/** The pieces of a here-document's body, which reads like the inside of double quotes. */
export function lowerBody(lowering: Lowering, parts: readonly WordPart[]): Piece[] {
  return parts.flatMap((part): Piece[] => {
    switch (part.type) {
      case 'Literal':
        return [{ kind: 'text', text: part.value }];
      case 'SimpleExpansion':
      case 'ParameterExpansion':
      case 'CommandExpansion':
      case 'ArithmeticExpansion':
        return lowerExpansion(lowering, part, true);
      default:
        return unknown(lowering, part.text);
    }
  });
}

// `"$@$x"` is no argument where both are empty, `"$@""$x"` is one: we print only the second form.
function checkList(lowering: Lowering, part: Extract<WordPart, { type: 'DoubleQuoted' }>): void {
  const holdsText = part.parts.some((child) => child.type === 'Literal');
  if (part.parts.length < 2 || holdsText || !part.parts.some((child) => /^\$\{?(@|\w+\[@\])/.test(child.text))) return;
  lowering.opaque('a list beside other expansions in one pair of quotes', part.text);
}
