// Recordings, audit log and leases over HTTP: the owner's alone.
import { verifyAuditLog } from '../audit/verify.ts';
import type { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { isId, type SessionId } from '../core/ids.ts';
import { type Seal, sealOf, type Verification, verifyRecording } from '../recording/manifest.ts';
import { type ByteStream, type Call, param, type RouteDeps, refusal, wholeNumber } from './route.ts';

/** Newest first, each with what the store knows of its session. */
export async function listRecordings(_: Call, deps: RouteDeps): Promise<unknown> {
  const entries = await deps.archive.list();
  const rows = await Promise.all(
    entries.map(async (entry) => ({ ...entry, ...(await describe(entry.session, deps)) })),
  );
  return { recordings: rows };
}

/** Throws `unknown-recording` (64). */
export async function readRecording(call: Call, deps: RouteDeps): Promise<ByteStream> {
  const { bytes } = found(call, deps);
  return { contentType: 'application/x-asciicast', bytes };
}

/** Also of a recording that is gone, where the log knows that there was one. Throws `unknown-recording` (64). */
export async function recordingInfo(call: Call, deps: RouteDeps): Promise<unknown> {
  const id = param(call, 'id') as SessionId;
  const verification = await verifyAgainstLog(id, deps);
  if (verification.outcome === 'missing') throw unknownRecording(id);
  return {
    session: id,
    location: deps.archive.locate(id),
    ...(await describe(id, deps)),
    leases: await deps.store.leases.ofSession(id),
    verification,
  };
}

/** A file and its manifest may have been changed together; the audit log has the seal of both as well. */
async function verifyAgainstLog(id: SessionId, deps: RouteDeps): Promise<Verification> {
  if (!isId(id)) return { outcome: 'missing' };
  const verification = await verifyRecording(deps.archive, id);
  const logged = await loggedSeal(id, deps);
  if (logged === undefined || verification.outcome === 'altered') return verification;
  switch (verification.outcome) {
    case 'intact': {
      const { sha256, manifest } = sealOf(verification.manifest);
      if (sha256 !== logged.sha256) return { outcome: 'altered', why: 'the audit log has another SHA-256 for it' };
      if (manifest !== logged.manifest) return { outcome: 'altered', why: 'the audit log has another manifest for it' };
      return verification;
    }
    case 'unsealed':
      return { outcome: 'altered', why: 'the manifest is gone' };
    case 'missing':
      return { outcome: 'altered', why: 'the recording is gone' };
    default:
      return verification satisfies never;
  }
}

/** From the end of the session, or from the next broker's start where its own died before. */
async function loggedSeal(id: SessionId, { store }: RouteDeps): Promise<Partial<Seal> | undefined> {
  const closed = await store.audit.latestOf(id, 'session.closed');
  const seal = closed?.data.recording ?? (await store.audit.latestOf(id, 'session.lost'))?.data.seal;
  return typeof seal === 'object' && seal !== null ? seal : undefined;
}

/** The last `limit` entries, or those from `from` on; ascending. */
export async function readAudit(call: Call, deps: RouteDeps): Promise<unknown> {
  const limit = wholeNumber(call, 'limit', 1, 10_000, 50);
  const last = (await deps.store.audit.last())?.seq ?? 0;
  const from = wholeNumber(call, 'from', 1, Number.MAX_SAFE_INTEGER, Math.max(1, last - limit + 1));
  return { entries: await deps.store.audit.from(from, limit), last };
}

export async function verifyAudit(_: Call, deps: RouteDeps): Promise<unknown> {
  return verifyAuditLog({ file: deps.auditFile, store: deps.store });
}

/** Those that are alive. */
export async function listLeases(_: Call, deps: RouteDeps): Promise<unknown> {
  return { leases: await deps.store.leases.open() };
}

function found(call: Call, deps: RouteDeps): { readonly id: SessionId; readonly bytes: AsyncIterable<Uint8Array> } {
  const id = param(call, 'id') as SessionId;
  const bytes = isId(id) ? deps.archive.read(id) : undefined;
  if (bytes !== undefined) return { id, bytes };
  throw unknownRecording(id);
}

function unknownRecording(id: string): BrokerError {
  return refusal('unknown-recording', EXIT.usage, `there is no recording "${id}"`, 'see: sallyport recordings list');
}

async function describe(session: SessionId, deps: RouteDeps) {
  const row = await deps.store.sessions.get(session);
  return {
    target: row?.target ?? null,
    kind: row?.kind ?? null,
    mode: row?.mode ?? null,
    command: row?.command ?? null,
    principal: row?.principal ?? null,
    startedAt: row?.startedAt ?? null,
    endedAt: row?.endedAt ?? null,
    exitCode: row?.exitCode ?? null,
    state: row?.state ?? null,
  };
}
