// What a session needs to know of the one who opened it, whatever carries the bytes.

import type { CommandInput } from '../core/command-input.ts';
import type { SessionId } from '../core/ids.ts';
import type { TargetKind } from '../core/policy-document.ts';
import type { Principal } from '../core/principal.ts';
import type { TerminalSize } from '../core/terminal.ts';
import type { ApiEndpoint, OutputChunk } from '../ports/target.ts';
import type { ClientInput } from '../stream/pump.ts';

/** One opening of a target, as asked for. Untrusted, apart from its shape. */
export interface Invocation {
  readonly target: string;
  /** The command of the CLI that asks; the target must be of that kind. */
  readonly kind: TargetKind;
  /** null asks for a free terminal. */
  readonly command: CommandInput | null;
  readonly pty: { readonly size: TerminalSize; readonly term: string } | null;
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly task: string | null;
  /** What the requester says it is for; shown to the approver as untrusted text. */
  readonly why: string | null;
  /** Wait for an approval, or come back later. */
  readonly wait: boolean;
  /** The client's own limit for the command, on top of the target's; ms. */
  readonly timeoutMs: number | null;
}

/** An endpoint, and what opens it while its session goes on. */
export interface OfferedEndpoint extends ApiEndpoint {
  readonly token: string;
}

export type Notice =
  | {
      readonly kind: 'waiting';
      readonly request: string;
      readonly command: string | null;
      readonly reason: string;
      readonly approvers: readonly string[];
      readonly expiresAt: number;
    }
  | { readonly kind: 'approved'; readonly request: string; readonly approvers: readonly string[] }
  /** `endpoint`: where clients of an API find it, if that was asked for. */
  | { readonly kind: 'opened'; readonly session: SessionId; readonly endpoint?: OfferedEndpoint };

export interface SessionClient {
  readonly principal: Principal;
  readonly input: AsyncIterable<ClientInput>;
  notify(notice: Notice): void;
  /** Resolves once the client can take more. */
  send(chunk: OutputChunk): Promise<void>;
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal;
}
