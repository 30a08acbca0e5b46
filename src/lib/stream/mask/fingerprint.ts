// A few digits that tell whether two secrets are the same one, and nothing else: keyed, so that nobody can try values.
import { hash } from 'node:crypto';

/** Four hexadecimal digits for `bytes[from, to)`, all of them unless told; the same for the same bytes under one key. */
export type Fingerprint = (bytes: Uint8Array, from?: number, to?: number) => string;

/** Longer texts are rare. */
const ROOM_BYTES = 512;

/** `key` is random, at least 16 bytes, made for one session and kept nowhere. */
export function makeFingerprint(key: Uint8Array): Fingerprint {
  // Key and text in one piece, without a new buffer for each text; wiped, since texts are secret.
  const room = new Uint8Array(key.length + ROOM_BYTES);
  room.set(key);
  return (bytes, from = 0, to = bytes.length) => {
    const length = to - from;
    if (length > ROOM_BYTES) return digits(Buffer.concat([key, bytes.subarray(from, to)]));
    for (let at = 0; at < length; at++) room[key.length + at] = bytes[from + at] as number;
    const fingerprint = digits(room.subarray(0, key.length + length));
    room.fill(0, key.length, key.length + length);
    return fingerprint;
  };
}

const digits = (keyed: Uint8Array): string => hash('sha256', keyed).slice(0, 4);
