// What happens in a session, as the recorder and watchers see it. One union, fanned out; every consumer
// switches on `kind` exhaustively.
import type { TerminalSize } from './terminal.ts';

export type SessionEvent =
  /** Bytes of the target after masking, in order. */
  | { readonly kind: 'output'; readonly stream: OutputStream; readonly bytes: Uint8Array }
  /** Bytes of the client on their way to the target. `hidden` input (a password prompt) carries only its length. */
  | { readonly kind: 'input'; readonly bytes: Uint8Array }
  | { readonly kind: 'hidden-input'; readonly byteCount: number }
  | { readonly kind: 'resize'; readonly size: TerminalSize }
  /** A control event: decision, request, lease, kill, limit … `data` is JSON and holds no secret. */
  | { readonly kind: 'marker'; readonly name: string; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: 'exit'; readonly status: ExitStatus };

export type OutputStream = 'stdout' | 'stderr';

/** How the child ended; `signal` is a name such as `SIGKILL`. */
export type ExitStatus =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string };
