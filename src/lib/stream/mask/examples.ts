// Turns the examples of rules into texts: what looks like a secret is drawn fresh, so that none stands in the sources.
// `${CLASS:LENGTH}` draws characters, `${maker:ARGUMENTS}` calls a maker; `${!…}` draws text that is no secret.
import { type Draw, MAKERS } from './example-makers.ts';

export interface Expanded {
  readonly text: string;
  /** What must not be shown. */
  readonly secrets: readonly string[];
  /** What must still be there, in order. */
  readonly publicParts: readonly string[];
}

const NAMED_CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  lower: 'a-z',
  upper: 'A-Z',
  letters: 'A-Za-z',
  digit: '0-9',
  hex: '0-9a-f',
  HEX: '0-9A-F',
  b64: 'A-Za-z0-9+/',
  b64url: 'A-Za-z0-9_-',
  base32: 'A-Z2-7',
  lowernum: 'a-z0-9',
  uppernum: 'A-Z0-9',
  word: 'A-Za-z0-9_',
};

/** Deterministic for one seed. Throws a `RangeError` where the example is malformed. */
export function expandExample(example: string, seed: number): Expanded {
  const draw = drawFrom(seed);
  const secrets: string[] = [];
  const publicParts: string[] = [''];
  let text = '';
  let at = 0;
  for (const match of example.matchAll(/\$\{(!?)([^:}]+)(?::([^}]*))?\}/g)) {
    const plain = example.slice(at, match.index);
    at = match.index + match[0].length;
    const fresh = freshText(match[2] as string, match[3] ?? '', draw);
    text += plain + fresh;
    publicParts[publicParts.length - 1] += plain;
    if (match[1] === '!') {
      publicParts[publicParts.length - 1] += fresh;
    } else {
      secrets.push(fresh);
      publicParts.push('');
    }
  }
  publicParts[publicParts.length - 1] += example.slice(at);
  return { text: text + example.slice(at), secrets, publicParts: publicParts.filter((part) => part !== '') };
}

function freshText(name: string, argument: string, draw: Draw): string {
  const maker = MAKERS[name];
  if (maker !== undefined) return maker(argument.split(':'), draw);
  const length = Number(argument);
  if (!Number.isInteger(length) || length < 1) throw new RangeError(`"${name}:${argument}" draws nothing`);
  const characters = charactersOf(NAMED_CLASSES[name] ?? name);
  let text = '';
  for (let count = 0; count < length; count++) text += characters[draw(characters.length)];
  return text;
}

/** `A-Z_` → its characters. A hyphen at an end stands for itself. */
function charactersOf(ranges: string): string {
  let characters = '';
  for (let at = 0; at < ranges.length; at++) {
    const first = ranges.charCodeAt(at);
    if (ranges[at + 1] !== '-' || at + 2 >= ranges.length) {
      characters += ranges[at];
      continue;
    }
    const last = ranges.charCodeAt(at + 2);
    for (let code = first; code <= last; code++) characters += String.fromCharCode(code);
    at += 2;
  }
  return characters;
}

/** A small generator (mulberry32): examples need variety, not secrecy. */
function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
}
