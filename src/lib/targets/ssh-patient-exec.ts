// Asks a server again that refuses a channel: one with few sessions a connection (MaxSessions) counts those before until
// it has noticed their end, which is after we have.
import { type Clock, sleep } from '../core/clock.ts';
import { isRefusedChannel, type SshConnection } from './ssh-connection.ts';

const RETRY_MS = 50;
const RETRIES = 40;

/** As the connection's own `exec`, but a refusal counts only after 2 s, or once the signal is aborted. */
export function patientExec(connection: SshConnection, clock: Clock): SshConnection['exec'] {
  return async (command, pty, signal, use) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await connection.exec(command, pty, signal, use);
      } catch (thrown) {
        if (attempt === RETRIES || !isRefusedChannel(thrown)) throw thrown;
        await sleep(clock, RETRY_MS, signal);
      }
    }
  };
}
