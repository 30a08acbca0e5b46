// The values that a machine has met in what may be a Secret, and which of them are masked: all of them once it is known
// to be one, none once it is known not to be, and what reads like a Secret's data where that is never said.
import { decodesToText, isBase64, isTemplate } from '../checks/index.ts';
import type { Span } from '../rule.ts';

export interface DataValue {
  /** Where it stands: several lines of one value are several spans. */
  readonly spans: readonly Span[];
  /** What stands there, without what is between the spans. */
  readonly text: string;
  /** It went on when it was looked at. */
  readonly isOpen?: boolean;
}

/** `undefined` while nothing has said so. */
export type Verdict = boolean | undefined;

/** Names of keys in the data of Secrets and ConfigMaps. */
export const DATA_KEY = /^[-._A-Za-z0-9]{1,253}$/;

/** A Secret's `type`, where it is one that Kubernetes or its usual company made. */
export const isSecretType = (type: string): boolean =>
  type === 'Opaque' || /^(?:bootstrap\.)?kubernetes\.io\/[a-z-]+$/.test(type) || /^helm\.sh\/release/.test(type);

/** `early`: more may follow, and what is undecided counts as secret. */
export function maskedSpans(values: readonly DataValue[], verdict: Verdict, early: boolean): readonly Span[] {
  if (verdict === false) return [];
  const filled = values.filter(({ text }) => text !== '' && !isTemplate(text));
  if (verdict === true) return filled.flatMap(({ spans }) => spans);
  if (early) return filled.filter(mayBeEncoded).flatMap(({ spans }) => spans);
  const isData = filled.every(({ text }) => decodesToText(text)) && filled.some(({ text }) => text.length >= 8);
  return isData ? filled.flatMap(({ spans }) => spans) : [];
}

function mayBeEncoded({ text, isOpen }: DataValue): boolean {
  if (isOpen) return text.length >= 8 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  return decodesToText(text) || (isBase64(text) && text.length >= 16 && /\d/.test(text) && /[A-Z]/.test(text));
}
