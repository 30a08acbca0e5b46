// Dry runs: whether a request is one as the server reads it, and a request made into one. Pure.
import type { ApiRequest, QueryParameter } from '../../core/api-request.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ApiBody, ParsedBody } from '../../ports/api-gate.ts';
import { printTarget } from '../request/request-query.ts';
import { hasDryRun, isServersOwn } from './dry-run-support.ts';

/**
 * True only where the server surely changes nothing. Of an API that is not Kubernetes' own that is never sure: it may not know dry runs. Where a deletion has a body, its options are taken from there and the query is not
 * looked at (k8s.io/apiserver, DeleteResource): `?dryRun=All` with a body that does not say so would really delete.
 */
export function asksForDryRun({ method, query, subject }: ApiRequest, body: ParsedBody): boolean {
  if (!hasDryRun(subject) || !isServersOwn(subject.group)) return false;
  if (method === 'DELETE' && body.kind !== 'none') return body.kind === 'object' && isAll(body.object.dryRun);
  const given = query.filter(([name]) => name === 'dryRun');
  return given.length === 1 && given[0]?.[1] === 'All';
}

const isAll = (value: unknown): boolean => Array.isArray(value) && value.length === 1 && value[0] === 'All';

export interface DryRun {
  /** Path and query, as printed. */
  readonly target: string;
  readonly body: Uint8Array | null;
  /** Of the body; undefined where there is none. */
  readonly type: string | undefined;
}

/**
 * The same request, which changes nothing. A deletion says so in its options, which are always sent as a body of its own; all others,
 * and deletions once more, in the query. Servers know it since Kubernetes 1.13.
 */
export function asDryRun({ method, path, query }: ApiRequest, body: ApiBody | null, parsed: ParsedBody): DryRun {
  const asked: readonly QueryParameter[] = [...query.filter(([name]) => name !== 'dryRun'), ['dryRun', 'All']];
  const target = printTarget(path, asked);
  if (method !== 'DELETE') return { target, body: body?.bytes ?? null, type: body?.type };
  const options = parsed.kind === 'object' ? parsed.object : optionsIn(query);
  const sent: JsonObject = { kind: 'DeleteOptions', apiVersion: 'v1', ...options, dryRun: ['All'] };
  return { target, body: Buffer.from(JSON.stringify(sent)), type: 'application/json' };
}

/** What a deletion without a body says of itself. */
function optionsIn(query: readonly QueryParameter[]): JsonObject {
  return Object.fromEntries(
    query.flatMap(([name, value]): (readonly [string, string | number | boolean])[] => {
      if (name === 'propagationPolicy') return [[name, value]];
      if (name === 'gracePeriodSeconds' && /^\d{1,9}$/.test(value)) return [[name, Number(value)]];
      if (name === 'orphanDependents') return [[name, value !== 'false' && value !== '0']];
      return [];
    }),
  );
}
