// Labels in the data of Kubernetes Secrets that were masked by structure before a program printed them: base64, as all of that data is.

/** Filled up to the size of the value with `*`, or with the size in words; a reader may have cut off the end of what fills it up. */
const LABEL = /^\[kubernetes-secret:[0-9a-f]{4}(?: \d{1,10} bytes\]|\]\**)$/;
const BEGINNING = Buffer.from('[kubernetes-secret').toString('base64');

/** True for the base64 of a label, which has no room for anything else. */
export function isSecretLabel(value: string): boolean {
  if (!value.startsWith(BEGINNING)) return false;
  const whole = value.slice(0, value.length - (value.length % 4));
  return LABEL.test(Buffer.from(whole, 'base64').toString('latin1'));
}
