// One program from its opening to its result, and everything that is printed of it on the way. What a one-shot and a
// command of a gated session share.
import type { SessionResult } from '../session/result.ts';
import { type AttachOptions, attach, writeTo } from './attach.ts';
import { captureOutput } from './capture-output.ts';
import { describeNotice } from './describe-notice.ts';
import { type PlainOutput, printOutput } from './print-output.ts';
import type { Palette } from './render.ts';
import { renderFailure, resultJson } from './result-output.ts';
import { waitingLine } from './waiting-line.ts';

export interface FollowOptions<Result extends SessionResult>
  extends Pick<AttachOptions, 'client' | 'opening' | 'name' | 'input'> {
  readonly palette: Palette;
  /** What a person would have read instead of the bytes. */
  readonly plain?: PlainOutput | undefined;
  /** One JSON object instead of the output itself, with at most so many bytes of each stream. */
  readonly json: { readonly maxOutputBytes: number; readonly more?: (result: Result) => object } | undefined;
}

/** Resolves once everything is printed. Rejects as `attach` does. */
export async function followProgram<Result extends SessionResult>(options: FollowOptions<Result>): Promise<Result> {
  const { palette, json } = options;
  const capture = json === undefined ? undefined : captureOutput(json.maxOutputBytes);
  const streams = { stdout: process.stdout, stderr: process.stderr };
  const printer = printOutput({
    sink: async (stream, bytes) => {
      if (capture !== undefined) capture.add(stream, bytes);
      else await writeTo(streams[stream], bytes);
    },
    plain: options.plain,
    isTerminal: (stream) => capture === undefined && streams[stream].isTTY === true,
  });
  let stopWaiting = () => {};
  const result = await attach<Result>({
    ...options,
    onOutput: printer.write,
    onNotice: (notice) => {
      stopWaiting();
      if (json !== undefined) return;
      process.stderr.write(describeNotice(notice, palette));
      stopWaiting = notice.kind === 'waiting' ? waitingLine('  waited') : () => {};
    },
  }).finally(() => stopWaiting());
  await printer.finish();
  if (capture === undefined) process.stderr.write(renderFailure(result, palette));
  else process.stdout.write(`${JSON.stringify(resultJson(result, capture, json?.more?.(result)))}\n`);
  return result;
}
