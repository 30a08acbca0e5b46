// A request that was allowed, and whose connection stays open: opened at the server first, then agreed to, then relayed until it ends.
import type { ApiRequest } from '../../core/api-request.ts';
import { CHANNELS_V5, type Upgrade } from '../../kubernetes/request/upgrade-request.ts';
import { openChannels } from '../../kubernetes/server/upstream-channels.ts';
import { type OpenAsked, openTunnel } from '../../kubernetes/server/upstream-tunnel.ts';
import { acceptWebSocket } from '../../kubernetes/streams/web-socket.ts';
import type { ApiOutcome, ApiStreams } from '../../ports/api-gate.ts';
import type { ApiCall } from './endpoint.ts';
import type { ExchangeDeps } from './exchange.ts';
import { relayReply } from './relay.ts';
import { acceptRaw } from './streams/accept.ts';
import { type ChannelEnd, channelEnd } from './streams/channel-end.ts';
import { clientChannels, clientStreams, relayChannels, SERVER_CHANNELS } from './streams/relay-channels.ts';
import { relayTunnel } from './streams/relay-tunnel.ts';
import { spdyEnd } from './streams/spdy-end.ts';
import type { UpgradedSocket } from './upgraded-socket.ts';

export interface OpenCall extends ApiCall {
  readonly upgraded: UpgradedSocket;
}

/**
 * Resolves with what went through once it is over, or with the server's refusal once the client has it. Rejects where the server
 * cannot be reached, or answers wrongly: nothing was said to the client yet. `streams` is called for what is looked into alone.
 */
export async function openStream(
  call: OpenCall,
  request: ApiRequest,
  asked: OpenAsked,
  streams: () => ApiStreams,
  deps: ExchangeDeps,
  signal: AbortSignal,
): Promise<ApiOutcome> {
  const { upgrade } = asked;
  const refused = async (reply: Parameters<typeof relayReply>[1]): Promise<ApiOutcome> => ({
    status: reply.statusCode ?? 0,
    bytes: await relayReply(request, reply, call, deps),
  });

  if (upgrade.purpose === 'tunnel') {
    const opened = await openTunnel(deps.upstream, asked, signal);
    if (opened.kind === 'refused') return refused(opened.reply);
    const socket = takeOver(call, () => opened.socket.destroy());
    acceptRaw(call.upgraded.request, socket, upgrade, opened.protocol);
    opened.socket.unshift(opened.head);
    return { status: 101, ...(await relayTunnel(socket, opened.socket, signal)) };
  }

  // Asked for before anything is opened: without masks there is nothing to open.
  const own = streams();
  // Whatever the client speaks, the server is spoken to in messages; what SPDY says of the end of an input, only the newest can say.
  const protocols = upgrade.transport === 'spdy' ? [CHANNELS_V5] : upgrade.protocols;
  const opened = await openChannels(deps.upstream, { ...asked, upgrade: { ...upgrade, protocols } }, signal);
  if (opened.kind === 'refused') return refused(opened.reply);
  const server = channelEnd(opened.end, opened.protocol, SERVER_CHANNELS);
  const socket = takeOver(call, () => server.breakOff());
  const client = await acceptClient(call, socket, request, upgrade, opened.protocol, deps).catch((error: unknown) => {
    server.breakOff();
    throw error;
  });
  const replyMask = () => deps.gate.replyMask();
  const through = await relayChannels(request, client, server, { streams: own, replyMask, clock: deps.clock }, signal);
  return { status: 101, ...through };
}

/** The client's connection, where it is still there; what was opened for it is closed where it is not. */
function takeOver({ upgraded }: OpenCall, close: () => void): ReturnType<UpgradedSocket['take']> {
  try {
    return upgraded.take();
  } catch (error) {
    close();
    throw error;
  }
}

async function acceptClient(
  call: OpenCall,
  socket: ReturnType<UpgradedSocket['take']>,
  request: ApiRequest,
  upgrade: Upgrade,
  protocol: string,
  { clock }: Pick<ExchangeDeps, 'clock'>,
): Promise<ChannelEnd> {
  const from = clientChannels(request);
  if (upgrade.transport === 'websocket') {
    return channelEnd(await acceptWebSocket(call.upgraded.request, socket, protocol), protocol, from);
  }
  acceptRaw(call.upgraded.request, socket, upgrade, upgrade.protocols[0] as string);
  return spdyEnd(socket, { streams: clientStreams(request), from, clock });
}
