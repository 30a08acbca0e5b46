// A refusal of the API in its own words, without what it quotes. To a patch whose result is no Secret the server answers with that whole
// result, and with every value in it (k8s.io/apiserver, patch.go).
import type { LabelValue } from './label-value.ts';

/** From here on a message may quote anything. */
const QUOTES = /Invalid value: |Unsupported value: |Duplicate value: |[{]|map\[|\\"/;
/** Longer than any word; names have points and strokes. */
const LONG_WORD = /[A-Za-z0-9+/=]{32,}/;
/** Behind the quoted part: "illegal base64 data at input byte 3". */
const REASON = /[^\\]": ([A-Za-z0-9'-]{1,14}(?:[ .,]{1,2}[A-Za-z0-9'-]{1,14}){0,24})$/;

/** The message up to what it quotes, a label for that, and the reason behind it where it is plain words. */
export function failureWords(message: string, label: LabelValue): string {
  const at = message.search(QUOTES);
  const long = LONG_WORD.exec(message)?.index ?? -1;
  const cut = at === -1 ? long : long === -1 ? at : Math.min(at, long);
  if (cut === -1) return message;
  const head = message.slice(0, cut).replace(/"$/, '');
  const named = /^(?:Invalid|Unsupported|Duplicate) value: /.exec(message.slice(cut))?.[0] ?? '';
  const reason = REASON.exec(message)?.[1];
  const hidden = label(Buffer.from(message.slice(cut)));
  return `${head}${named}${hidden}${reason === undefined ? '' : `: ${reason}`}`;
}
