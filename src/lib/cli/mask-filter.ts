// `sallyport mask`: standard input to standard output, masked as it comes. What is held back waits for what follows it, or for
// the end; nothing depends on how fast the input is.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Stage } from '../stream/stage.ts';

/** Ends with the source. Rejects with `input-unreadable` (64), and with what `write` rejects with. */
export async function maskStream(
  source: AsyncIterable<Uint8Array>,
  stage: Stage,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  for await (const piece of readable(source, 'standard input')) {
    const output = stage.push(piece);
    if (output.length > 0) await write(Buffer.concat(output));
  }
  const rest = stage.flush();
  if (rest.length > 0) await write(Buffer.concat(rest));
}

/** The source, whose own errors are the caller's: it named a folder, or something that cannot be read. */
export async function* readable(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
    if (code === undefined) throw cause;
    throw new BrokerError({
      code: 'input-unreadable',
      exit: EXIT.usage,
      message: `${name} cannot be read: ${REASONS[code] ?? code}`,
      hint: 'name a file that can',
      cause,
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'you may not read it',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
};
