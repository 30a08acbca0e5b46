// The broker's own errands at an API server: single objects, as JSON, in the name of the broker. Clients' requests never come this
// way, and what a server says in its own words goes to the log only.
import type { IncomingMessage } from 'node:http';
import type { ResourceSubject } from '../../core/api-request.ts';
import { BrokerError } from '../../core/errors.ts';
import { EXIT, type ExitCode } from '../../core/exit-codes.ts';
import { printPath } from '../request/request-path.ts';
import type { Upstream } from './upstream.ts';

/** An object, or for `create` the place it is made in. */
export type ObjectPlace = Omit<ResourceSubject, 'kind' | 'verb'>;

export type ApiFields = Readonly<Record<string, unknown>>;

/** `missing`: what is not there, in the plural as the server says it: the object itself, its namespace, what it refers to. */
export type Found =
  | { readonly kind: 'found'; readonly object: ApiFields }
  | { readonly kind: 'missing'; readonly what: string };

/**
 * All reject with `cluster-unreachable`, `cluster-timeout`, `cluster-failed` (69, worth another try), `cluster-forbidden` (78, names verb
 * and resource), `cluster-unauthenticated` (78), `cluster-refused`, `cluster-nonsense` (69), or the signal's reason.
 */
export interface ClusterApi {
  /** With a `subresource`: what is answered, such as a token. */
  create(place: ObjectPlace, object: ApiFields, signal: AbortSignal): Promise<Found>;
  get(place: ObjectPlace, signal: AbortSignal): Promise<Found>;
  /** `kept`: it will go, but something (a finalizer) holds on to it. */
  delete(place: ObjectPlace, signal: AbortSignal): Promise<'deleted' | 'missing' | 'kept'>;
}

type Verb = 'create' | 'get' | 'delete';

const METHODS = { create: 'POST', get: 'GET', delete: 'DELETE' } as const;
/** Objects of a cluster are at most 1.5 MiB (etcd's limit). */
const REPLY_MAX_BYTES = 2 * 1024 * 1024;

export function clusterApi(upstream: Upstream): ClusterApi {
  async function ask(verb: Verb, place: ObjectPlace, object: ApiFields | null, signal: AbortSignal): Promise<Found> {
    const reply = await upstream.send(
      {
        method: METHODS[verb],
        target: targetOf(verb, place),
        headers: { accept: 'application/json', ...(object === null ? {} : { 'content-type': 'application/json' }) },
        body: object === null ? null : Buffer.from(JSON.stringify(object)),
      },
      signal,
    );
    const status = reply.statusCode ?? 0;
    const text = await readText(reply, signal);
    const fields = fieldsIn(text);
    if (status >= 200 && status < 300) {
      if (fields !== undefined) return { kind: 'found', object: fields };
      throw nonsense(verb, place, `${status} with ${text.length} characters that are no object`);
    }
    // A proxy's page says 404 too: only the API's own word counts.
    if (status === 404 && fields?.reason === 'NotFound') {
      const { kind } = fieldsOf(fields.details);
      return { kind: 'missing', what: typeof kind === 'string' ? kind : place.resource };
    }
    throw failureOf(status, verb, place, text.slice(0, 1000));
  }

  return {
    create: (place, object, signal) => ask('create', place, object, signal),
    get: (place, signal) => ask('get', place, null, signal),
    async delete(place, signal) {
      const found = await ask('delete', place, null, signal);
      if (found.kind === 'missing') return 'missing';
      // Of what is gone the server says so in a Status; what still exists is answered itself.
      return found.object.kind === 'Status' ? 'deleted' : 'kept';
    },
  };
}

function targetOf(verb: Verb, { group, version, resource, subresource, namespace, name }: ObjectPlace): string {
  const isNamed = verb !== 'create' || subresource !== null;
  return printPath([
    ...(group === '' ? ['api'] : ['apis', group]),
    version,
    ...(namespace === null ? [] : ['namespaces', namespace]),
    resource,
    ...(isNamed && name !== null ? [name] : []),
    ...(subresource === null ? [] : [subresource]),
  ]);
}

async function readText(reply: IncomingMessage, signal: AbortSignal): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of reply as AsyncIterable<Buffer>) {
      pieces.push(piece);
      length += piece.length;
      // Leaving the loop ends the connection. What is cut off is no object, and is told so.
      if (length > REPLY_MAX_BYTES) return '';
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw new BrokerError({
      code: 'cluster-unreachable',
      exit: EXIT.unavailable,
      message: 'the API server broke off in the midst of its reply',
      hint: 'try again',
      cause,
    });
  }
  return Buffer.concat(pieces).toString('utf8');
}

function fieldsIn(text: string): ApiFields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ApiFields) : undefined;
  } catch {
    return undefined;
  }
}

/** The fields of a value that should be an object; none where it is not. */
export const fieldsOf = (value: unknown): ApiFields =>
  typeof value === 'object' && value !== null ? (value as ApiFields) : {};

/** True for what may go better the next time. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof BrokerError && ['cluster-unreachable', 'cluster-timeout', 'cluster-failed'].includes(error.code)
  );
}

function failureOf(status: number, verb: Verb, place: ObjectPlace, detail: string): BrokerError {
  const what = described(place);
  const where = place.namespace === null ? 'in the whole cluster' : `in namespace "${place.namespace}"`;
  const [code, exit, message, hint]: readonly [string, ExitCode, string, string] =
    status === 403
      ? [
          'cluster-forbidden',
          EXIT.configuration,
          `the cluster does not let the broker ${verb} "${what}" ${where}`,
          `give the broker's account the verb "${verb}" on "${what}" ${where}`,
        ]
      : status === 401
        ? [
            'cluster-unauthenticated',
            EXIT.configuration,
            'the cluster does not know the broker',
            "renew the token or certificate in the broker's kubeconfig",
          ]
        : status === 429 || status >= 500
          ? ['cluster-failed', EXIT.unavailable, `the cluster could not ${verb} "${what}" (${status})`, 'try again']
          : [
              'cluster-refused',
              EXIT.unavailable,
              `the cluster refused to ${verb} "${what}" ${where} (${status})`,
              'see broker.log in the state folder',
            ];
  return new BrokerError({ code, exit, message, hint, detail });
}

function nonsense(verb: Verb, place: ObjectPlace, detail: string): BrokerError {
  return new BrokerError({
    code: 'cluster-nonsense',
    exit: EXIT.unavailable,
    message: `the answer to "${verb} ${described(place)}" is none of a Kubernetes API server`,
    hint: 'check the address of the cluster',
    detail,
  });
}

/** As RBAC names it: `serviceaccounts/token`, `tokenreviews.authentication.k8s.io`. */
function described({ group, resource, subresource }: ObjectPlace): string {
  return `${resource}${group === '' ? '' : `.${group}`}${subresource === null ? '' : `/${subresource}`}`;
}
