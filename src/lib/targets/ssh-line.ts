// The line of a gated session: one connection, on which each command gets an exec channel of its own. Its certificate
// forces no command, so the broker alone stands between the session and the account.
import type { Clock } from '../core/clock.ts';
import type { Line } from '../ports/target.ts';
import type { Reached } from './ssh-check.ts';
import { connectionLost, type Place, whyNotStarted } from './ssh-errors.ts';
import { lineCommandFor, lineSignalRequest } from './ssh-forced-command.ts';
import { patientExec } from './ssh-patient-exec.ts';
import { sshProgram } from './ssh-program.ts';

export interface SshLineParts extends Reached {
  readonly place: Place;
  readonly clock: Clock;
  /** The target's own folder. */
  readonly cwd: string | undefined;
  /** Runs something under the target's deadline for connections. */
  readonly inTime: <T>(signal: AbortSignal, work: (limit: AbortSignal) => Promise<T>) => Promise<T>;
}

export function sshLine({ connection, close, place, clock, cwd, inTime }: SshLineParts): Line {
  const lost = new AbortController();
  const exec = patientExec(connection, clock);
  let isClosing = false;
  const onClosed = () => {
    if (!isClosing) lost.abort(connectionLost(place, connection.error));
  };
  if (connection.isClosed) onClosed();
  else connection.onClosed(onClosed);
  return {
    lost: lost.signal,
    async start(spec, signal) {
      if (spec.work.kind !== 'command') throw new TypeError('a line takes commands');
      signal.throwIfAborted();
      const text = lineCommandFor(`${spec.work.prelude ?? ''}${spec.work.text}`, cwd, spec.carried);
      try {
        return await inTime(signal, (limit) =>
          exec(text, spec.pty, limit, (channel) =>
            sshProgram({
              channel,
              connection,
              exec,
              place,
              clock,
              hasPty: spec.pty !== null,
              signalRequest: lineSignalRequest,
              close: async () => {
                channel.close();
              },
            }),
          ),
        );
      } catch (thrown) {
        signal.throwIfAborted();
        throw whyNotStarted(place, thrown, connection.isClosed);
      }
    },
    async [Symbol.asyncDispose]() {
      isClosing = true;
      await close();
    },
  };
}
