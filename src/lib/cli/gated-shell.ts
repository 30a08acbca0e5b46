// A person's gated session: the broker's prompt, one line at a time. Each goes to the broker as a command of its own; what
// is typed while a command runs goes to that command, and never becomes one itself.
import type { ApiClient } from '../api/client.ts';
import { BrokerError } from '../core/errors.ts';
import { exitCodeOfSignal } from '../core/exit-codes.ts';
import type { Invocation } from '../session/client.ts';
import type { ExecResult, GatedRequest } from '../session/gated/exec.ts';
import { signalNumber } from '../session/signals.ts';
import { toCommand } from './child-command.ts';
import { type Entered, readLine } from './editor/editor.ts';
import { History } from './editor/history.ts';
import { isComplete } from './editor/is-complete.ts';
import { cellsOf, type Prompt } from './editor/view.ts';
import { followProgram } from './follow-program.ts';
import { windowSize } from './forward-input.ts';
import { type Palette, renderError, visible } from './render.ts';

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
/** A target that does not answer sooner completes nothing. */
const COMPLETE_TIMEOUT_MS = 3000;

/** Runs until the person leaves or the session ends, and resolves with the exit code, as a shell has it. */
export async function runGatedShell({ client, invocation, palette }: GatedShellOptions): Promise<number> {
  const { target, kind, cwd: folder, env, task, why, pty, wait, timeoutMs } = invocation;
  const request: GatedRequest = { target, kind, cwd: folder, env, task, why, pty };
  const { session, cwd } = await client.post<Opened>('/gated', request);
  const note = (text: string) => process.stderr.write(`${palette.dim('note:')} ${text}\n`);
  note(`session ${session}: every command is judged and recorded; ^D leaves`);
  const history = new History();
  let [where, last] = [cwd, 0];
  try {
    for (;;) {
      const entered = await ask();
      const leaving = exitOf(entered, last);
      if (leaving !== undefined) return leaving;
      if (entered.kind !== 'line') continue;
      const failure = await run(entered.text);
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

/** The exit code, where the person leaves. */
function exitOf(entered: Entered, last: number): number | undefined {
  if (entered.kind === 'end') return last;
  if (entered.kind === 'signal') return exitCodeOfSignal(signalNumber(entered.name));
  const [, code] = /^\s*(?:exit|logout)(?:\s+(\d{1,3}))?\s*$/.exec(entered.text) ?? [];
  if (code !== undefined) return Number(code) & 0xff;
  return /^\s*(?:exit|logout)\s*$/.test(entered.text) ? last : undefined;
}

/** A longer folder shows its end. */
const MAX_FOLDER = 40;

function promptOf(target: string, cwd: string | null, last: number, palette: Palette): Prompt {
  const failed = last === 0 ? '' : `[${last}] `;
  const whole = visible(cwd ?? '~');
  const folder = whole.length > MAX_FOLDER ? `…${whole.slice(1 - MAX_FOLDER)}` : whole;
  const cells = [...`${failed}${target}:${folder}$ `].reduce((sum, character) => sum + cellsOf(character), 0);
  return { text: `${failed === '' ? '' : palette.bad(failed)}${palette.bold(target)}:${folder}$ `, cells };
}

/**
 * The prompt begins in the first column. Where the cursor is not known, a mark and as many blanks as fill a row end in
 * the next row, unless the mark stood in the first column: then the prompt is written over it.
 */
function freshLine(palette: Palette): void {
  if (process.stdout.isTTY !== true) return;
  process.stderr.write(`${palette.dim('⏎')}${' '.repeat(windowSize().cols - 1)}\r`);
}
