// From a request's line to a route: method, path segments, parameters. Knows nothing of who asks.
import type { IncomingMessage } from 'node:http';
import type { Route } from './route.ts';
import { ROUTES } from './routes.ts';

export interface FoundRoute {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** The path without its query, as sent. */
export function pathOf(request: Pick<IncomingMessage, 'url'>): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

/** Undefined where there is none, or where a segment is not what percent-encoding makes. */
export function findRoute(request: Pick<IncomingMessage, 'method' | 'url'>): FoundRoute | undefined {
  const segments = decodeSegments(pathOf(request));
  if (segments === undefined) return undefined;
  for (const route of ROUTES) {
    const wanted = `/v1${route.path}`.split('/');
    if (route.method !== request.method || wanted.length !== segments.length) continue;
    if (!wanted.every((part, i) => part.startsWith(':') || part === segments[i])) continue;
    const params = wanted.flatMap((part, i) => (part.startsWith(':') ? [[part.slice(1), segments[i] ?? '']] : []));
    const query = new URLSearchParams((request.url ?? '').slice(pathOf(request).length));
    return { route, params: Object.fromEntries(params), query };
  }
  return undefined;
}

function decodeSegments(path: string): readonly string[] | undefined {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    // A stray "%": no client of ours sends it.
    return undefined;
  }
}
