// What rules there are, for who reads a configuration: those that come with the mask, and what its own ones may say.
import type { MaskingDocument, MaskKnowledge } from '../../../core/masking-document.ts';
import type { Rule } from '../rule.ts';
import { RULES } from '../rules/index.ts';
import { checkOwnRule, toRule } from './own-rules.ts';

/** For `parseConfig`: with it, unknown rules and kinds, and own rules that cannot run, are refused with their place. */
export const MASK_KNOWLEDGE: MaskKnowledge = { rules: RULES, checkOwnRule };

/** All rules that a configuration has, before any is switched off. Its own ones passed `checkOwnRule`. */
export function allRules({ rules }: Pick<MaskingDocument, 'rules'>): readonly Rule[] {
  return rules.length === 0 ? RULES : [...RULES, ...rules.map(toRule)];
}
