// What whoever was refused can do now, as lines of text: the fields of the JSON, in the same words.
import type { Guidance } from '../core/decision.ts';
import { visible } from './render.ts';

const RETRY = {
  never: 'never: the same again is denied again',
  'after-approval': 'after a person approved it',
  'after-change': 'only when it is written differently',
  'after-wait': 'after the cool-down',
} as const;

/** One line a field, labels in a column of nine. */
export function guidanceLines({ code, retry, instead, exception }: Guidance): string[] {
  return [
    field('code', code),
    ...(instead === '' ? [] : [field('instead', visible(instead))]),
    field('retry', RETRY[retry]),
    field('except', visible(exception)),
  ];
}

function field(label: string, text: string): string {
  return `  ${label.padEnd(8)} ${text.replaceAll('\n', `\n${' '.repeat(11)}`)}`;
}
