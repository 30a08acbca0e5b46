// What a route is, and what its handlers share: parameters, checked bodies, refusals.
import type { ApprovalDesk } from '../approval/desk.ts';
import { BrokerError } from '../core/errors.ts';
import type { ExitCode } from '../core/exit-codes.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Principal } from '../core/principal.ts';
import type { LeaseBook } from '../leases/book.ts';
import type { Archive } from '../ports/archive.ts';
import type { Store } from '../ports/store.ts';
import type { SessionDeps } from '../session/deps.ts';
import type { Hello, PolicyStatus } from './contract.ts';
import type { CheckCommand, ExplainCommand } from './policy-routes.ts';

export interface RouteDeps {
  readonly session: SessionDeps;
  readonly store: Store;
  readonly archive: Archive;
  readonly desk: ApprovalDesk;
  readonly leases: LeaseBook;
  readonly auditFile: string;
  /** Names, groups and public keys: a client picks the key to sign with. */
  readonly approvers: readonly {
    readonly name: string;
    readonly keys: readonly string[];
    readonly groups: readonly string[];
  }[];
  /** Judges without running, with the facts. */
  readonly check: CheckCommand;
  readonly explain: ExplainCommand;
  readonly hello: (principal: Principal) => Hello;
  /** Reads the policy's file again. */
  readonly reloadPolicy: (principal: Principal) => Promise<PolicyStatus>;
  readonly caPublicKeyLine: () => Promise<string>;
  /** Ends the broker after the answer is sent. */
  readonly stop: (by: string) => void;
}

export interface Call {
  readonly principal: Principal;
  /** True for the broker's own user and for root. */
  readonly isOwner: boolean;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

export interface ByteStream {
  readonly contentType: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Segments after `/v1`; `:name` matches one. */
  readonly path: string;
  /** `owner` routes show what an agent must not see, or end things; `caller` routes look at whose row it is. */
  readonly access: 'caller' | 'owner';
  /** Answers a client of any version: how the two find out that they differ, and how the older one is ended. */
  readonly anyVersion?: true;
  readonly handle: (call: Call, deps: RouteDeps) => Promise<unknown>;
}

/** A path parameter; empty where there is none of that name. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}

/** A whole number from the query between the two, or `fallback` where it is absent. Throws `bad-request` (64). */
export function wholeNumber(call: Call, name: string, min: number, max: number, fallback: number): number {
  const text = call.query.get(name);
  if (text === null) return fallback;
  if (/^\d{1,15}$/.test(text)) return Math.min(Math.max(Number(text), min), max);
  throw badRequest(`"${name}" is not a whole number`);
}

/** What `safeParse` of a schema says. */
export interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } };
}

/** The value in the schema's form, or `bad-request` (64) with the first field that is wrong. */
export function parseWith<T>(schema: Schema<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` "${issue.path.map(String).join('.')}"`;
  throw badRequest(
    `the broker does not accept this request${where}: ${lowerFirst(issue?.message ?? 'it is malformed')}`,
  );
}

/** A request that no client of this version sends. */
export function badRequest(message: string, cause?: unknown): BrokerError {
  return refusal(
    'bad-request',
    EXIT.usage,
    message,
    'check the value; if it is right, use a client of the same version',
    cause,
  );
}

export function refusal(code: string, exit: ExitCode, message: string, hint: string, cause?: unknown): BrokerError {
  return new BrokerError({ code, exit, message, hint, cause });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
