// A gated session over a stage, driven as the API drives it.

import type { SessionDeps } from '../../src/lib/session/deps.ts';
import type { ExecRequest, ExecResult, GatedRequest } from '../../src/lib/session/gated/exec.ts';
import type { GatedSession } from '../../src/lib/session/gated/gated-session.ts';
import { openGated } from '../../src/lib/session/gated/open-gated.ts';
import { type Stage, type TestClient, testClient } from './session-stage.ts';

export interface Ran {
  readonly result: ExecResult;
  readonly stdout: string;
  readonly stderr: string;
}

export interface GatedStage extends AsyncDisposable {
  readonly session: GatedSession;
  /** Runs a command to its end, or until it needs input. */
  run(text: string | null, options?: Partial<ExecRequest> & { client?: TestClient }): Promise<Ran>;
  close: GatedSession['close'];
}

/** On the target `here`, from /tmp, unless told otherwise. */
export async function gatedStage(
  stage: Stage,
  { deps = {}, ...options }: Partial<GatedRequest> & { deps?: Partial<SessionDeps> } = {},
): Promise<GatedStage> {
  const asked: GatedRequest = {
    target: 'here',
    kind: 'shell',
    cwd: '/tmp',
    env: { PATH: '/usr/bin:/bin' },
    task: null,
    why: null,
    pty: null,
    ...options,
  };
  const session = await openGated(asked, testClient().principal, { ...stage.deps, ...deps });
  return {
    session,
    async run(text, { client = testClient(), ...over } = {}) {
      const result = await session.exec(
        {
          session: session.id,
          command: text === null ? null : { kind: 'text', text },
          pty: null,
          why: null,
          wait: true,
          timeoutMs: null,
          detach: false,
          stdin: false,
          interactive: false,
          ...over,
        },
        client,
      );
      return { result, stdout: client.text(), stderr: client.text('stderr') };
    },
    close: () => session.close(),
    async [Symbol.asyncDispose]() {
      await session.close();
    },
  };
}
