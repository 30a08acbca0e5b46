// What `sallyport shell` and `sallyport ssh` share: one command, a gated session for the person at the terminal, or a
// free terminal for who asks for one.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { TargetKind } from '../core/policy-document.ts';
import type { Invocation } from '../session/client.ts';
import type { SessionResult } from '../session/result.ts';
import { toCommand, toFolder, toKubectl } from './child-command.ts';
import { connectBroker } from './connect.ts';
import { durationFlag } from './duration-flag.ts';
import type { Environment } from './environment.ts';
import { followProgram } from './follow-program.ts';
import { windowSize } from './forward-input.ts';
import { runGatedShell } from './gated-shell.ts';
import { plainOutput } from './print-output.ts';
import { oneLine, type Palette } from './render.ts';

export interface InvocationFlags {
  readonly free: boolean;
  readonly tty: boolean;
  readonly 'no-tty': boolean;
  readonly plain: boolean;
  readonly 'no-stdin': boolean;
  readonly wait: boolean;
  readonly why: string | undefined;
  readonly task: string | undefined;
  readonly timeout: string | undefined;
  readonly 'max-output': number;
  readonly json: boolean;
}

export interface RunOptions {
  readonly kind: TargetKind;
  readonly target: string;
  /** What stood after `--`, if anything did. */
  readonly child: readonly string[] | null;
  readonly flags: InvocationFlags;
  readonly environment: Environment;
  readonly palette: Palette;
}

/** Runs it, prints what there is to print, and resolves with the exit code. */
export async function runInvocation(options: RunOptions): Promise<number> {
  const { kind, target, child, flags, environment, palette } = options;
  if (child !== null && flags.free) throw usage('--free takes no command', 'leave out one of the two');
  const isGated = child === null && !flags.free && kind !== 'kubectl';
  if (isGated) requireTerminal(kind, target, flags.json);
  const invocation = toInvocation(options);
  const { client, notes } = await connectBroker(environment);
  if (!flags.json) for (const text of notes) process.stderr.write(`${palette.dim('note:')} ${oneLine(text)}\n`);
  if (isGated) return runGatedShell({ client, invocation, palette });
  const { exitCode } = await followProgram<SessionResult>({
    client,
    opening: { type: 'open', invocation },
    name: target,
    input: { stdin: flags['no-stdin'] ? null : process.stdin, atEnd: 'end', terminal: invocation.pty?.size ?? null },
    palette,
    plain: flags.plain ? plainOutput(invocation.pty) : undefined,
    json: flags.json ? { maxOutputBytes: flags['max-output'] } : undefined,
  });
  return exitCode;
}

/** A gated session is read from the keyboard. What is not typed is given as a command, one by one. */
function requireTerminal(kind: string, target: string, json: boolean): void {
  if (!json && process.stdin.isTTY === true && process.stderr.isTTY === true) return;
  throw usage(
    json ? '--json needs a command' : 'without a command a terminal is needed',
    `put the command after --, or for several that share a folder: sallyport session open ${target}; a raw terminal, where a rule grants one: sallyport ${kind} ${target} --free`,
  );
}

function usage(message: string, hint: string): BrokerError {
  return new BrokerError({ code: 'usage', exit: EXIT.usage, message, hint });
}

/** As it goes to the broker. Throws `empty-command`, `not-utf-8` and what flags are wrong (64). */
export function toInvocation({ kind, target, child, flags, environment }: RunOptions): Invocation {
  const isAtTerminal = process.stdin.isTTY === true && (child === null || process.stdout.isTTY === true);
  // A kubectl looks for itself whether it has a terminal, as it would without sallyport.
  const isAsked = flags.tty || flags.plain || (isAtTerminal && (child === null || (kind === 'kubectl' && !flags.json)));
  const wantsTerminal = isAsked && !flags['no-tty'];
  return {
    target,
    kind,
    command: child === null ? null : kind === 'kubectl' ? toKubectl(child) : toCommand(child),
    pty: wantsTerminal ? { size: windowSize(), term: environment.term } : null,
    cwd: kind === 'ssh' ? environment.cwd : toFolder(environment.cwd),
    env: kind === 'ssh' ? {} : environment.offered,
    task: flags.task ?? environment.task ?? null,
    why: flags.why ?? environment.why ?? null,
    wait: flags.wait,
    timeoutMs: flags.timeout === undefined ? null : durationFlag('--timeout', flags.timeout),
  };
}
