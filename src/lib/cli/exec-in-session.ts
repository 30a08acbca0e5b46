// `sallyport session exec`: one command of a gated session, or another turn of the one that runs.
import type { ApiClient } from '../api/client.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { ExecRequest, ExecResult } from '../session/gated/exec.ts';
import { toCommand } from './child-command.ts';
import { durationFlag } from './duration-flag.ts';
import type { Environment } from './environment.ts';
import { followProgram } from './follow-program.ts';
import { type InputPlan, windowSize } from './forward-input.ts';
import { plainOutput } from './print-output.ts';
import type { Palette } from './render.ts';

/** Switches that were not given are undefined. */
export interface ExecFlags {
  readonly tty: boolean | undefined;
  readonly 'no-tty': boolean | undefined;
  readonly plain: boolean | undefined;
  readonly stdin: boolean | undefined;
  readonly eof: boolean | undefined;
  readonly detach: boolean | undefined;
  readonly wait: boolean;
  readonly why: string | undefined;
  readonly timeout: string | undefined;
  readonly 'max-output': number;
  readonly json: boolean | undefined;
}

export interface ExecOptions {
  readonly client: ApiClient;
  readonly session: string;
  /** What stood after `--`; null goes on with the command that runs. */
  readonly child: readonly string[] | null;
  readonly flags: ExecFlags;
  readonly environment: Environment;
  readonly palette: Palette;
}

/** Runs it, prints what there is to print, and resolves with the exit code. */
export async function execInSession({
  client,
  session,
  child,
  flags,
  environment,
  palette,
}: ExecOptions): Promise<number> {
  checkFlags(child, flags);
  const hasTerminal = (flags.tty === true || flags.plain === true) && flags['no-tty'] !== true;
  const isInteractive = hasTerminal && flags.plain !== true && flags.json !== true && process.stdin.isTTY === true;
  const input = inputOf(child, flags, isInteractive);
  const exec: ExecRequest = {
    session,
    command: child === null ? null : toCommand(child),
    pty: hasTerminal ? { size: windowSize(), term: environment.term } : null,
    why: flags.why ?? environment.why ?? null,
    wait: flags.wait,
    timeoutMs: flags.timeout === undefined ? null : durationFlag('--timeout', flags.timeout),
    detach: flags.detach === true,
    stdin: input !== null,
    interactive: isInteractive,
  };
  const result = await followProgram<ExecResult>({
    client,
    opening: { type: 'exec', exec },
    name: session,
    input,
    palette,
    plain: flags.plain ? plainOutput(exec.pty) : undefined,
    json: flags.json ? { maxOutputBytes: flags['max-output'], more: sessionFields } : undefined,
  });
  if (result.state === 'running' && !flags.json) {
    const id = result.session;
    process.stderr.write(
      `${palette.dim('note:')} command ${result.command} of ${id} runs on; read it with: sallyport session read ${id}\n`,
    );
  }
  return result.exitCode;
}

/** A fresh command that is fed sees the end of its input; one that runs on may get more. */
function inputOf(child: ExecOptions['child'], flags: ExecFlags, isInteractive: boolean): InputPlan | null {
  if (!flags.stdin && !flags.eof && !isInteractive) return null;
  return {
    stdin: flags.stdin || isInteractive ? process.stdin : null,
    atEnd: child !== null || flags.eof ? 'end' : 'pause',
    terminal: isInteractive ? windowSize() : null,
  };
}

function sessionFields({ command, state, needsInput, cwd, cursor }: ExecResult): object {
  return { command, state, needsInput, cwd, cursor };
}

/** What means nothing without a command, or nothing with one. */
function checkFlags(child: ExecOptions['child'], flags: ExecFlags): void {
  const lone = (['detach', 'timeout'] as const).find((flag) => flags[flag]);
  if (child === null && lone !== undefined) throw usage(`--${lone} needs a command`, 'put one after --');
}

function usage(message: string, hint: string): BrokerError {
  return new BrokerError({ code: 'usage', exit: EXIT.usage, message, hint });
}
