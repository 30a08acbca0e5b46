// One program from its opening to its result, and everything that is printed of it on the way. What a one-shot and a
// command of a gated session share.
import type { SessionResult } from '../session/result.ts';
import { type AttachOptions, attach, writeTo } from './attach.ts';
import { captureOutput } from './capture-output.ts';
import { describeNotice } from './describe-notice.ts';
import type { Palette } from './render.ts';
import { renderFailure, resultJson } from './result-output.ts';
import { waitingLine } from './waiting-line.ts';

export interface FollowOptions<Result extends SessionResult>
  extends Pick<AttachOptions, 'client' | 'opening' | 'name' | 'input'> {
  readonly palette: Palette;
  /** One JSON object instead of the output itself, with at most so many bytes of each stream. */
  readonly json: { readonly maxOutputBytes: number; readonly more?: (result: Result) => object } | undefined;
}

/** Resolves once everything is printed. Rejects as `attach` does. */
export async function followProgram<Result extends SessionResult>(options: FollowOptions<Result>): Promise<Result> {
  const { palette, json } = options;
  const capture = json === undefined ? undefined : captureOutput(json.maxOutputBytes);
  let stopWaiting = () => {};
  const result = await attach<Result>({
    ...options,
    onOutput: async (stream, bytes) => {
      if (capture !== undefined) capture.add(stream, bytes);
      else await writeTo(stream === 'stdout' ? process.stdout : process.stderr, bytes);
    },
    onNotice: (notice) => {
      stopWaiting();
      if (json !== undefined) return;
      process.stderr.write(describeNotice(notice, palette));
      stopWaiting = notice.kind === 'waiting' ? waitingLine('  waited') : () => {};
    },
  }).finally(() => stopWaiting());
  if (capture === undefined) process.stderr.write(renderFailure(result, palette));
  else process.stdout.write(`${JSON.stringify(resultJson(result, capture, json?.more?.(result)))}\n`);
  return result;
}
