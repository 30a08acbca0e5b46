// A person's gated session: the broker's prompt, one line at a time. Each goes to the broker as a command of its own; what
// is typed while a command runs goes to that command, and never becomes one itself.
import type { ApiClient } from '../api/client.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT, exitCodeOfSignal } from '../core/exit-codes.ts';
import type { SessionRow } from '../ports/store.ts';
import type { Invocation } from '../session/client.ts';
import type { ExecResult, GatedRequest } from '../session/gated/exec.ts';
import { signalNumber } from '../session/signals.ts';
import { toCommand } from './child-command.ts';
import { type Entered, readLine } from './editor/editor.ts';
import { History } from './editor/history.ts';
import { isComplete } from './editor/is-complete.ts';
import { followProgram } from './follow-program.ts';
import { windowSize } from './forward-input.ts';
import { freshLine, promptOf } from './gated-prompt.ts';
import { type Palette, renderError } from './render.ts';

export interface GatedShellOptions {
  readonly client: ApiClient;
  /** Without a command: target, folder and environment of the session, and what each command is run with. */
  readonly invocation: Invocation;
  readonly palette: Palette;
}

interface Opened {
  readonly session: string;
  readonly cwd: string | null;
}

/** After these there is no session any more. */
const OVER = new Set(['unknown-session', 'session-closed', 'session-killed', 'idle-limit', 'time-limit', 'frozen']);
/** How many of the newest sessions are searched for one that ended. */
const LOOK_BACK = 1000;
/** A target that does not answer sooner completes nothing. */
const COMPLETE_TIMEOUT_MS = 3000;

/** Runs until the person leaves or the session ends, and resolves with the exit code, as a shell has it. */
export async function runGatedShell({ client, invocation, palette }: GatedShellOptions): Promise<number> {
  const { target, kind, cwd: folder, env, task, why, pty, wait, timeoutMs } = invocation;
  const request: GatedRequest = { target, kind, cwd: folder, env, task, why, pty };
  const { session, cwd } = await client.post<Opened>('/gated', request);
  const note = (text: string) => process.stderr.write(`${palette.dim('note:')} ${text}\n`);
  note(`session ${session}: every command is judged and recorded, keys typed while it runs go to it; ^D leaves`);
  const history = new History();
  let [where, last] = [cwd, 0];
  try {
    for (;;) {
      const entered = await ask();
      const leaving = leavingCode(entered, last);
      if (entered.kind !== 'line' || leaving !== undefined) return leaving ?? last;
      const failure = await run(entered.text);
      if (failure?.code === 'unknown-session') return await lateEnd();
      if (failure !== undefined && isOver(failure.code)) return failure.exit;
      freshLine(palette);
    }
  } finally {
    await close();
  }

  function ask(): Promise<Entered> {
    return readLine({
      stdin: process.stdin,
      output: process.stderr,
      prompt: promptOf(target, where, last, palette),
      history,
      isComplete,
      pathsLike: async (text) => {
        const signal = AbortSignal.timeout(COMPLETE_TIMEOUT_MS);
        // Without names nothing is completed; whoever wants to know why runs a command.
        const found = client.post<{ names: readonly string[] }>(`/gated/${session}/complete`, { text }, signal);
        return (await found.catch(() => ({ names: [] }))).names;
      },
      onDropped: (bytes) => note(`${bytes} bytes typed before this prompt were dropped`),
    });
  }

  /** The broker's reason, where the command did not end by itself. */
  async function run(text: string): Promise<{ readonly code: string; readonly exit: number } | undefined> {
    try {
      const size = windowSize();
      const term = pty?.term ?? 'dumb';
      const result = await followProgram<ExecResult>({
        client,
        opening: {
          type: 'exec',
          exec: {
            session,
            command: toCommand([text]),
            pty: { size, term },
            why,
            wait,
            timeoutMs,
            detach: false,
            stdin: true,
            interactive: true,
          },
        },
        name: target,
        input: { stdin: process.stdin, atEnd: 'end', terminal: size },
        palette,
        json: undefined,
      });
      where = result.cwd ?? where;
      last = result.exitCode;
      return result.error ?? undefined;
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      process.stderr.write(renderError(error.toPublic(), palette));
      last = error.exit;
      return error;
    }
  }

  /** It ended while nothing ran in it, so nobody was told why. */
  async function lateEnd(): Promise<number> {
    const { sessions } = await client.get<{ sessions: readonly SessionRow[] }>(`/sessions?limit=${LOOK_BACK}`);
    const reason = sessions.find(({ id }) => id === session)?.reason;
    if (reason) note(`it ended before: ${reason}`);
    return EXIT.ended;
  }

  async function close(): Promise<void> {
    try {
      await client.post(`/gated/${session}/close`, {});
    } catch (error) {
      // It ended before, or with its broker: whoever waits was told.
      if (!(error instanceof BrokerError)) throw error;
      if (!isOver(error.code)) process.stderr.write(renderError(error.toPublic(), palette));
    }
  }
}

function isOver(code: string): boolean {
  return OVER.has(code) || code === 'connection-lost' || code.startsWith('broker-');
}

/** The exit code, where the person leaves: as with other shells, that of the last command, or the one they named. */
function leavingCode(entered: Entered, last: number): number | undefined {
  switch (entered.kind) {
    case 'end':
      return last;
    case 'signal':
      return exitCodeOfSignal(signalNumber(entered.name));
    case 'line': {
      const [isExit, code] = /^\s*(?:exit|logout)(?:\s+(\d{1,3}))?\s*$/.exec(entered.text) ?? [];
      if (isExit === undefined) return undefined;
      return code === undefined ? last : Number(code) & 0xff;
    }
  }
}
