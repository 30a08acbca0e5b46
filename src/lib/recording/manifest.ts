// The statement about a finished recording, kept beside it: what the file is, byte for byte, and how the session
// ended. A signature comes with a later issue; until then it finds damage, not a forger who can write the folder.
import { createHash } from 'node:crypto';
import { sha256 } from '../core/digest.ts';
import type { ExitStatus } from '../core/events.ts';
import type { SessionId } from '../core/ids.ts';
import type { Archive } from '../ports/archive.ts';
import type { StreamTotals } from './stream-track.ts';

export const MANIFEST_NAME = 'manifest.json';

export interface Manifest {
  readonly version: 1;
  readonly session: SessionId;
  /** The whole file; `sha256` in hex. */
  readonly file: { readonly bytes: number; readonly sha256: string };
  /** How many events of each code. */
  readonly events: Readonly<Record<string, number>>;
  /** ms since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Null where nobody knows how the program ended, or none ran. */
  readonly status: ExitStatus | null;
  /** False where recording stopped before the session did. */
  readonly complete: boolean;
  /** Every byte that passed, for a session on pipes; null with a terminal. */
  readonly streams: Readonly<Record<string, StreamTotals>> | null;
}

/** Writes the manifest beside the recording. Rejects with `cannot-record`. */
export async function putManifest(archive: Archive, manifest: Manifest): Promise<void> {
  await archive.putSidecar(manifest.session, MANIFEST_NAME, textOf(manifest));
}

/** What the audit log keeps of a recording, so that file and manifest cannot be changed together. */
export interface Seal {
  readonly bytes: number;
  readonly sha256: string;
  readonly complete: boolean;
  /** Digest of the manifest's text. */
  readonly manifest: string;
}

/** The seal of a recording with that manifest. */
export function sealOf(manifest: Manifest): Seal {
  return { ...manifest.file, complete: manifest.complete, manifest: sha256(textOf(manifest)) };
}

function textOf(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

export type Verification =
  | { readonly outcome: 'intact'; readonly manifest: Manifest }
  /** `why` names what differs, for people. */
  | { readonly outcome: 'altered'; readonly why: string }
  /** No manifest: the broker died before the session ended, or still writes. */
  | { readonly outcome: 'unsealed' }
  | { readonly outcome: 'missing' };

/** Reads the whole recording again and compares it with its manifest. */
export async function verifyRecording(archive: Archive, session: SessionId): Promise<Verification> {
  const chunks = archive.read(session);
  const text = await archive.getSidecar(session, MANIFEST_NAME);
  if (chunks === undefined) {
    return text === undefined ? { outcome: 'missing' } : { outcome: 'altered', why: 'the recording is gone' };
  }
  if (text === undefined) return { outcome: 'unsealed' };
  const manifest = parseManifest(text);
  if (manifest === null) return { outcome: 'altered', why: 'the manifest cannot be read' };
  // The bytes themselves: a blank more, or a second key of the same name, would not change the parsed value.
  if (textOf(manifest) !== text)
    return { outcome: 'altered', why: 'the manifest is not in the form it was written in' };
  if (manifest.session !== session) return { outcome: 'altered', why: `the manifest is of "${manifest.session}"` };

  const file = await digestOf(chunks);
  if (file.bytes !== manifest.file.bytes) {
    return { outcome: 'altered', why: `the file has ${file.bytes} bytes, the manifest says ${manifest.file.bytes}` };
  }
  return file.sha256 === manifest.file.sha256
    ? { outcome: 'intact', manifest }
    : { outcome: 'altered', why: 'the SHA-256 of the file is another one' };
}

/** Size and SHA-256 of everything that comes. */
export async function digestOf(chunks: AsyncIterable<Uint8Array>): Promise<Manifest['file']> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** The manifest, or null where the text is none; only what verification relies on is checked. */
function parseManifest(text: string): Manifest | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 1) return null;
  if (!('session' in value) || typeof value.session !== 'string' || !('file' in value)) return null;
  const { file } = value;
  if (typeof file !== 'object' || file === null || !('bytes' in file) || !('sha256' in file)) return null;
  return typeof file.bytes === 'number' && typeof file.sha256 === 'string' ? (value as Manifest) : null;
}
