// The path of a request, read once and printed anew. Two readers of one path that disagree are how a request gets by its judge: so
// what two readers could take for different things is refused, and the server gets what was printed here.
import { RefusedRequest } from './refused-request.ts';

/** The API's own limit of names is 253 bytes; groups, versions and the rest leave it far below this. */
const LONGEST_PATH = 4096;
const MOST_SEGMENTS = 16;

/**
 * The segments of an absolute path, decoded. Throws `RefusedRequest` (400, `bad-path`) for an empty path or segment, `.` and `..`,
 * what is encoded as none of the API's names can be (a slash, a percent sign, a backslash, controls), bad escapes and bad UTF-8.
 * A slash at the end is left out: `/api/` is `/api`.
 */
export function readPath(raw: string): readonly string[] {
  if (!raw.startsWith('/')) throw badPath(raw, 'it does not begin with "/"');
  if (raw.length > LONGEST_PATH) throw badPath(raw, `it is longer than ${LONGEST_PATH} characters`);
  const whole = raw.length > 1 && raw.endsWith('/') ? raw.slice(1, -1) : raw.slice(1);
  if (whole === '') return [];
  const segments = whole.split('/');
  if (segments.length > MOST_SEGMENTS) throw badPath(raw, `it has more than ${MOST_SEGMENTS} parts`);
  return segments.map((segment) => readSegment(segment, raw));
}

/** The path of these segments, in the one form that is sent. */
export const printPath = (segments: readonly string[]): string =>
  segments.map((segment) => `/${encodeURIComponent(segment).replace(/%3A/g, ':')}`).join('') || '/';

function readSegment(segment: string, raw: string): string {
  let decoded: string;
  if (/[^\x21-\x7e]/.test(segment)) throw badPath(raw, 'it has characters that need to be encoded');
  try {
    decoded = decodeURIComponent(segment);
  } catch {
    throw badPath(raw, 'it is encoded wrongly');
  }
  if (decoded === '') throw badPath(raw, 'a part of it is empty');
  if (decoded === '.' || decoded === '..') throw badPath(raw, 'it goes up or stays ("." or "..")');
  if (/[\x00-\x1f\x7f-\x9f/\\%?#]/.test(decoded)) throw badPath(raw, 'a part of it is no name');
  return decoded;
}

function badPath(raw: string, why: string): RefusedRequest {
  return new RefusedRequest({
    status: 400,
    code: 'bad-path',
    message: `the path "${raw.slice(0, 200)}" is not one of the API: ${why}`,
    hint: 'ask for the object by its plain path, such as /api/v1/namespaces/default/pods',
  });
}
