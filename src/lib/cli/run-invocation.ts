// What `sallyport shell` and `sallyport ssh` share: build the invocation, attach, print, and leave with the right code.
import type { CommandInput } from '../core/command-input.ts';
import { parseDuration } from '../core/duration.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Invocation, Notice } from '../session/client.ts';
import type { SessionResult } from '../session/result.ts';
import { attach, writeTo } from './attach.ts';
import { connectBroker } from './connect.ts';
import type { Environment } from './environment.ts';
import { oneLine, type Palette, relativeTime, renderError } from './render.ts';

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

/** Runs it, prints what there is to print, and resolves with the exit code. */
export async function runInvocation(options: RunOptions): Promise<number> {
  const { flags, environment, palette } = options;
  const invocation = toInvocation(options);
  const { client, notes } = await connectBroker(environment);
  const isQuiet = flags.json;
  if (!isQuiet) for (const note of notes) process.stderr.write(`${palette.dim('note:')} ${note}\n`);
  const capture = flags.json ? outputCapture(flags['max-output']) : undefined;
  const result = await attach({
    client,
    invocation,
    stdin: flags['no-stdin'] ? null : process.stdin,
    onOutput: async (stream, bytes) => {
      if (capture !== undefined) capture.add(stream, bytes);
      else await writeTo(stream === 'stdout' ? process.stdout : process.stderr, bytes);
    },
    onNotice: (notice) => {
      if (!isQuiet) showNotice(notice, palette);
    },
  });
  if (capture !== undefined) process.stdout.write(`${JSON.stringify(toJson(result, capture))}\n`);
  else if (result.error !== null) process.stderr.write(renderError(result.error, palette));
  return result.exitCode;
}

function toInvocation({ kind, target, child, flags, environment }: RunOptions): Invocation {
  const wantsTerminal = flags.tty || (!flags['no-tty'] && child === null && process.stdin.isTTY === true);
  return {
    target,
    kind,
    command: child === null ? null : toCommand(child),
    pty: wantsTerminal
      ? { size: { cols: process.stdout.columns || 80, rows: process.stdout.rows || 24 }, term: environment.term }
      : null,
    cwd: environment.cwd,
    env: kind === 'shell' ? environment.offered : {},
    task: flags.task ?? environment.task ?? null,
    why: flags.why ?? environment.why ?? null,
    wait: flags.wait,
    timeoutMs: flags.timeout === undefined ? null : toTimeout(flags.timeout),
  };
}

/** One word is shell text, as with `bash -c`; several are a program and its arguments, each literal. */
export function toCommand(child: readonly string[]): CommandInput {
  const [first, ...rest] = child;
  if (first === undefined) {
    throw new BrokerError({
      code: 'empty-command',
      exit: EXIT.usage,
      message: 'there is no command after "--"',
      hint: 'for example: sallyport shell local -- uname -a',
    });
  }
  return rest.length === 0 ? { kind: 'text', text: first } : { kind: 'argv', argv: child };
}

function toTimeout(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new BrokerError({
    code: 'usage',
    exit: EXIT.usage,
    message: `--timeout: "${text}" is not a duration`,
    hint: 'write it as 30s, 5m or 1h',
  });
}

function showNotice(notice: Notice, palette: Palette): void {
  switch (notice.kind) {
    case 'waiting': {
      const who = notice.approvers.length === 0 ? 'an approver' : notice.approvers.join(' or ');
      process.stderr.write(
        `${palette.warn('waiting:')} request ${palette.bold(notice.request)} needs ${who} (${oneLine(notice.reason)}); ` +
          `expires ${relativeTime(notice.expiresAt, Date.now())}\n` +
          `  ${palette.dim('next:')} sallyport approve ${notice.request}\n`,
      );
      break;
    }
    case 'approved':
      process.stderr.write(`${palette.good('approved:')} request ${notice.request} by ${notice.approvers.join(', ')}\n`);
      break;
    case 'opened':
      break;
    default:
      notice satisfies never;
  }
}

interface OutputCapture {
  add(stream: 'stdout' | 'stderr', bytes: Uint8Array): void;
  text(stream: 'stdout' | 'stderr'): string;
  readonly isTruncated: boolean;
}

/** Keeps the first `maxBytes` of each stream; the recording has the rest. */
function outputCapture(maxBytes: number): OutputCapture {
  const kept = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const lengths = { stdout: 0, stderr: 0 };
  let isTruncated = false;
  return {
    add(stream, bytes) {
      const room = maxBytes - lengths[stream];
      if (bytes.length > room) isTruncated = true;
      if (room <= 0) return;
      kept[stream].push(bytes.subarray(0, room));
      lengths[stream] += Math.min(room, bytes.length);
    },
    text: (stream) => Buffer.concat(kept[stream]).toString('utf8'),
    get isTruncated() {
      return isTruncated;
    },
  };
}

/** The one-shot result of the CLI contract. Times as ISO 8601. */
function toJson(result: SessionResult, capture: OutputCapture): unknown {
  const { error, lease, ...rest } = result;
  const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return {
    ...rest,
    output: capture.text('stdout'),
    stderr: capture.text('stderr'),
    truncated: capture.isTruncated,
    lease:
      lease === null
        ? null
        : { provider: lease.provider, issuedAt: iso(lease.issuedAt), expiresAt: iso(lease.expiresAt), revokedAt: iso(lease.revokedAt) },
    ...(error === null ? {} : { error: { code: error.code, message: error.message, hint: error.hint, ...(error.request === undefined ? {} : { request: error.request }) } }),
  };
}
