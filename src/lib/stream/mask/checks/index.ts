// The checks that rules may ask for: pure, and no slower than a few passes over what they are given.
export { decodesToText, isBase64 } from './base64.ts';
export { isTopLevelDomain } from './domains.ts';
export { isEmail, isForeignEmail } from './email.ts';
export { completeIban, IBAN_LENGTHS, isIban } from './iban.ts';
export { isJwtHeader } from './jwt.ts';
export { CARD_RANGES, cardBrand, isLuhn } from './luhn.ts';
export { isPhone, NUMBERING_PLANS } from './phone.ts';
export { isPlaceholder, isTemplate } from './placeholder.ts';
export { entropyPerCharacter, looksRandom } from './randomness.ts';
export { isSecretLabel } from './secret-label.ts';
export { isNamedSsn, isSsn } from './ssn.ts';
