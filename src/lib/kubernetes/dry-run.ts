// Whether a request only asks what it would do, as the server reads it. Pure.
import type { ApiRequest } from '../core/api-request.ts';
import type { ParsedBody } from './read-body.ts';

/**
 * True only where the server surely changes nothing. Where a deletion has a body, its options are taken from there and the query is not
 * looked at (k8s.io/apiserver, DeleteResource): `?dryRun=All` with a body that does not say so would really delete.
 */
export function asksForDryRun({ method, query }: ApiRequest, body: ParsedBody): boolean {
  if (method === 'GET') return false;
  if (method === 'DELETE' && body.kind !== 'none') {
    return body.kind === 'object' && isAll(body.object.dryRun);
  }
  const given = query.filter(([name]) => name === 'dryRun');
  return given.length === 1 && given[0]?.[1] === 'All';
}

const isAll = (value: unknown): boolean => Array.isArray(value) && value.length === 1 && value[0] === 'All';
