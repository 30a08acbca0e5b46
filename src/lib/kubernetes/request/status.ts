// How the API says no: a `Status` object, which kubectl and client libraries print and understand.
import type { ResourceSubject } from '../../core/api-request.ts';
import type { RefusedRequest } from './refused-request.ts';

export interface ApiStatus {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Failure';
  readonly message: string;
  /** As clients match on it: `Forbidden`, `BadRequest`, … */
  readonly reason: string;
  readonly details?: { readonly name?: string; readonly group?: string; readonly kind?: string };
  readonly code: number;
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  429: 'TooManyRequests',
  500: 'InternalError',
  502: 'ServiceUnavailable',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** `message` is shown after "Error from server (Forbidden):" by kubectl. `subject`: what it is about, where that is known. */
export function failure(code: number, message: string, subject?: ResourceSubject): ApiStatus {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: REASONS[code] ?? 'Unknown',
    ...(subject === undefined ? {} : { details: detailsOf(subject) }),
    code,
  };
}

/** What a request is told whose form is not let through. */
export const refusal = ({ status, code, message, hint }: RefusedRequest): ApiStatus =>
  failure(status, `sallyport (${code}): ${message}; next: ${hint}`);

function detailsOf({ name, group, resource }: ResourceSubject): NonNullable<ApiStatus['details']> {
  return { ...(name === null ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource };
}
