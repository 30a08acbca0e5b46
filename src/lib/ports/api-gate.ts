// What a target that is an API asks the session about each request: whether it may go to the server, and how replies are masked. The
// session judges, asks people, records and audits; the target knows nothing of it.
import type { ApiRequest } from '../core/api-request.ts';
import type { JsonObject } from '../core/json.ts';
import type { Secret } from '../core/secret.ts';
import type { Credential, CredentialRequest } from './provider.ts';

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
  readonly body: ApiBody | null;
  /** The same body, as everybody looks at it who judges, shows or previews the request. */
  readonly parsed: ParsedBody;
  /**
   * Asks the server what the request would do, and changes nothing. Undefined where that cannot be asked: of reads, and of what opens a
   * stream. Rejects with a `BrokerError` where the server cannot be asked, and with a `PreviewRefused` where it would refuse.
   */
  readonly preview: ((signal: AbortSignal) => Promise<ApiPreview>) | undefined;
}

export type ParsedBody =
  | { readonly kind: 'none' }
  /** An object, a patch that looks like one, or the options of a deletion. */
  | { readonly kind: 'object'; readonly object: JsonObject }
  /** A JSON patch (RFC 6902): operations, each an object. */
  | { readonly kind: 'list'; readonly list: readonly JsonObject[] }
  /** Not decoded here: what it does is asked of the server. */
  | { readonly kind: 'protobuf' };

export interface ApiBody {
  /** Media type, in lower case, without parameters. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** What a write would do. Values of Secrets are labels in it already. */
export interface ApiPreview {
  /** The object as it is; undefined where there is none, or it may not be read. */
  readonly before: unknown;
  /** As it would be; undefined where it would be gone. */
  readonly after: unknown;
  /** Of a deletion of several: `namespace/name` of each; empty for everything else. */
  readonly removed: readonly string[];
  /** Of a deletion of several: how many more than `removed` names; `some` where the server does not say. Absent: none. */
  readonly moreRemoved?: number | 'some';
}

export interface ApiOutcome {
  /** HTTP status of the server's reply; 0 where none came. */
  readonly status: number;
  /** Bytes of the reply that the client got. */
  readonly bytes: number;
  /** What went through a connection that stayed open. */
  readonly streams?: readonly ApiStreamCount[];
  /** Exit code of a program that was run, where the server said it. */
  readonly exitCode?: number;
}

export interface ApiStreamCount {
  /** `stdin`, `stdout`, `stderr`; `sent` and `received` of connections whose bytes are not looked into. */
  readonly name: string;
  readonly bytes: number;
  /** Of the bytes as the server's side had them, hexadecimal. */
  readonly sha256: string;
}

export type StreamName = 'stdin' | 'stdout' | 'stderr';

/** What is typed at, and written by, a program in the cluster. */
export interface ApiStreams {
  /** A fresh mask for one of its outputs. */
  mask(stream: 'stdout' | 'stderr'): ReplyMask;
  /** Records what goes to the client, masked, or what came from it, which is masked here. Rejects where that cannot be recorded. */
  record(stream: StreamName, bytes: Uint8Array): Promise<void>;
}

export type ApiLeave =
  | {
      readonly verdict: 'allow';
      /** For a request that opens a stream; called once. */
      streams(): ApiStreams;
      /** Called once, when the reply has ended or could not be had. Rejects where that cannot be recorded. */
      done(outcome: ApiOutcome): Promise<void>;
    }
  /** `message` is for the client. */
  | { readonly verdict: 'deny'; readonly message: string };

/** Why the form of a request was reason enough: as the client is told. */
export interface ApiRefusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface ApiGate {
  /**
   * Resolves once it is decided; that may take as long as a person takes. Rejects with a BrokerError where it cannot be judged,
   * recorded or audited, and with what the preview rejects with: nothing may go to the server then.
   */
  permit(question: ApiQuestion, signal: AbortSignal): Promise<ApiLeave>;
  /** A request whose form was refused before anybody judged it. Rejects where that cannot be recorded. */
  refused(method: string, target: string, refusal: ApiRefusal): Promise<void>;
  /** The label of a secret value, such as `[kubernetes-secret:3f2a]`; counts it. */
  labelOf(value: Uint8Array): string;
  /** The same for what approvers see: equal in all sessions, since approvals are bound to it. */
  labelForApprovers(value: Uint8Array): string;
  /** A fresh mask for one reply. */
  replyMask(): ReplyMask;
}

/** What a session gives to a target that is an API. */
export interface ApiSession {
  readonly gate: ApiGate;
  /** What opens the session's endpoint; the session's masks know it. */
  readonly token: Secret<string>;
  /** Another credential in the place of one that ends soon; it is booked, and the masks know it, before this resolves. */
  renew(request: CredentialRequest): Promise<Credential>;
}
