// `sallyport mask`: standard input to standard output, masked as it comes. What is held back waits for what follows it, or for
// the end; nothing depends on how fast the input is.
import { fstatSync } from 'node:fs';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Stage } from '../stream/stage.ts';

/** Ends with the source, whose errors it passes on. */
export async function maskStream(
  source: AsyncIterable<Uint8Array>,
  stage: Stage,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  for await (const piece of source) {
    const output = stage.push(piece);
    if (output.length > 0) await write(Buffer.concat(output));
  }
  const rest = stage.flush();
  if (rest.length > 0) await write(Buffer.concat(rest));
}

/** Throws `input-unreadable` (64), as `readable` does: a folder would look like nothing to Node. */
export async function* standardInput(): AsyncGenerator<Uint8Array> {
  if (isFolder(STDIN)) throw unreadable('standard input', 'EISDIR');
  yield* readable(process.stdin, 'standard input');
}

const STDIN = 0;

function isFolder(fd: number): boolean {
  try {
    return fstatSync(fd).isDirectory();
  } catch {
    // A closed one is as good as an empty one.
    return false;
  }
}

/** The source, whose own errors are the caller's: it named a folder, or something that cannot be read. */
export async function* readable(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
    if (code === undefined) throw cause;
    throw unreadable(name, code, cause);
  }
}

function unreadable(name: string, code: string, cause?: unknown): BrokerError {
  return new BrokerError({
    code: 'input-unreadable',
    exit: EXIT.usage,
    message: `${name} cannot be read: ${REASONS[code] ?? code}`,
    hint: 'name a file that can',
    cause,
  });
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'you may not read it',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
};
