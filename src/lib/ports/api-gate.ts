// What a target that is an API asks the session about each request: whether it may go to the server, and how replies are masked. The
// session judges, asks people, records and audits; the target knows nothing of it.
import type { ApiRequest } from '../core/api-request.ts';

/** A mask of bytes on their way to the client: a `Stage` of the stream room. */
export interface ReplyMask {
  push(bytes: Uint8Array): readonly Uint8Array[];
  readonly holding: boolean;
  expire(): readonly Uint8Array[];
  flush(): readonly Uint8Array[];
}

export interface ApiQuestion {
  readonly request: ApiRequest;
  /** What is sent along, whole; null for nothing. */
  readonly body: { readonly type: string; readonly bytes: Uint8Array } | null;
}

export interface ApiOutcome {
  /** HTTP status of the server's reply; 0 where none came. */
  readonly status: number;
  /** Bytes of the reply that the client got. */
  readonly bytes: number;
}

export type ApiLeave =
  /** `done` is called once, when the reply has ended or could not be had. Rejects where that cannot be recorded. */
  | { readonly verdict: 'allow'; done(outcome: ApiOutcome): Promise<void> }
  /** `message` is for the client. */
  | { readonly verdict: 'deny'; readonly message: string };

export interface ApiGate {
  /**
   * Resolves once it is decided; that may take as long as a person takes. Rejects with a BrokerError where it cannot be judged,
   * recorded or audited: nothing may go to the server then.
   */
  permit(question: ApiQuestion, signal: AbortSignal): Promise<ApiLeave>;
  /** A request whose form was refused before anybody judged it. Rejects where that cannot be recorded. */
  refused(method: string, target: string, refusal: { readonly code: string; readonly message: string }): Promise<void>;
  /** The label of a secret value, such as `[kubernetes-secret:3f2a]`; counts it. */
  labelOf(value: Uint8Array): string;
  /** A fresh mask for one reply. */
  replyMask(): ReplyMask;
}
