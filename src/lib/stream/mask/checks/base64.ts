// Base64 in the standard alphabet: whether a text is such, and whether text comes out of it.
import { isUtf8 } from 'node:buffer';

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
  const bytes = Buffer.from(base64, 'base64');
  return isUtf8(bytes) && !bytes.some(isControl);
}

/** Of valid UTF-8: also the second byte of a control character beyond ASCII. */
function isControl(byte: number, at: number, bytes: Uint8Array): boolean {
  if (byte < 0x20) return byte !== 0x09 && byte !== 0x0a && byte !== 0x0d;
  return byte === 0x7f || (byte >= 0x80 && byte <= 0x9f && bytes[at - 1] === 0xc2);
}
