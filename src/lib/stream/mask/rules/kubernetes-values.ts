// The values that a machine has met in what may be a Secret, and which of them are masked: all of them once it is known
// to be one, none once it is known not to be, and what reads like a Secret's data where that is never said.
import { decodesToText, isBase64, isTemplate } from '../checks/index.ts';
import type { Span } from '../rule.ts';

export interface DataValue {
  /** Where it stands: several lines of one value are several spans. */
  readonly spans: readonly Span[];
  /** What stands there, without what is between the spans. */
  readonly text: string;
  /** Its name in the map. */
  readonly key?: string | undefined;
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

/** What programs call the base64 that they hand out and want back: a Secret's data is more than that. */
const ORDINARY =
  /^(?:(?:node|global|object|relay|parent|start|end|next|prev|previous|last|first)?(?:id|ids|uid|cursor|page|node)|(?:next|prev|previous|page|nextpage|sync|continuation)token|next|prev|previous|before|after|continue|status|state|phase|type|kind|name|title|label|level|message|msg|text|body|content|contents|payload|result|code|etag|hash|digest|checksum|sha1|sha256|md5|integrity|image|icon|encoding)$/;

const isOrdinary = (key = ''): boolean => ORDINARY.test(key.toLowerCase().replace(/[-_.]/g, ''));

/** `early`: more may follow, and what is undecided counts as secret. */
export function maskedSpans(values: readonly DataValue[], verdict: Verdict, early: boolean): readonly Span[] {
  if (verdict === false) return [];
  const filled = values.filter(({ text }) => text !== '' && !isTemplate(text));
  if (verdict === true) return filled.flatMap(({ spans }) => spans);
  if (filled.every(({ key }) => isOrdinary(key))) return [];
  if (early) return filled.filter(mayBeEncoded).flatMap(({ spans }) => spans);
  const isData =
    filled.every(({ text }) => decodesToText(text)) &&
    filled.some(({ text }) => text.length >= 8 && /[a-z]/.test(text) && /[A-Z]/.test(text));
  return isData ? filled.flatMap(({ spans }) => spans) : [];
}

function mayBeEncoded({ text, isOpen }: DataValue): boolean {
  if (isOpen) return text.length >= 8 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  return decodesToText(text) || (isBase64(text) && text.length >= 16 && /\d/.test(text) && /[A-Z]/.test(text));
}
