// Rules made ready to run: one automaton for all anchors, and each rule's patterns, compiled when its anchor is first met. Shared by
// every stream that the same rules are on for.

import { compileClass, compilePattern, DEAD, type Pattern } from '../pattern/index.ts';
import { type Family, isMachineRule, type MachineRule, type PatternRule, type Rule } from '../rule.ts';
import { type Anchors, buildAnchors } from './anchors.ts';

/** Who names a mask where several rules begin at one place: the one that knows most. */
const PRIORITY: readonly Family[] = [
  'known',
  'own',
  'key',
  'token',
  'kubernetes',
  'url',
  'header',
  'named',
  'personal',
];

export interface CompiledRules {
  readonly rules: readonly Rule[];
  readonly anchors: Anchors;
  /** By ending (see `Anchors`): what may begin with the anchors that end there. */
  readonly uses: readonly (readonly AnchorUse[])[];
  /** By rule; compiled on first use. */
  compiled(index: number): CompiledRule;
  /** What may stand before an anchor and be secret: such text is held back. */
  readonly befores: readonly Before[];
}

export interface AnchorUse {
  readonly rule: number;
  /** What the anchor must be where its case counts. */
  readonly exact: string | null;
  readonly length: number;
  /** By the byte before the anchor, `NO_BYTE` where there is none: 1 where the rule cannot begin. */
  readonly isRuledOut: Uint8Array;
}

export const NO_BYTE = 256;

export interface Before {
  readonly members: Uint8Array;
  readonly min: number;
  readonly max: number;
}

export type CompiledRule = CompiledPatternRule | CompiledMachineRule;

interface CompiledCommon {
  readonly priority: number;
  readonly notBefore: Uint8Array | null;
}

export interface CompiledPatternRule extends CompiledCommon {
  readonly rule: PatternRule;
  readonly before: Before | null;
  readonly lead: Pattern | null;
  /** By the byte after the anchor: 1 where lead and secret can begin with it. */
  readonly canFollow: Uint8Array;
  /** Secret and tail in one. */
  readonly secret: Pattern;
  readonly maxLength: number;
  readonly tailLength: number;
  readonly notAfter: Uint8Array | null;
}

export interface CompiledMachineRule extends CompiledCommon {
  readonly rule: MachineRule;
}

export const isMachine = (compiled: CompiledRule): compiled is CompiledMachineRule => isMachineRule(compiled.rule);

/** Throws a `BadPattern` for a class that is none; patterns are compiled later. */
export function compileRules(rules: readonly Rule[]): CompiledRules {
  const texts: string[] = [];
  /** By text: which rules it may begin. */
  const uses: AnchorUse[][] = [];
  const indexOf = new Map<string, number>();
  const classOf = sharedClasses();
  const ruledOut = new Map<string, Uint8Array>();
  rules.forEach((rule, index) => {
    const isRuledOut = ruledOutAfter(rule, ruledOut);
    for (const anchor of rule.anchors) {
      const folded = anchor.toLowerCase();
      let text = indexOf.get(folded);
      if (text === undefined) {
        text = texts.push(folded) - 1;
        indexOf.set(folded, text);
        uses.push([]);
      }
      const exact = rule.ignoreCase || !/[a-z]/i.test(anchor) ? null : anchor;
      uses[text]?.push({ rule: index, exact, length: anchor.length, isRuledOut });
    }
  });
  const ready: (CompiledRule | undefined)[] = [];
  const usesOf = (text: number) => uses[text] as readonly AnchorUse[];
  const anchors = buildAnchors(texts, (text) => usesOf(text).some(({ rule }) => hidesAnchor(rules[rule] as Rule)));
  return {
    rules,
    anchors,
    uses: anchors.endings.map((found) => found.flatMap(usesOf)),
    compiled: (index) => (ready[index] ??= compileRule(rules[index] as Rule, classOf)),
    befores: rules.flatMap((rule) =>
      !isMachineRule(rule) && rule.before !== undefined ? [compileBefore(rule.before, classOf)] : [],
    ),
  };
}

/** One table for all rules that say the same, which is most: what is few stays in the caches. */
function ruledOutAfter(rule: Rule, known: Map<string, Uint8Array>): Uint8Array {
  const hasBefore = !isMachineRule(rule) && rule.before !== undefined;
  const [onlyAfter, neverAfter] = hasBefore
    ? [rule.before.min > 0 ? rule.before.class : undefined, undefined]
    : [undefined, rule.notBefore];
  const key = `${onlyAfter} ${neverAfter}`;
  const made = known.get(key);
  if (made !== undefined) return made;
  const isRuledOut = new Uint8Array(NO_BYTE + 1);
  if (neverAfter !== undefined) isRuledOut.set(compileClass(neverAfter));
  if (onlyAfter !== undefined) {
    isRuledOut.fill(1);
    compileClass(onlyAfter).forEach((isMember, byte) => {
      if (isMember === 1) isRuledOut[byte] = 0;
    });
  }
  known.set(key, isRuledOut);
  return isRuledOut;
}

type ClassOf = (source: string) => Uint8Array;

function sharedClasses(): ClassOf {
  const classes = new Map<string, Uint8Array>();
  return (source) => {
    const members = classes.get(source) ?? compileClass(source);
    classes.set(source, members);
    return members;
  };
}

const hidesAnchor = (rule: Rule): boolean =>
  !isMachineRule(rule) && (rule.hidesAnchor === true || rule.before !== undefined);

function compileBefore({ class: members, min, max }: NonNullable<PatternRule['before']>, classOf: ClassOf): Before {
  return { members: classOf(members), min, max };
}

function firstBytesOf(patterns: readonly Pattern[]): Uint8Array {
  const isFirst = (byte: number) => patterns.some((pattern) => pattern.step(pattern.start, byte) !== DEAD);
  return Uint8Array.from({ length: 256 }, (_, byte) => (isFirst(byte) ? 1 : 0));
}

function compileRule(rule: Rule, classOf: ClassOf): CompiledRule {
  const common = {
    priority: PRIORITY.indexOf(rule.family),
    notBefore: rule.notBefore === undefined ? null : classOf(rule.notBefore),
  };
  if (isMachineRule(rule)) return { ...common, rule };
  const tail = rule.tail === undefined ? null : compilePattern(rule.tail);
  const secret = compilePattern(tail === null ? rule.secret : `(?:${rule.secret})(?:${rule.tail})`);
  const lead = rule.lead === undefined ? null : compilePattern(rule.lead);
  return {
    ...common,
    rule,
    before: rule.before === undefined ? null : compileBefore(rule.before, classOf),
    lead,
    canFollow: firstBytesOf(lead === null ? [secret] : lead.minLength === 0 ? [lead, secret] : [lead]),
    secret,
    maxLength: secret.maxLength,
    tailLength: tail?.minLength ?? 0,
    notAfter: rule.notAfter === undefined ? null : classOf(rule.notAfter),
  };
}
