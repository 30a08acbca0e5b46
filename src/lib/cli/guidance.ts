// What whoever was refused can do now, as lines of text: the fields of the JSON, in the same words.
import type { Guidance, Verdict } from '../core/decision.ts';
import { type Palette, visible } from './render.ts';

const RETRY = {
  never: 'never: the same again is denied again',
  'after-approval': 'after-approval: the same again runs once a person approved it',
  'after-change': 'after-change: only when it is written differently',
  'after-wait': 'after-wait: when the cool-down is over',
} as const;

/** One line a field, labels in a column of eight; without what the reader has seen already. */
export function guidanceLines({ code, retry, instead, exception }: Guidance, out: Palette, seen = ''): string {
  const fields = [
    ['code', code],
    ['retry', RETRY[retry]],
    ['instead', instead],
    ['except', exception],
  ] as const;
  return fields
    .filter(([, text]) => text !== '' && text !== seen)
    .map(([label, text]) => `  ${out.dim(label.padEnd(8))} ${visible(text).replaceAll('\n', `\n${' '.repeat(11)}`)}\n`)
    .join('');
}

/** A verdict in its colour. */
export function verdictWord(verdict: Verdict, out: Palette): string {
  return { allow: out.good, ask: out.warn, deny: out.bad }[verdict](verdict);
}
