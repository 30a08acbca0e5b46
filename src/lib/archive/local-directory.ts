// Recordings as files of one folder that only the broker's user can read: `<session>.cast` and, beside it,
// `<session>.<name>`. It must never overwrite a recording, and never build a path from anything but an id.
import { existsSync } from 'node:fs';
import { chmod, constants, type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { BrokerError, Bug } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { isId, type SessionId } from '../core/ids.ts';
import type { Archive, ArchiveEntry, ArchiveWriter } from '../ports/archive.ts';

const FOLDER_MODE = 0o700;
const OPEN_MODE = 0o600;
const SEALED_MODE = 0o400;
const READ_CHUNK_BYTES = 256 * 1024;
const SUFFIX = '.cast';
const SIDECAR_NAME = /^[a-z][a-z0-9-]{0,31}(\.[a-z0-9]{1,8})?$/;

/**
 * An archive in `folder`, which is created (0700) with the first recording. A recording is 0600 while it is
 * written and 0400 once closed. Whatever the system refuses becomes BrokerError `cannot-record` (exit 74).
 */
export function localDirectoryArchive(folder: string): Archive {
  const root = resolve(folder);
  const pathOf = (session: SessionId, name = SUFFIX.slice(1)): string => {
    if (!isId(session)) throw new Bug(`"${session}" is not a session id`);
    return join(root, `${session}.${name}`);
  };
  const sidecarPath = (session: SessionId, name: string): string => {
    if (!SIDECAR_NAME.test(name) || name === SUFFIX.slice(1)) throw new Bug(`"${name}" is not a sidecar's name`);
    return pathOf(session, name);
  };

  return {
    async create(session) {
      const path = pathOf(session);
      return guard(root, 'create a recording', async () => {
        await makePrivate(root);
        const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, OPEN_MODE);
        return fileWriter(root, handle, 0);
      });
    },

    async reopen(session, keepBytes) {
      const path = pathOf(session);
      return guard(root, 'reopen a recording', async () => {
        const handle = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW);
        try {
          // Root opens what is read-only as well; its mode says that it was closed.
          if (((await handle.stat()).mode & 0o200) === 0) throw Object.assign(new Error('closed'), { code: 'EEXIST' });
          await handle.truncate(keepBytes);
        } catch (error) {
          await handle.close();
          throw error;
        }
        return fileWriter(root, handle, keepBytes);
      });
    },

    read(session) {
      const path = pathOf(session);
      return existsSync(path) ? chunksOf(path) : undefined;
    },

    locate: (session) => pathOf(session),

    async list() {
      if (!existsSync(root)) return [];
      const entries: ArchiveEntry[] = [];
      for (const name of await readdir(root)) {
        const session = name.slice(0, -SUFFIX.length);
        if (!name.endsWith(SUFFIX) || !isId(session)) continue;
        const { size, mtimeMs } = await stat(join(root, name));
        entries.push({ session: session as SessionId, bytes: size, modifiedAt: mtimeMs });
      }
      return entries.sort((a, b) => b.modifiedAt - a.modifiedAt || (a.session < b.session ? 1 : -1));
    },

    async putSidecar(session, name, text) {
      const path = sidecarPath(session, name);
      await guard(root, `write "${name}"`, async () => {
        await makePrivate(root);
        await replaceFile(path, text);
      });
    },

    async getSidecar(session, name) {
      const path = sidecarPath(session, name);
      return existsSync(path) ? readFile(path, 'utf8') : undefined;
    },
  };
}

/** Creates the folder, or takes group's and others' rights away from one that exists. */
async function makePrivate(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  } catch (error) {
    // mkdir(2) says EEXIST of a file in the folder's place, which would read as "the recording exists".
    if (errorCode(error) === 'EEXIST') throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    throw error;
  }
  const { mode } = await stat(folder);
  if ((mode & 0o077) !== 0) await chmod(folder, FOLDER_MODE);
}

/** Writes behind the first `start` bytes. */
function fileWriter(folder: string, handle: FileHandle, start: number): ArchiveWriter {
  let length = start;
  let closed = false;
  return {
    async write(bytes) {
      await guard(folder, 'write a recording', async () => {
        try {
          // write(2) may take less than it is given, near a full disk for one.
          for (let done = 0; done < bytes.length; ) {
            const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, length + done);
            done += bytesWritten;
          }
        } catch (error) {
          // Takes back a half-written record, so that stock players can still read the rest. If this fails too,
          // readers of ours report the cut line; the first error is the one to tell.
          await handle.truncate(length).catch(() => undefined);
          throw error;
        }
        length += bytes.length;
      });
    },
    async close() {
      if (closed) return;
      closed = true;
      await guard(folder, 'finish a recording', async () => {
        try {
          await handle.sync();
          await handle.chmod(SEALED_MODE);
        } finally {
          await handle.close();
        }
      });
    },
  };
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(new Uint8Array(READ_CHUNK_BYTES), 0, READ_CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** Write beside, fsync, rename, fsync the folder: the old text or the new one, never half of it. */
async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.draft`;
  await rm(draft, { force: true });
  const handle = await open(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, OPEN_MODE);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const HINTS: Readonly<Record<string, string>> = {
  EACCES: "give the broker's user write permission on that folder, or set another one in the configuration",
  EPERM: "give the folder to the broker's user, or set another one in the configuration",
  EROFS: 'that file system is read-only: set another folder in the configuration',
  ENOSPC: 'free space on that file system, or prune old recordings',
  EDQUOT: 'the quota of that file system is used up: free space, or prune old recordings',
  EFBIG: 'the file is larger than the system allows: raise the file size limit, or record less',
  ENOTDIR: 'a part of that path is a file: set another folder in the configuration',
  EEXIST: 'a recording is never overwritten: open a new session',
  EMFILE: 'raise the limit of open files of the broker',
};

/** Runs `work`; a system error becomes `cannot-record` with the folder and what to do about it. */
async function guard<T>(folder: string, doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = errorCode(error);
    throw new BrokerError({
      code: 'cannot-record',
      exit: EXIT.cannotRecord,
      message: `cannot ${doing} in "${folder}" (${code})`,
      hint: HINTS[code] ?? 'see broker.log for what the system said',
      detail: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
