// Which servers a sandbox may reach, by the names in its config. Pure: names are compared as they were asked for, before
// anybody resolves them.
import { isIP } from 'node:net';

export interface Endpoint {
  /** Lower case, no final dot, no brackets. */
  readonly host: string;
  readonly port: number;
}

/** `host:port` or `[address]:port` as a client asks for it; undefined for anything else. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]/@\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = (bracketed ?? plain)?.toLowerCase().replace(/\.$/, '');
  const port = Number(digits);
  if (host === undefined || host === '' || port < 1 || port > 65_535) return undefined;
  return bracketed !== undefined && isIP(bracketed) !== 6 ? undefined : { host, port };
}

/** True where an entry of the list names exactly that server, or `*.` and a domain that it is below. */
export function isListed(wanted: Endpoint, list: readonly string[]): boolean {
  return list.some((entry) => {
    const at = entry.lastIndexOf(':');
    if (Number(entry.slice(at + 1)) !== wanted.port) return false;
    const host = entry.slice(0, at).toLowerCase().replace(/\.$/, '');
    // An address is no name: "*.1.2.3" lets nobody in.
    return host.startsWith('*.')
      ? isIP(wanted.host) === 0 && wanted.host.endsWith(host.slice(1))
      : host === wanted.host;
  });
}
