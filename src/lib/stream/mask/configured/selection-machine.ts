// A rule of which only some kinds are on: a machine may find several, such as passwords among other named values.
import { isMachineRule, type Kind, type MachineRule, type Rule } from '../rule.ts';

/** Kinds of the rules, sorted, each once. */
export function kindsOf(rules: readonly Rule[]): readonly Kind[] {
  return [...new Set(rules.map(({ kind }) => kind))].sort();
}

/** A rule that is on, and which kinds of it are not; the same signature finds the same. */
export interface RuleOn {
  readonly rule: Rule;
  readonly signature: string;
}

/** The rules that find anything of a kind that is on, and nothing of the others. */
export function rulesOn(rules: readonly Rule[], isOn: (rule: Rule, kind: Kind) => boolean): readonly RuleOn[] {
  const kinds = kindsOf(rules);
  return rules.flatMap((rule): RuleOn[] => {
    if (!isMachineRule(rule)) return isOn(rule, rule.kind) ? [{ rule, signature: rule.name }] : [];
    const off = kinds.filter((kind) => !isOn(rule, kind));
    if (off.length === kinds.length) return [];
    if (off.length === 0) return [{ rule, signature: rule.name }];
    const limited = withoutKinds(rule, (kind) => !isOn(rule, kind));
    return [{ rule: limited, signature: `${rule.name}!${off.join('!')}` }];
  });
}

/** It still holds back what it reads: what is of which kind is known only at its end. */
function withoutKinds(rule: MachineRule, isOff: (kind: Kind) => boolean): MachineRule {
  return {
    ...rule,
    begin(beginning) {
      const machine = rule.begin(beginning);
      return {
        push: (byte) => machine.push(byte),
        get holdFrom() {
          return machine.holdFrom;
        },
        spans: (early) => machine.spans(early).filter(({ kind = rule.kind }) => !isOff(kind)),
      };
    },
  };
}
