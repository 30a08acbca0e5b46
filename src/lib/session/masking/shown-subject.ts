// What people see of something that is to run, and what their approval binds. Secrets in it are masked; what stands behind
// the masks is bound by a keyed digest, which tells nobody what it is, not even by trying values.
import { createHmac } from 'node:crypto';
import { canonicalJson } from '../../core/digest.ts';
import type { RequestSubject } from '../../ports/store.ts';
import type { SessionMask } from './session-mask.ts';

/** The subject itself where there is nothing to mask in it. Throws `cannot-mask` (74). */
export function shownSubject(real: RequestSubject, mask: SessionMask): RequestSubject {
  const { command, cwd, place } = real;
  let count = 0;
  let hidesCode = false;
  const shown = <T extends string | null>(text: T): T | string => {
    if (text === null) return text;
    const seen = mask.look(text);
    count += seen.count;
    hidesCode ||= seen.hidesCode;
    return seen.text;
  };
  const subject = { ...real, command: shown(command), cwd: shown(cwd), place: shown(place) };
  if (count === 0) return real;
  const hmac = createHmac('sha256', mask.bindingKey).update(canonicalJson({ command, cwd, place })).digest('hex');
  return { ...subject, masked: { count, digest: `hmac-sha256:${hmac}`, hidesCode } };
}
