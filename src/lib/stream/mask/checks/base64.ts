// Base64 in the standard alphabet: whether a text is such, and whether text comes out of it.

/** True for at least one group of standard base64, padded as it must be, with no bits left over. No blanks, no line ends. */
export function isBase64(text: string): boolean {
  if (text.length === 0 || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return false;
  if (text.endsWith('==')) return 'AQgw'.includes(text.charAt(text.length - 3));
  if (text.endsWith('=')) return 'AEIMQUYcgkosw048'.includes(text.charAt(text.length - 2));
  return true;
}

/** True where the text is base64 of valid UTF-8 without control characters (line ends and tabs are fine). */
export function decodesToText(base64: string): boolean {
  if (!isBase64(base64)) return false;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
    return !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(text);
  } catch {
    return false;
  }
}
