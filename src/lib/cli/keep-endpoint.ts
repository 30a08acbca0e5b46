// `sallyport kubectl TARGET --kubeconfig FILE`: an endpoint that stays open for clients that somebody else starts. The file says where it
// is and where what opens it lies; it holds no secret itself, and is gone with the session.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { asBrokerError, BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { pluginKubeconfig } from '../kubernetes/server/kubeconfig.ts';
import type { OfferedEndpoint } from '../session/client.ts';
import type { SessionResult } from '../session/result.ts';
import { attach } from './attach.ts';
import { connectBroker } from './connect.ts';
import { makeCredentialFile } from './credential-file.ts';
import { describeNotice } from './describe-notice.ts';
import { oneLine } from './render.ts';
import { renderFailure } from './result-output.ts';
import { type RunOptions, toInvocation } from './run-invocation.ts';

export interface EndpointOptions extends RunOptions {
  readonly file: string;
  /** null: until it is interrupted, or reaches a limit of the broker. */
  readonly ttlMs: number | null;
}

/** Resolves with the exit code once the session has ended. Throws `file-exists` and `cannot-write` (64). */
export async function keepEndpoint(options: EndpointOptions): Promise<number> {
  const { target, flags, environment, palette, ttlMs } = options;
  const file = resolve(environment.cwd, options.file);
  // Before anything is minted: a file that is there may be somebody's only way to a cluster.
  const descriptor = create(file);
  try {
    using credential = makeCredentialFile();
    const { client, notes } = await connectBroker(environment);
    const say = (text: string) => void (flags.json || process.stderr.write(text));
    for (const text of notes) say(`${palette.dim('note:')} ${oneLine(text)}\n`);
    const offer = (session: string, { token, ...endpoint }: OfferedEndpoint) => {
      credential.write(token);
      writeSync(descriptor, pluginKubeconfig({ name: target, ...endpoint, plugin: credential.plugin }));
      if (flags.json) {
        process.stdout.write(`${JSON.stringify({ session, target, kubeconfig: file, server: endpoint.server })}\n`);
      }
      say(`${palette.good('ready:')} KUBECONFIG=${oneLine(file)} (session ${session}); Ctrl-C ends it\n`);
    };
    const result = await attach<SessionResult>({
      client,
      opening: { type: 'open', invocation: toInvocation(options) },
      name: target,
      input: null,
      endAfterMs: ttlMs,
      onOutput: async () => {},
      onNotice(notice) {
        if (notice.kind === 'opened' && notice.endpoint !== undefined) offer(notice.session, notice.endpoint);
        else say(describeNotice(notice, palette));
      },
    });
    say(renderFailure(result, palette));
    return result.exitCode;
  } finally {
    closeSync(descriptor);
    rmSync(file, { force: true });
  }
}

function create(file: string): number {
  try {
    return openSync(file, 'wx', 0o600);
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new BrokerError({
      code: isThere ? 'file-exists' : 'cannot-write',
      exit: EXIT.usage,
      message: isThere
        ? `"${file}" is there already`
        : `"${file}" cannot be written: ${asBrokerError(cause).detail ?? ''}`,
      hint: isThere ? 'name a file that is not: it is removed when the session ends' : 'name another file',
      cause,
    });
  }
}
