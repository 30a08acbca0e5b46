// Runs one command of a gated session over the attach socket, without our client.
import { attachRaw, type RawAttach } from './raw-client.ts';

export interface RawExec extends RawAttach {
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks into is what it checks.
  readonly result: Promise<any>;
  /** Both streams, as they came. */
  output(): string;
}

export async function rawExec(
  socketPath: string,
  session: string,
  text: string | null,
  over: Readonly<Record<string, unknown>> = {},
): Promise<RawExec> {
  const attached = await attachRaw(socketPath);
  const exec = {
    session,
    command: text === null ? null : { kind: 'text', text },
    pty: null,
    why: null,
    wait: false,
    timeoutMs: null,
    detach: false,
    stdin: false,
    interactive: false,
    ...over,
  };
  attached.socket.send(JSON.stringify({ type: 'exec', exec }));
  const { messages } = attached;
  const result = attached.closed.then(() => {
    const last = messages.at(-1);
    if (last?.type !== 'result') throw new Error(`no result: ${JSON.stringify(messages)}`);
    return last.result;
  });
  // A test that expects none does not look at it.
  result.catch(() => undefined);
  return {
    ...attached,
    result,
    output: () =>
      Buffer.concat(messages.flatMap((message) => (Buffer.isBuffer(message) ? [message.subarray(1)] : []))).toString(),
  };
}
