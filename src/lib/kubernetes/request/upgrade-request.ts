// What a client asks for that wants its connection kept open: by which protocol, and for what. Read strictly, as every request is:
// two readers that disagree on whether a connection has left HTTP are how a second request is hidden behind the first. Pure.
import type { ApiRequest } from '../../core/api-request.ts';
import type { HeadersIn } from './forward-headers.ts';
import { RefusedRequest } from './refused-request.ts';
import { isOn, parameter } from './request-query.ts';

/** `channels`: streams of a program, each message or stream known by its name. `tunnel`: bytes that nobody looks into. */
export type UpgradePurpose = 'channels' | 'tunnel';

export interface Upgrade {
  readonly transport: 'websocket' | 'spdy';
  readonly purpose: UpgradePurpose;
  /** What the client offers and is known here, in its order; never empty. */
  readonly protocols: readonly string[];
}

/** The newest says when an input has ended; the one before is what client libraries of other languages speak. */
export const CHANNELS_V5 = 'v5.channel.k8s.io';
export const CHANNELS_V4 = 'v4.channel.k8s.io';

const OPENED: Readonly<Record<string, UpgradePurpose>> = {
  exec: 'channels',
  attach: 'channels',
  portforward: 'tunnel',
};

/** As k8s.io/apimachinery has them (remotecommand, portforward). */
const KNOWN: Readonly<Record<Upgrade['transport'], Readonly<Record<UpgradePurpose, readonly string[]>>>> = {
  websocket: { channels: [CHANNELS_V5, CHANNELS_V4], tunnel: ['SPDY/3.1+portforward.k8s.io'] },
  spdy: { channels: [CHANNELS_V4], tunnel: ['portforward.k8s.io'] },
};

const SWITCHES = ['stdin', 'stdout', 'stderr', 'tty'] as const;

/** What a request opens; undefined for all that have a reply and are done. */
export function opens({ subject }: ApiRequest): UpgradePurpose | undefined {
  if (subject.kind !== 'resource' || subject.group !== '' || subject.resource !== 'pods') return undefined;
  return subject.name === null || subject.subresource === null ? undefined : OPENED[subject.subresource];
}

/** Throws `RefusedRequest` (400, `upgrade-required`) for what makes sense on an open connection only. */
export function refuseWithoutUpgrade(request: ApiRequest): void {
  const { subject } = request;
  if (subject.kind !== 'resource' || !Object.hasOwn(OPENED, subject.subresource ?? '')) return;
  throw refused(
    400,
    'upgrade-required',
    `"${subject.resource}/${subject.subresource}" needs an upgrade of the connection`,
  );
}

/**
 * Reads the headers of a request with `Connection: Upgrade`. Throws `RefusedRequest`: `nothing-opens` (400) where there is nothing to
 * keep open, `bad-upgrade` (400) for a body, for two protocols, for one that is none of the two, and for a handshake that is not
 * RFC 6455's; `unknown-protocol` (400) where client and session share no protocol of streams;
 * `bad-query` (400) for a switch that is neither on nor off.
 */
export function readUpgrade(request: ApiRequest, headers: HeadersIn): Upgrade {
  const purpose = opens(request);
  if (purpose === undefined)
    throw refused(400, 'nothing-opens', `nothing is opened at "${request.path.slice(0, 200)}"`);
  if (headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0') {
    throw badUpgrade('it has a body');
  }
  // Which streams there are is read again when they are opened; what can be read in two ways is refused here.
  for (const name of SWITCHES) isOn(request.query, name);
  const transport = transportOf(request, headers);
  const offered = transport === 'websocket' ? headers['sec-websocket-protocol'] : headers['x-stream-protocol-version'];
  // Ports in the query count for messages of v4 alone; all others name theirs within the tunnel, and would be shown with the wrong ones.
  const hasPorts = parameter(request.query, 'ports') !== undefined;
  if (hasPorts && (purpose !== 'tunnel' || transport === 'spdy')) throw badUpgrade('its "ports" mean nothing');
  const known = hasPorts ? [CHANNELS_V4] : KNOWN[transport][purpose];
  const protocols = listOf(offered).filter((name, at, all) => known.includes(name) && all.indexOf(name) === at);
  if (protocols.length === 0) {
    throw refused(400, 'unknown-protocol', `none of the protocols is known that the client offers for "${purpose}"`);
  }
  return { transport, purpose, protocols };
}

/** Node joins a header that is given twice with a comma: what is not exactly one of the two names is neither. */
function transportOf({ method }: ApiRequest, headers: HeadersIn): Upgrade['transport'] {
  const upgrade = String(headers.upgrade ?? '').toLowerCase();
  if (upgrade === 'spdy/3.1') {
    if (method !== 'POST') throw badUpgrade('SPDY is asked for with POST');
    return 'spdy';
  }
  if (upgrade !== 'websocket') throw badUpgrade(`"${upgrade.slice(0, 40)}" is neither a WebSocket nor SPDY/3.1`);
  if (method !== 'GET') throw badUpgrade('a WebSocket is asked for with GET');
  if (headers['sec-websocket-version'] !== '13') throw badUpgrade('its Sec-WebSocket-Version is not 13');
  if (!/^[A-Za-z0-9+/]{21}[AQgw]==$/.test(String(headers['sec-websocket-key']))) {
    throw badUpgrade('its Sec-WebSocket-Key is not 16 bytes');
  }
  return 'websocket';
}

const listOf = (header: HeadersIn[string]): readonly string[] =>
  String(header ?? '')
    .split(',')
    .map((name) => name.trim());

const badUpgrade = (why: string): RefusedRequest =>
  refused(400, 'bad-upgrade', `the upgrade is not let through: ${why}`);

function refused(status: 400, code: string, message: string): RefusedRequest {
  const hint =
    'use kubectl exec, attach, cp or port-forward; clients of your own speak v5.channel.k8s.io over a WebSocket';
  return new RefusedRequest({ status, code, message, hint });
}
