// What `sallyport shell` and `sallyport ssh` share: build the invocation, attach, print, and leave with the right code.
import { parseDuration } from '../core/duration.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { timestamp } from '../core/timestamp.ts';
import type { Invocation, Notice } from '../session/client.ts';
import type { SessionResult } from '../session/result.ts';
import { attach, writeTo } from './attach.ts';
import { captureOutput, type OutputCapture } from './capture-output.ts';
import { toCommand, toFolder } from './child-command.ts';
import { connectBroker } from './connect.ts';
import type { Environment } from './environment.ts';
import { windowSize } from './forward-input.ts';
import { guidanceLines } from './guidance.ts';
import { contractError, oneLine, type Palette, relativeTime, renderError } from './render.ts';
import { trailingOwnFlag } from './trailing-flag.ts';
import { waitingLine } from './waiting-line.ts';

export interface InvocationFlags {
  readonly tty: boolean;
  readonly 'no-tty': boolean;
  readonly 'no-stdin': boolean;
  readonly wait: boolean;
  readonly why: string | undefined;
  readonly task: string | undefined;
  readonly timeout: string | undefined;
  readonly 'max-output': number;
  readonly json: boolean;
}

export interface RunOptions {
  readonly kind: 'shell' | 'ssh';
  readonly target: string;
  /** What stood after `--`; null asks for a free terminal. */
  readonly child: readonly string[] | null;
  readonly flags: InvocationFlags;
  readonly environment: Environment;
  readonly palette: Palette;
}

/** Longer than any session may last. */
const MAX_TIMEOUT_MS = 24 * 60 * 60 * 1000;

/** Runs it, prints what there is to print, and resolves with the exit code. */
export async function runInvocation(options: RunOptions): Promise<number> {
  const { flags, environment, palette } = options;
  const invocation = toInvocation(options);
  const { client, notes } = await connectBroker(environment);
  const capture = flags.json ? captureOutput(flags['max-output']) : undefined;
  const note = flags.json ? () => {} : (text: string) => void process.stderr.write(text);
  for (const text of notes) note(`${palette.dim('note:')} ${oneLine(text)}\n`);
  let stopWaiting = () => {};
  const result = await attach({
    client,
    invocation,
    stdin: flags['no-stdin'] ? null : process.stdin,
    onOutput: async (stream, bytes) => {
      if (capture !== undefined) capture.add(stream, bytes);
      else await writeTo(stream === 'stdout' ? process.stdout : process.stderr, bytes);
    },
    onNotice: (notice) => {
      stopWaiting();
      note(describeNotice(notice, palette));
      stopWaiting = notice.kind === 'waiting' && !flags.json ? waitingLine('  waited') : () => {};
    },
  }).finally(() => stopWaiting());
  if (capture !== undefined) process.stdout.write(`${JSON.stringify(toJson(result, capture))}\n`);
  else if (result.error !== null)
    process.stderr.write(renderError(result.error, palette) + renderDenial(result, palette));
  return result.exitCode;
}

/** Below the error of a denial by policy, what JSON says of it. */
function renderDenial({ error, decision }: SessionResult, palette: Palette): string {
  if (decision?.verdict !== 'deny' || decision.guidance === null) return '';
  return guidanceLines(decision.guidance, palette, error?.hint);
}

function toInvocation({ kind, target, child, flags, environment }: RunOptions): Invocation {
  const wantsTerminal = flags.tty || (!flags['no-tty'] && child === null && process.stdin.isTTY === true);
  return {
    target,
    kind,
    command: child === null ? null : toCommand(child),
    pty: wantsTerminal ? { size: windowSize(), term: environment.term } : null,
    cwd: kind === 'shell' ? toFolder(environment.cwd) : environment.cwd,
    env: kind === 'shell' ? environment.offered : {},
    task: flags.task ?? environment.task ?? null,
    why: flags.why ?? environment.why ?? null,
    wait: flags.wait,
    timeoutMs: flags.timeout === undefined ? null : toTimeout(flags.timeout),
  };
}

function toTimeout(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0 && ms <= MAX_TIMEOUT_MS) return ms;
  throw new BrokerError({
    code: 'usage',
    exit: EXIT.usage,
    message: `--timeout: "${text}" is not a duration of at most 24h`,
    hint: 'write it as 30s, 5m or 1h',
  });
}

function describeNotice(notice: Notice, palette: Palette): string {
  switch (notice.kind) {
    case 'waiting': {
      const who = notice.approvers.length === 0 ? 'an approver' : notice.approvers.join(' or ');
      return (
        `${palette.warn('waiting:')} request ${palette.bold(notice.request)} needs ${who} (${oneLine(notice.reason)}); ` +
        `expires ${relativeTime(notice.expiresAt)}\n` +
        `  ${palette.dim('next:')} sallyport approve ${notice.request}\n${misplaced(notice.command, palette)}`
      );
    }
    case 'approved':
      return `${palette.good('approved:')} request ${notice.request} by ${notice.approvers.join(', ')}\n`;
    case 'opened':
      return '';
  }
}

/** Who writes `-- make deploy --no-wait` waits, and would like to know why. */
function misplaced(command: string | null, palette: Palette): string {
  const flag = command === null ? undefined : trailingOwnFlag(command);
  if (flag === undefined) return '';
  return `  ${palette.dim('note:')} "${flag}" is part of the command; flags of sallyport stand before "--"\n`;
}

/** The one-shot result of the CLI contract, its fields in the order of the documentation. Times as ISO 8601. */
function toJson(result: SessionResult, capture: OutputCapture): unknown {
  const { session, target, origin, exitCode, signal, decision, masked, lease, recording, durationMs, error } = result;
  const iso = (ms: number | null) => (ms === null ? null : timestamp(ms));
  return {
    session,
    target,
    origin,
    exitCode,
    signal,
    decision,
    output: capture.text('stdout'),
    stderr: capture.text('stderr'),
    truncated: capture.isTruncated,
    masked,
    lease:
      lease === null
        ? null
        : {
            provider: lease.provider,
            issuedAt: iso(lease.issuedAt),
            expiresAt: iso(lease.expiresAt),
            revokedAt: iso(lease.revokedAt),
          },
    recording,
    durationMs,
    ...(error === null ? {} : { error: contractError(error) }),
  };
}
