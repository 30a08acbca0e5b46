// A client that looks on while a command of a gated session runs: it gives input and gets output, until it is let go.
import { type ClientInput, pumpInput } from '../../stream/pump.ts';
import type { SessionClient } from '../client.ts';
import { clientGone } from '../run-program.ts';
import type { ExecRequest, ExecResult } from './exec.ts';
import type { Shared } from './run-command.ts';
import type { RunningCommand } from './running-command.ts';

/**
 * Resolves with the state in which the client is let go. One that goes away ends the command it began, unless that runs
 * and the client asked to be let go.
 */
export function followCommand(
  { touch }: Pick<Shared, 'touch'>,
  running: RunningCommand,
  asked: ExecRequest,
  client: SessionClient,
): Promise<ExecResult['state']> {
  const onActivity = () => {
    touch();
    running.touch();
  };
  const feed = async () => {
    const program = await running.started;
    await pumpInput({ program, input: fed(running, client), record: running.recordInput, onActivity });
  };
  running.isFed = asked.stdin;
  running.show(client);
  feed().catch((error: unknown) => running.controller.abort(error));
  return new Promise((resolve) => {
    const stopWatching = asked.interactive ? () => {} : running.onNeedsInput(() => finish('needs_input'));
    const onGone = () => {
      if (asked.command === null) finish('running');
      else running.controller.abort(clientGone());
    };
    const finish = (state: ExecResult['state']) => {
      stopWatching();
      client.gone.removeEventListener('abort', onGone);
      running.hide(client);
      resolve(state);
    };
    client.gone.addEventListener('abort', onGone, { once: true });
    if (client.gone.aborted) onGone();
    // It waits already, and this client has nothing for it.
    if (!asked.interactive && !asked.stdin && running.needsInput !== null) finish('needs_input');
    void running.ended.then(() => finish('ended'));
    if (asked.detach) void running.started.then(() => finish('running'));
  });
}

/** The client's input; the program is not expected to wait for more than what the client said it would send. */
async function* fed(running: RunningCommand, client: SessionClient): AsyncGenerator<ClientInput> {
  for await (const item of client.input) {
    yield item;
    if (item.kind === 'end' || item.kind === 'pause') running.isFed = false;
  }
}
