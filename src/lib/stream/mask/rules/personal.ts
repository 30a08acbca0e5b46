// Personal data: addresses of e-mail, numbers of cards, accounts, persons and telephones. All of them are confirmed by
// their end, so that what only begins like one is shown.
import type { Rule } from '../rule.ts';
import { CARD_RULES } from './personal-cards.ts';
import { EMAIL_RULES } from './personal-emails.ts';
import { IBAN_RULES } from './personal-ibans.ts';
import { PHONE_RULES } from './personal-phones.ts';
import { SSN_RULES } from './personal-ssns.ts';

export const PERSONAL_RULES: readonly Rule[] = [
  ...EMAIL_RULES,
  ...CARD_RULES,
  ...IBAN_RULES,
  ...SSN_RULES,
  ...PHONE_RULES,
];
