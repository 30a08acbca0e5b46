// Where recordings are kept. An adapter stores bytes under a session's id and knows nothing of asciicast.
import type { SessionId } from '../core/ids.ts';

export interface ArchiveWriter {
  /** Resolves once the bytes are with the operating system. Rejects with `cannot-record` (exit 74). */
  write(bytes: Uint8Array): Promise<void>;
  /** Flushes to disk (fsync) and closes; afterwards the file is read-only. */
  close(): Promise<void>;
}

export interface ArchiveEntry {
  readonly session: SessionId;
  readonly bytes: number;
  readonly modifiedAt: number;
}

export interface Archive {
  /** A new recording; rejects with `cannot-record` where it cannot be created or exists already. */
  create(session: SessionId): Promise<ArchiveWriter>;
  /**
   * Opens a recording that a crash left open, to write behind its first `keepBytes`; what follows them is dropped.
   * Rejects with `cannot-record`, also where it was closed.
   */
  reopen(session: SessionId, keepBytes: number): Promise<ArchiveWriter>;
  /** The recording's bytes in order, or undefined where there is none. */
  read(session: SessionId): AsyncIterable<Uint8Array> | undefined;
  /** Absolute path or URL for people. */
  locate(session: SessionId): string;
  /** Newest first. */
  list(): Promise<readonly ArchiveEntry[]>;
  /** A small file beside the recording, such as its manifest; written atomically. */
  putSidecar(session: SessionId, name: string, text: string): Promise<void>;
  getSidecar(session: SessionId, name: string): Promise<string | undefined>;
}
