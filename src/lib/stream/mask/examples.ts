// Turns the examples of rules into texts: what looks like a secret is drawn fresh, so that none stands in the sources.
// `${CLASS:LENGTH}` draws characters (`20-40`: a length between), `${maker:ARGUMENTS}` calls a maker, `…<4}` leaves the last
// four to be read; `${!…}` draws text that is no secret, `${?text}` is text that may go or stay.
import { type Draw, MAKERS } from './example-makers.ts';

export type Role = 'secret' | 'public' | 'free';

export interface Piece {
  readonly text: string;
  readonly role: Role;
}

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
  const pieces = expandPieces(example, drawFrom(seed));
  const publicParts: string[] = [''];
  for (const { text, role } of pieces) {
    if (role === 'public') publicParts[publicParts.length - 1] += text;
    else publicParts.push('');
  }
  return {
    text: pieces.map(({ text }) => text).join(''),
    secrets: pieces.filter(({ role }) => role === 'secret').map(({ text }) => text),
    publicParts: publicParts.filter((part) => part !== ''),
  };
}

/** The example's text in order, each piece with what it is. Throws a `RangeError` where the example is malformed. */
export function expandPieces(example: string, draw: Draw): readonly Piece[] {
  const pieces: Piece[] = [];
  const add = (text: string, role: Role) => text !== '' && pieces.push({ text, role });
  let at = 0;
  for (const match of example.matchAll(/\$\{([!?]?)([^}]*?)(?:<(\d+))?\}/g)) {
    add(example.slice(at, match.index), 'public');
    at = match.index + match[0].length;
    const [, mark, inner = '', shown = '0'] = match;
    if (mark === '?') {
      add(inner, 'free');
      continue;
    }
    const [name = '', ...args] = inner.split(':');
    const fresh = freshText(name, args, draw);
    const end = fresh.length - Number(shown);
    add(fresh.slice(0, end), mark === '!' ? 'public' : 'secret');
    add(fresh.slice(end), 'public');
  }
  add(example.slice(at), 'public');
  return pieces;
}

function freshText(name: string, args: readonly string[], draw: Draw): string {
  const maker = MAKERS[name];
  if (maker !== undefined) return maker(args, draw);
  const [least, most = least] = (args[0] ?? '').split('-').map(Number);
  if (least === undefined || most === undefined || !Number.isInteger(least) || least < 1 || !(most >= least))
    throw new RangeError(`"${name}:${args.join(':')}" draws nothing`);
  const length = least + draw(most - least + 1);
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
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
}
