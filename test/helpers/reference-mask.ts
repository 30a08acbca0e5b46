// What rules find in a whole text, the slow and obvious way: regular expressions over a string. The stream's engine must find
// the same; authors of rules try them here.
import { expandExample } from '../../src/lib/stream/mask/examples.ts';
import { endsInEscape } from '../../src/lib/stream/mask/finding/escapes.ts';
import { compilePattern } from '../../src/lib/stream/mask/pattern/index.ts';
import {
  isMachineRule,
  type MachineRule,
  type PatternRule,
  type Rule,
  type Span,
} from '../../src/lib/stream/mask/rule.ts';

export interface Found extends Span {
  readonly rule: string;
  readonly kind: string;
}

/** Everything the rules find in the visible text (Latin-1), in order of place; may overlap. */
export function findByReference(rules: readonly Rule[], text: string): readonly Found[] {
  return rules
    .flatMap((rule) => (isMachineRule(rule) ? byMachine(rule, text) : byPattern(rule, text)))
    .sort((a, b) => a.from - b.from || b.to - a.to);
}

/** The text with `[kind]` for each secret; overlapping ones become one. */
export function maskByReference(rules: readonly Rule[], text: string): string {
  let output = '';
  let until = 0;
  for (const { from, to, kind } of findByReference(rules, text)) {
    if (from >= until) output += `${text.slice(until, from)}[${kind}]`;
    until = Math.max(until, to);
  }
  return output + text.slice(until);
}

function* anchorsIn(rule: Rule, text: string): Generator<{ at: number; anchor: string }> {
  const haystack = rule.ignoreCase ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text;
  for (let at = 0; at < text.length; at++) {
    for (const anchor of rule.anchors) {
      if (haystack.startsWith(rule.ignoreCase ? anchor.toLowerCase() : anchor, at)) yield { at, anchor };
    }
  }
}

function byPattern(rule: PatternRule, text: string): Found[] {
  const found: Found[] = [];
  let free = 0;
  const isOneOf = (characters: string | undefined, at: number) =>
    characters !== undefined && at >= 0 && at < text.length && new RegExp(characters).test(text[at] as string);
  for (const { at, anchor } of anchorsIn(rule, text)) {
    let begin = at;
    if (rule.before !== undefined) {
      while (begin > 0 && at - begin < rule.before.max && isOneOf(rule.before.class, begin - 1)) begin -= 1;
      if (at - begin < rule.before.min) continue;
    }
    if (begin < free || (isOneOf(rule.notBefore, begin - 1) && !isAfterEscape(text, begin))) continue;
    const lead = longest(rule.lead ?? '', text, at + anchor.length, undefined);
    if (lead === undefined) continue;
    const end = longest(`(?:${rule.secret})(?:${rule.tail ?? ''})`, text, lead, rule.notAfter);
    if (end === undefined) continue;
    const to = end - tailLength(rule, text.slice(lead, end));
    const from = rule.before === undefined ? (rule.hidesAnchor ? at : lead) : begin;
    if (to <= from || rule.check?.(text.slice(from, to)) === false) continue;
    if (rule.isAmong?.(lineBefore(text, from), false) === false) continue;
    const shown = { first: rule.keep?.first ?? 0, last: rule.keep?.last ?? 0 };
    found.push({ rule: rule.name, kind: rule.kind, from: from + shown.first, to: to - shown.last });
    free = to;
  }
  return found;
}

/** Where the longest match at `from` ends that none of `notAfter` follows: every length is tried. */
function longest(pattern: string, text: string, from: number, notAfter: string | undefined): number | undefined {
  const whole = new RegExp(`^(?:${pattern})$`);
  const barred = notAfter === undefined ? undefined : new RegExp(notAfter);
  for (let end = Math.min(text.length, from + compilePattern(pattern).maxLength); end >= from; end--) {
    if (end < text.length && barred?.test(text[end] as string)) continue;
    if (whole.test(text.slice(from, end))) return end;
  }
  return undefined;
}

/** `\\n`, `%3D` and the like end a word as any sign does. */
const isAfterEscape = (text: string, at: number): boolean => endsInEscape(Buffer.from(text, 'latin1'), at);

const lineBefore = (text: string, at: number): string =>
  text.slice(Math.max(at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1, at - 200), at);

function tailLength(rule: PatternRule, matched: string): number {
  if (rule.tail === undefined) return 0;
  return new RegExp(`(?:${rule.tail})$`).exec(matched)?.[0].length ?? 0;
}

function byMachine(rule: MachineRule, text: string): Found[] {
  const found: Found[] = [];
  let free = 0;
  for (const { at, anchor } of anchorsIn(rule, text)) {
    const begin = at + anchor.length;
    const isBarred = rule.notBefore !== undefined && at > 0 && new RegExp(rule.notBefore).test(text[at - 1] as string);
    if (at < free || (isBarred && !isAfterEscape(text, at))) continue;
    const machine = rule.begin({ before: lineBefore(text, at), anchor: text.slice(at, begin) });
    let end = begin;
    let wantsMore = true;
    while (wantsMore && end < text.length && end - begin < rule.maxLength)
      wantsMore = machine.push(text.charCodeAt(end++));
    for (const { from, to, kind } of machine.spans(false)) {
      found.push({ rule: rule.name, kind: kind ?? rule.kind, from: begin + from, to: begin + to });
      free = Math.max(free, begin + to);
    }
  }
  return found;
}

/** Fails with what is wrong where one of the rule's own examples does not hold. `seed` draws what the examples leave open. */
export function provesExamples(rule: Rule, seed: number): string[] {
  const wrong: string[] = [];
  for (const example of rule.tests.masks) {
    const { text, secrets, publicParts } = expandExample(example, seed);
    const masked = maskByReference([rule], text);
    for (const secret of secrets)
      if (masked.includes(secret)) wrong.push(`${rule.name}: shows a secret of ${JSON.stringify(example)}`);
    let at = 0;
    for (const part of publicParts) {
      at = masked.indexOf(part, at);
      if (at === -1) {
        wrong.push(
          `${rule.name}: loses ${JSON.stringify(part)} of ${JSON.stringify(example)}: ${JSON.stringify(masked)}`,
        );
        break;
      }
      at += part.length;
    }
  }
  for (const example of rule.tests.leaves) {
    const { text } = expandExample(example, seed);
    const masked = maskByReference([rule], text);
    if (masked !== text) wrong.push(`${rule.name}: touches ${JSON.stringify(example)}: ${JSON.stringify(masked)}`);
  }
  return wrong;
}
