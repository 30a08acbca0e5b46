// What a program printed → what another person's terminal may get of it, for text that comes in pieces.
import { createNeutraliser } from './neutralise-stage.ts';

/**
 * A filter for one stream, for reviewers: push its text in pieces, however they are cut. What is unfinished waits for the next
 * piece, and is left out where none comes.
 */
export function neutralise(): (text: string) => string {
  const stage = createNeutraliser('reviewer');
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** The first half of a character outside the BMP. */
  let half = '';
  return (text) => {
    const whole = half + text;
    half = /[\ud800-\udbff]$/.test(whole) ? whole.slice(-1) : '';
    const pieces = stage.push(Buffer.from(half === '' ? whole : whole.slice(0, -1)));
    return pieces.map((piece) => decoder.decode(piece, { stream: true })).join('');
  };
}
