// The parameters of a request, read once and printed anew. One that is not known here may mean anything to the server: it is refused.
import type { QueryParameter } from '../../core/api-request.ts';
import { RefusedRequest } from './refused-request.ts';

const MOST_PARAMETERS = 256;
/** Kubernetes lets a `continue` token and a command line be long; no request line is longer than this anywhere. */
const LONGEST_QUERY = 64 * 1024;

/** Of lists, watches and reads, of writes, of deletions, of logs; `command` and `container` are those of `exec` and `attach`. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['labelSelector', 'fieldSelector', 'limit', 'continue', 'watch', 'allowWatchBookmarks', 'sendInitialEvents'],
  ...['resourceVersion', 'resourceVersionMatch', 'timeoutSeconds', 'timeout', 'pretty', 'includeObject'],
  ...['dryRun', 'fieldManager', 'fieldValidation', 'force'],
  ...[
    'gracePeriodSeconds',
    'orphanDependents',
    'propagationPolicy',
    'ignoreStoreReadErrorWithClusterBreakingPotential',
  ],
  ...[
    'container',
    'follow',
    'previous',
    'sinceSeconds',
    'sinceTime',
    'timestamps',
    'tailLines',
    'limitBytes',
    'stream',
  ],
  ...['command', 'stdin', 'stdout', 'stderr', 'tty', 'ports'],
  // Of a description of the API (OpenAPI v3), for caches.
  'hash',
]);

/** What a client may give again and again; of all others two would leave it to the server which one counts. */
const REPEATED: ReadonlySet<string> = new Set(['command', 'ports']);

/**
 * The parameters in their order. Throws `RefusedRequest` (400, `bad-query`) for one that is not known or stands there twice, for
 * bad escapes and for controls in what is no command.
 */
export function readQuery(raw: string): readonly QueryParameter[] {
  if (raw === '') return [];
  if (raw.length > LONGEST_QUERY) throw badQuery(`it is longer than ${LONGEST_QUERY} characters`);
  const parts = raw.split('&').filter((part) => part !== '');
  if (parts.length > MOST_PARAMETERS) throw badQuery(`it has more than ${MOST_PARAMETERS} parameters`);
  const seen = new Set<string>();
  return parts.map((part) => {
    const [name, value] = readParameter(part);
    if (!KNOWN.has(name)) throw badQuery(`nobody knows the parameter "${name.slice(0, 60)}"`);
    if (seen.has(name) && !REPEATED.has(name)) throw badQuery(`the parameter "${name}" is given twice`);
    seen.add(name);
    return [name, value] as const;
  });
}

/** The query without its question mark, in the one form that is sent. */
export const printQuery = (query: readonly QueryParameter[]): string =>
  query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');

/** The target of a request line: a path as it was printed, and the query where there is one. */
export const printTarget = (path: string, query: readonly QueryParameter[]): string =>
  query.length === 0 ? path : `${path}?${printQuery(query)}`;

/** The value of a parameter that is given once at most. */
export const parameter = (query: readonly QueryParameter[], wanted: string): string | undefined =>
  query.find(([name]) => name === wanted)?.[1];

/**
 * A switch, where all readers agree on it: the bare name, `1` and `true` are on, `0` and `false` are off. The API server takes most
 * other words for "on", some clients do not: they throw.
 */
export function isOn(query: readonly QueryParameter[], wanted: string): boolean {
  const value = parameter(query, wanted);
  if (value === undefined || value === '0' || value === 'false') return false;
  if (value === '' || value === '1' || value === 'true') return true;
  throw badQuery(`"${wanted}" is neither true nor false`);
}

function readParameter(part: string): QueryParameter {
  // Older servers took a semicolon for an ampersand, and some readers still do.
  if (part.includes(';')) throw badQuery('a semicolon must be encoded');
  if (/[^\x21-\x7e]/.test(part)) throw badQuery('it has characters that need to be encoded');
  const equals = part.indexOf('=');
  const decode = (text: string) => {
    try {
      return decodeURIComponent(text.replaceAll('+', ' '));
    } catch {
      throw badQuery('it is encoded wrongly');
    }
  };
  const name = decode(equals === -1 ? part : part.slice(0, equals));
  const value = equals === -1 ? '' : decode(part.slice(equals + 1));
  if (name !== 'command' && /[\x00-\x1f\x7f]/.test(value)) throw badQuery(`"${name}" has control characters`);
  return [name, value];
}

function badQuery(why: string): RefusedRequest {
  return new RefusedRequest({
    status: 400,
    code: 'bad-query',
    message: `the request has a query that is not let through: ${why}`,
    hint: 'leave it out, or use kubectl, which writes it as the API has it',
  });
}
