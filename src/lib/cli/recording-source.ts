// A recording by a session's id or a file's path, opened as often as it is needed.
import { createReadStream, existsSync } from 'node:fs';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { isId } from '../core/ids.ts';
import type { Verification } from '../recording/manifest.ts';
import { connectBroker } from './connect.ts';
import type { Environment } from './environment.ts';

export interface OpenableRecording {
  readonly name: string;
  readonly open: () => AsyncIterable<Uint8Array>;
  /** Null for a file that is read without a broker: there is no manifest to compare with. */
  readonly verification: Verification | null;
}

/** Throws `unknown-recording` (64). A file is read without a broker. */
export async function findRecording(nameOrFile: string, environment: Environment): Promise<OpenableRecording> {
  if (isId(nameOrFile)) {
    const { client } = await connectBroker(environment);
    const { verification } = await client.get<{ verification: Verification }>(`/recordings/${nameOrFile}/info`);
    async function* open(): AsyncGenerator<Uint8Array> {
      yield* await client.stream(`/recordings/${nameOrFile}`);
    }
    return { name: nameOrFile, open, verification };
  }
  if (!existsSync(nameOrFile)) {
    throw new BrokerError({
      code: 'unknown-recording',
      exit: EXIT.usage,
      message: `"${nameOrFile}" is neither a session nor a file`,
      hint: 'see: sallyport recordings list',
    });
  }
  return { name: nameOrFile, open: () => createReadStream(nameOrFile), verification: null };
}
