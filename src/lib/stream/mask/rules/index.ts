// The table of all rules, gathered from the family files. Order carries no meaning: where two rules find overlapping
// text, everything that either finds is masked.
import type { Rule } from '../rule.ts';

export const RULES: readonly Rule[] = [];
