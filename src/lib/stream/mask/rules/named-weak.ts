// Values that people think up: several words, a word and a number, words with hyphens. What stands around them must tell more.
import { looksRandom } from '../checks/index.ts';
import type { Telling } from './named-words.ts';

const FUNCTION_WORDS =
  /\b(?:the|a|an|of|to|is|are|be|must|for|at|with|in|or|and|not|no|your|you|this|that|when|if|by|on|was|has|have|will|can|cannot|should|please|enter|password|invalid|wrong|new|old|as|from|forgot|reset|confirm|do|does|it)\b/i;
/** Of messages and of labels that end in a number. */
const NUMBERED =
  /\b(?:the|must|for|at|is|are|be|or|not|no|your|you|this|that|should|please|enter|password|invalid|wrong|than|least|most|length|min|minimum|max|maximum|chars|characters|code|error|status|version|level|step|page|line|option|field|port|size|sha|md|type|key|user|test|expires|until|after|within)\b/i;

/** Several words: a passphrase (four or more, none of which makes a sentence), or signs between, or a number at the end. */
export function isPassphrase(value: string, telling: Telling): boolean {
  if (telling !== 'strong' || value.length > 120) return false;
  if (isSeveralWords(value)) return true;
  const parts = value.split(/\s+/);
  if (WORDS_AND_NUMBER.test(value) || FUNCTION_WORDS.test(value) || parts.every((part) => /^[a-z]+$/.test(part)))
    return false;
  return parts.some((part) => looksRandom(part) || (/\d/.test(part) && /[A-Za-z]/.test(part) && part.length > 4));
}

const WORDS_AND_NUMBER = /^(?:[A-Za-z]+ ){1,6}\d{1,6}[!?.#$%&*+@-]*$/;

/** "Falcon violet 6933", "correct horse battery staple": as much of a text as is one value, without a quote of its own. */
export function isSeveralWords(value: string): boolean {
  if (WORDS_AND_NUMBER.test(value)) return !NUMBERED.test(value);
  return /^[a-z]+(?:\s+[a-z]+){3,}$/.test(value) && !FUNCTION_WORDS.test(value);
}

/** `DB_API_KEY`: a variable of an environment, which has its value as it stands. */
export const isVariableName = (name: string) => /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(name);

/** What such a variable has that is named after a token or a key: `Rocket3775`, `CawB7IKg`, `lotus-violet-fjord-iris`. */
export function isWeakToken(value: string): boolean {
  if (/^[a-z]{4,}(?:-[a-z]{4,}){3,}$/.test(value)) return !THINGS.test(value);
  if (value.length < 8 || value.length > 64 || !/^[\w!@#$%^&*+~?-]+$/.test(value)) return false;
  const isOrdinary =
    /^[a-z]+(?:[-_][a-z]+)*[-_]?\d{0,3}$|^[a-z0-9]+(?:[-_][a-z0-9]+)+$|^[A-Z0-9_]+$|^\d+[A-Za-z]*$/.test(value);
  return /\d/.test(value) && /[A-Za-z]/.test(value) && !isOrdinary;
}

/** `CawB7IKg`: capitals, small letters and digits, of which none follow each other as in words. */
export const isDrawnShort = (value: string) =>
  value.length < 64 && /^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)[A-Za-z0-9]{8,}$/.test(value) && looksRandom(value);

/** Of the names of things that hold a secret, and of what to write in its place. */
const THINGS =
  /(?:^|-)(?:your|here|token|keys?|secrets?|password|value|example|change|change[dm]e?|prod|production|staging|test|testing|service|server|client|access|admin|backup|default|config|docker|registry|pull|image|cert|certs|creds?|credentials?|file|database|user|account)(?:-|$)/;
