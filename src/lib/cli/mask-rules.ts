// `sallyport mask explain` without a text: which rules there are, what they look for, and whether they are on here.
import type { MaskException } from '../core/masking-document.ts';
import { inWords } from '../stream/mask/configured/selection-lint.ts';
import { expandExample } from '../stream/mask/examples.ts';
import { compileRules, isMachine } from '../stream/mask/finding/compiled-rules.ts';
import { makeFingerprint } from '../stream/mask/fingerprint.ts';
import { indexNeedles } from '../stream/mask/known/known-finder.ts';
import { maskText } from '../stream/mask/mask-text.ts';
import { isMachineRule, type Rule } from '../stream/mask/rule.ts';
import type { ChosenRule } from './mask-setup.ts';
import { oneLine, type Palette, shortLine } from './render.ts';

export interface RuleDescription {
  readonly name: string;
  readonly kind: string;
  readonly family: string;
  readonly isOn: boolean;
  /** What decides that, in words. */
  readonly because: string;
  readonly anchors: readonly string[];
  readonly ignoresCase: boolean;
  readonly notBefore: string | null;
  /** What of the secret stands before the anchor. */
  readonly before: string | null;
  readonly lead: string | null;
  /** Null where the shape needs a machine. */
  readonly secret: string | null;
  readonly tail: string | null;
  readonly notAfter: string | null;
  /** Of the secret, in bytes; of a machine, how far it reads at most. */
  readonly minLength: number | null;
  readonly maxLength: number;
  readonly hidesAnchor: boolean;
  readonly keeps: { readonly first: number; readonly last: number };
  /** What fits the pattern must pass a check, too. */
  readonly isChecked: boolean;
  /** As they come out, each with what the rule masks in it; and such as it leaves alone. */
  readonly examples: { readonly masked: readonly string[]; readonly left: readonly string[] };
}

/** Everything there is to say of one rule. */
export function describeRule(chosen: ChosenRule): RuleDescription {
  const { rule, isOn } = chosen;
  const common = {
    name: rule.name,
    kind: rule.kind,
    family: rule.family,
    isOn,
    because: whyOn(chosen),
    anchors: rule.anchors,
    ignoresCase: rule.ignoreCase === true,
    notBefore: rule.notBefore ?? null,
    examples: examplesOf(rule),
  };
  const compiled = compileRules([rule]).compiled(0);
  if (isMachineRule(rule) || isMachine(compiled)) {
    const pattern = { before: null, lead: null, secret: null, tail: null, notAfter: null, minLength: null };
    const kept = { hidesAnchor: false, keeps: { first: 0, last: 0 }, isChecked: false };
    return { ...common, ...pattern, maxLength: isMachineRule(rule) ? rule.maxLength : 0, ...kept };
  }
  const { before, lead, secret, tail, notAfter, keep } = rule;
  return {
    ...common,
    before: before === undefined ? null : `${before.class}{${before.min},${before.max}}`,
    lead: lead ?? null,
    secret,
    tail: tail ?? null,
    notAfter: notAfter ?? null,
    minLength: compiled.secret.minLength - compiled.tailLength,
    maxLength: compiled.secret.maxLength - compiled.tailLength,
    hidesAnchor: rule.hidesAnchor === true,
    keeps: { first: keep?.first ?? 0, last: keep?.last ?? 0 },
    isChecked: rule.check !== undefined,
  };
}

function whyOn({ decidedBy }: ChosenRule): string {
  switch (decidedBy.by) {
    case 'default':
      return 'nothing says otherwise';
    case 'flag':
      return 'a flag of this command says so';
    case 'kind':
    case 'family': {
      const section = `${decidedBy.by === 'kind' ? 'kinds' : 'families'}.${decidedBy.name}`;
      return decidedBy.isHere ? `masking.where says so of this place (${section})` : `masking.${section} says so`;
    }
    case 'exception':
      return `an exception: ${decidedBy.exception.reason}`;
  }
}

/** Drawn anew by this seed, so that what is printed is always the same. */
const SEED = 1;

function examplesOf(rule: Rule): RuleDescription['examples'] {
  const options = {
    rules: compileRules([rule]),
    known: indexNeedles([]),
    fingerprint: makeFingerprint(Buffer.from('fingerprints of examples mean nothing')),
  };
  return {
    masked: rule.tests.masks.map((example) => maskText(expandExample(example, SEED).text, options)),
    left: rule.tests.leaves.map((example) => expandExample(example, SEED).text),
  };
}

/** One line a rule. */
export function ruleRows(chosen: readonly ChosenRule[]): { readonly header: string[]; readonly rows: string[][] } {
  return {
    header: ['FAMILY', 'KIND', 'RULE', 'HERE', 'BEGINS WITH'],
    rows: chosen.map(({ rule, isOn }) => [
      rule.family,
      rule.kind,
      rule.name,
      isOn ? 'on' : 'off',
      someOf(rule.anchors, 3),
    ]),
  };
}

/** What the configuration excepts, whether it counts here or not. */
export function renderExceptions(exceptions: readonly MaskException[], out: Palette): string {
  return exceptions
    .map(
      ({ rules, kinds, on, reason }) =>
        `${out.warn('exception')} ${[...rules, ...kinds].join(', ')} where ${oneLine(`${inWords(on)}: ${reason}`)}\n`,
    )
    .join('');
}

/** A block of lines a rule; what does not apply has no line. */
export function renderRule(rule: RuleDescription, out: Palette): string {
  const { first, last } = rule.keeps;
  const kept = [first > 0 ? `its first ${first}` : '', last > 0 ? `its last ${last}` : ''].filter(
    (part) => part !== '',
  );
  const lines: readonly (readonly [string, string | null])[] = [
    ['kind', `${rule.kind}, of the family ${rule.family}`],
    ['here', `${rule.isOn ? out.good('on') : out.warn('off')}: ${oneLine(rule.because)}`],
    ['begins', `${someOf(rule.anchors, 8)}${rule.ignoresCase ? ', in either case' : ''}`],
    ['not after', rule.notBefore],
    ['before it', rule.before],
    ['then', rule.lead],
    ['secret', rule.secret ?? `found by a machine that reads ${rule.maxLength} bytes at most`],
    ['length', rule.minLength === null ? null : lengthOf(rule.minLength, rule.maxLength)],
    ['then', rule.tail],
    ['not before', rule.notAfter],
    ['check', rule.isChecked ? 'what fits must also pass a check' : null],
    ['hides', rule.hidesAnchor ? 'what it begins with, too' : null],
    ['shows', kept.length === 0 ? null : `${kept.join(' and ')} characters`],
    ...rule.examples.masked.map((text) => ['masks', shortLine(text)] as const),
    ...rule.examples.left.map((text) => ['leaves', shortLine(text)] as const),
  ];
  const shown = lines.flatMap(([word, text]) => (text === null ? [] : [`  ${out.dim(word.padEnd(10))} ${text}\n`]));
  return `${out.bold(rule.name)}\n${shown.join('')}`;
}

function lengthOf(min: number, max: number): string {
  return min === max ? `${min} bytes` : `${min} to ${max} bytes`;
}

function someOf(anchors: readonly string[], count: number): string {
  const some = anchors.slice(0, count).map((anchor) => oneLine(JSON.stringify(anchor)));
  return `${some.join(' ')}${anchors.length > count ? ` and ${anchors.length - count} more` : ''}`;
}
