// One command of a gated session as a client asks for it, and what it is answered.
import type { CommandInput } from '../../core/command-input.ts';
import type { TargetKind } from '../../core/policy-document.ts';
import type { TerminalSize } from '../../core/terminal.ts';
import type { SessionResult } from '../result.ts';

/** Untrusted, apart from its shape. */
export interface ExecRequest {
  readonly session: string;
  /** null joins the command that runs. */
  readonly command: CommandInput | null;
  /** A terminal for the command; null for pipes. */
  readonly pty: { readonly size: TerminalSize; readonly term: string } | null;
  readonly why: string | null;
  readonly wait: boolean;
  /** The command's own limit, ms. */
  readonly timeoutMs: number | null;
  /** Answer as soon as it runs; it goes on without this client. */
  readonly detach: boolean;
  /** The client has input for it, and says with `end` or `pause` when that is over. */
  readonly stdin: boolean;
  /** A person answers what the program asks; else the client is told that it waits for input, and let go. */
  readonly interactive: boolean;
}

/** A program that waits for input. */
export interface NeedsInput {
  /** The last line of its output, without what would move a terminal's cursor. */
  readonly lastLine: string;
  /** True where the terminal does not echo, as for a password. */
  readonly hidden: boolean;
  /** `heuristic` where the program's state cannot be read: it has been silent on an unfinished line. */
  readonly from: 'terminal' | 'pipe' | 'heuristic';
}

export interface ExecResult extends SessionResult {
  /** Number of the command in its session; null where none came to be judged. */
  readonly command: number | null;
  readonly state: 'ended' | 'running' | 'needs_input';
  readonly needsInput: NeedsInput | null;
  /** Folder of the next command; null where it is not known yet. */
  readonly cwd: string | null;
  /** Position after the last byte of the session's output so far. */
  readonly cursor: number;
  /** What the session could not carry on to the next command, and why; null where there is nothing to say. */
  readonly warning: string | null;
}

/** How a gated session is asked for. Untrusted, apart from its shape. */
export interface GatedRequest {
  readonly target: string;
  readonly kind: TargetKind;
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly task: string | null;
  readonly why: string | null;
  /** The terminal it is recorded as; commands may run without one all the same. */
  readonly pty: { readonly size: TerminalSize; readonly term: string } | null;
}
