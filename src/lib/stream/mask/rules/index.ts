// The table of all rules, gathered from the family files. Order carries no meaning: where two rules find overlapping
// text, everything that either finds is masked.
import type { Rule } from '../rule.ts';
import { AWS_TOKENS } from './tokens-aws.ts';
import { AZURE_TOKENS } from './tokens-azure.ts';
import { CLOUD_TOKENS } from './tokens-cloud.ts';
import { GOOGLE_TOKENS } from './tokens-google.ts';

export const RULES: readonly Rule[] = [...AWS_TOKENS, ...GOOGLE_TOKENS, ...AZURE_TOKENS, ...CLOUD_TOKENS];
