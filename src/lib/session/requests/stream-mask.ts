// Which mask what a program in the cluster writes goes through. All of them hide the same; they differ in what they leave around it.
import { type ApiRequest, isSwitchedOn } from '../../core/api-request.ts';
import type { OutputStream } from '../../core/events.ts';
import type { MaskStage } from '../../stream/mask/mask-stage.ts';
import type { SessionMask } from '../masking/session-mask.ts';
import { archiveIn } from './kubectl-archive.ts';

/** A fresh mask for one output. Throws `cannot-mask` (74). */
export function streamMask(request: ApiRequest, stream: OutputStream, mask: SessionMask): MaskStage {
  if (stream === archiveIn(request)) return mask.archive();
  return hasTerminal(request) ? mask.streams(null).stages[stream] : mask.bytes();
}

/** True where its output may move a cursor. */
const hasTerminal = ({ query }: ApiRequest): boolean => isSwitchedOn(query, 'tty');
