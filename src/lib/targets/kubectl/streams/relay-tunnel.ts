// A connection whose bytes are nobody's business here, as those of a forwarded port: passed on both ways at the speed of who reads,
// counted and hashed, and kept nowhere.
import type { Duplex } from 'node:stream';
import type { StreamsOutcome } from './relay-channels.ts';
import { StreamCount } from './stream-count.ts';
import { writeOut } from './write-out.ts';

/** `sent` is what the client sent. Resolves once both are closed; never rejects. An abort of the signal closes both at once. */
export async function relayTunnel(client: Duplex, server: Duplex, signal: AbortSignal): Promise<StreamsOutcome> {
  const sent = new StreamCount('sent');
  const received = new StreamCount('received');
  const close = () => {
    client.destroy();
    server.destroy();
  };
  const pass = async (from: Duplex, to: Duplex, count: StreamCount): Promise<void> => {
    try {
      for await (const bytes of from as AsyncIterable<Buffer>) {
        count.add(bytes);
        await writeOut(to, [bytes]);
      }
      // What was written goes out first; neither protocol goes on with one half of a connection.
      to.end(() => to.destroy());
    } catch {
      // Broken off on one side: the other sees the same.
      close();
    }
  };
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  await Promise.all([pass(client, server, sent), pass(server, client, received)]);
  signal.removeEventListener('abort', close);
  const counts = [sent.end(), received.end()];
  return { bytes: counts[1]?.bytes ?? 0, streams: counts };
}
