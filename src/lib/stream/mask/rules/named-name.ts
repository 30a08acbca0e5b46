// The name that an anchor stands in: where on its line it begins, how it is written and how telling it is.
import type { Beginning } from '../rule.ts';
import { isInsideValue, NAME_PARTS, tableOf } from './named-context.ts';
import { type Telling, tellingOf } from './named-words.ts';

export const LONGEST_NAME = 64;

/** Whether anything can follow a name that ends with this: a quote, a blank, a sign; or what follows the name in a pair. */
export const canFollowName = (byte: number) => FOLLOWERS[byte] === 1;
const FOLLOWERS = tableOf(/["'`\\ \t=:?>,<\n/(]/);

export class Name {
  /** The visible line before the name. */
  readonly before: string;
  readonly #prefix: string;
  readonly #anchor: string;
  readonly #suffix: string;

  /** `suffix`: what of the name stands behind the anchor. */
  constructor({ before, anchor }: Beginning, suffix: string) {
    const lineFrom = before.lastIndexOf('\r') + 1;
    let from = before.length;
    while (from > lineFrom && NAME_PARTS[before.charCodeAt(from - 1)] === 1) from -= 1;
    this.before = before.slice(lineFrom, from);
    this.#prefix = before.slice(from);
    this.#anchor = anchor;
    this.#suffix = suffix;
  }

  /** `follower`: the character behind it. */
  telling(follower: string): Telling {
    const { before } = this;
    const isMember = follower === '>' && this.#suffix.endsWith('-');
    if (isMember || before.endsWith('${') || isInsideValue(before)) return 'none';
    const { prefix, suffix } = this.#withoutMarks();
    return tellingOf(prefix, this.#anchor, suffix);
  }

  get isOption(): boolean {
    return this.#prefix.startsWith('-');
  }

  /** `setPassword(`, `.password(`: what follows in brackets is the value. */
  get isSetter(): boolean {
    return /(?:^|\.)(?:set|with)$|\.$/i.test(this.#prefix) || (/^\.?$/.test(this.#prefix) && this.before.endsWith(')'));
  }

  /** As it is written, without marks around it. */
  get text(): string {
    const { prefix, suffix } = this.#withoutMarks();
    const around = prefix + suffix;
    // The anchor's case may be the rule's instead of the text's; the other letters tell.
    const isAsWritten = around === '' || /[a-z]/.test(around);
    return prefix + (isAsWritten ? this.#anchor : this.#anchor.toUpperCase()) + suffix;
  }

  #withoutMarks(): { readonly prefix: string; readonly suffix: string } {
    const [prefix, suffix] = [this.#prefix, this.#suffix];
    return {
      prefix: prefix === '' ? '' : prefix.replace(/^[.-]+/, ''),
      suffix: suffix === '' ? '' : suffix.replace(/[.-]+$/, ''),
    };
  }
}
