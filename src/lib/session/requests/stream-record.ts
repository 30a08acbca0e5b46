// What is recorded of a program that runs in the cluster: its text, stream by stream, in markers of the session's recording. Archives on
// their way (`kubectl cp` is `tar`) are counted and hashed by whoever carries them, and not kept; whatever else is called `tar` is.
import type { ApiRequest } from '../../core/api-request.ts';
import type { StreamName } from '../../ports/api-gate.ts';
import type { SessionMask } from '../masking/session-mask.ts';
import type { SessionRecording } from '../record-session.ts';
import { archiveIn } from './kubectl-archive.ts';

export interface StreamRecord {
  /** Output is masked already; what was typed is masked here. */
  record(stream: StreamName, bytes: Uint8Array): Promise<void>;
  /** Records what was held back; called once. */
  end(): Promise<void>;
}

export function streamRecord(
  { subject, query }: ApiRequest,
  number: number,
  mask: SessionMask,
  { mark }: Pick<SessionRecording, 'mark'>,
): StreamRecord {
  const archive = archiveIn({ subject, query });
  const typed = mask.typed();
  const decoders = { stdin: new TextDecoder(), stdout: new TextDecoder(), stderr: new TextDecoder() };
  const note = async (stream: StreamName, pieces: readonly Uint8Array[], isLast = false) => {
    const text = decoders[stream].decode(Buffer.concat(pieces), { stream: !isLast });
    if (text !== '') await mark('api.stream', { request: number, stream, text });
  };
  return {
    async record(stream, bytes) {
      if (stream === archive) return;
      await note(stream, stream === 'stdin' ? typed.push(bytes) : [bytes]);
    },
    async end() {
      await note('stdin', typed.flush(), true);
      await note('stdout', [], true);
      await note('stderr', [], true);
    },
  };
}
